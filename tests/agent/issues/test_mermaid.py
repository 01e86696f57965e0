"""The flowchart: each thread once, labels that cannot break out."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.issues.links import links_round
from agent.issues.mermaid import escaped, mermaid
from tests.agent.issues.test_links import issue, to

LINE = re.compile(
    r'flowchart LR|  n\d+(?:\["[^"\[\]`]*"\]|\(\["[^"\[\]`]*"\]\)):::\w+'
    r"|  n\d+ (?:<-\.->|-\.->|-- [a-z ]+ -->|== fixes ==>) n\d+|  classDef \w+ [\w:#,-]+"
)


def test_threads_arrows_and_classes() -> None:
    root = issue(1, to(2), to(3, "duplicate_of"))
    chart = mermaid(links_round(root, [issue(2, to(1)), issue(9, to(1, "closes"), kind="pull")]))
    lines = chart.splitlines()
    assert '  n0["o/n#35;1<br/>t1<br/>this issue, issue, open"]:::open' in lines
    assert '  n1["o/n#35;3<br/>not stored<br/>unknown"]:::unknown' in lines
    assert '  n2(["o/n#35;9<br/>t9<br/>pull, open"]):::open' in lines
    assert {"  n0 -- duplicate of --> n1", "  n2 == fixes ==> n0", "  n0 <-.-> n3"} <= set(lines)
    assert all(LINE.fullmatch(line) for line in lines)


def test_a_circle_of_duplicates_is_one_node() -> None:
    one = issue(1, to(2, "duplicate_of"), duplicate_of="o/n#2")
    two = issue(2, to(1, "duplicate_of"), to(3), duplicate_of="o/n#1")
    chart = mermaid(links_round(one, [two]))
    assert "o/n#35;1 = o/n#35;2<br/>" in chart
    assert "duplicate of" not in chart
    assert "  n0 -.-> n2" in chart


@settings(max_examples=200, deadline=None, database=None)
@given(st.text(alphabet=st.sampled_from('a1 "`[](){}<>|;#&%\\\n\u202e\x00é'), max_size=80))
def test_a_title_is_never_markup(title: str) -> None:
    root = issue(1).model_copy(update={"title": title})
    assert all(LINE.fullmatch(line) for line in mermaid(links_round(root, [])).splitlines())


def test_entities_show_what_was_written() -> None:
    assert escaped('say "<b>" é') == "say #34;#60;b#62;#34; é"
    assert escaped("style: #45;") == "style#58; #35;45#59;"
