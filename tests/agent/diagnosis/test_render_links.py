"""The report of an issue's links as Markdown: every heading, and no markup out of other people's text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from markdown_it import MarkdownIt

from agent.diagnosis.diagnosis import Guidance
from agent.diagnosis.render_links import HEADINGS, links_markdown
from agent.issues.issue import Comment, IssueLink, RelatedIssue, TimelineEvent
from agent.report.error_report import ErrorReport
from tests.agent.diagnosis.conftest import NASTY
from tests.agent.diagnosis.test_link_report import issue, report_of, to

__all__ = ["report_of"]
NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(markdown: str) -> list[Any]:
    return [inner for token in MARKDOWN.parse(markdown) for inner in (token, *(token.children or []))]


def headings(markdown: str) -> list[str]:
    lines = MARKDOWN.parse(markdown)
    return [lines[n + 1].content for n, token in enumerate(lines) if token.type == "heading_open"]


def test_every_heading_is_there_and_says_something(report_of: Any) -> None:
    said = links_markdown(report_of(issue()))
    assert headings(said)[1:] == list(HEADINGS)
    parts = said.split("\n## ")
    assert all(part.partition("\n")[2].strip() for part in parts)


@pytest.mark.parametrize("nasty", NASTY)
def test_text_of_others_is_never_markup(report_of: Any, nasty: str) -> None:
    link = IssueLink(
        target_repository="o/n", target_number=2, kind="mentions", via="comment", actor=nasty, at=NOON
    )
    root = issue(
        1, link, title=nasty, author=nasty, labels=[nasty], state_reason=nasty, reactions={nasty: 1},
        url="javascript:alert(1)", body=f"I tried {nasty}.\n```\n{nasty}\n```\n",
        comments=[Comment(external_id="1", author=nasty, body=f"That solved it. {nasty}")],
        timeline=[TimelineEvent(external_id="1", kind="closed")],
    )  # fmt: skip
    near = issue(2, to(1), title=nasty, repository="o/n", url="https://x.example/)](evil")
    found = tokens(links_markdown(report_of(root, near, unseen=[nasty])))
    assert not {token.type for token in found} & {"html_inline", "html_block", "image"}
    assert headings(links_markdown(report_of(root, near)))[1:] == list(HEADINGS)
    addresses = [token.attrGet("href") for token in found if token.type == "link_open"]
    assert addresses
    assert all(str(one).startswith("https://github.com/") for one in addresses)


def test_links_say_which_way_who_and_when(report_of: Any) -> None:
    said_by = IssueLink(
        target_repository="anthropics/claude-code", target_number=3, kind="cross_referenced", via="timeline",
        actor="bob", at=NOON,
    )  # fmt: skip
    pull = issue(9, to(1, "closes"), kind="pull", merged_at=NOON, released_in="v3")
    tried = issue(8, to(1, "closes"), kind="pull", state="closed")
    text = links_markdown(report_of(issue(1, to(2), said_by), pull, tried))
    assert "- mentions `anthropics/claude-code#2` (not stored), in the body <https://github.com/" in text
    assert "- mentioned by `anthropics/claude-code#3`" in text
    assert "on the timeline by `bob` on 2026-04-08" in text
    assert "- fixed by `anthropics/claude-code#9` title 9 (pull, merged)" in text
    assert "- said to be fixed by `anthropics/claude-code#8`" in text
    assert "**merged**, merged 2026-04-08 12:00 UTC, first released in `v3`" in text
    assert "**closed**, for `anthropics/claude-code#1`" in text


def test_a_release_by_date_is_no_proof(report_of: Any) -> None:
    pull = issue(9, to(1, "closes"), kind="pull", merged_at=NOON)
    text = links_markdown(report_of(issue(1), pull, releases={"anthropics/claude-code#9": "v4"}))
    assert "not confirmed in a release; the next one by date is `v4`" in text


def test_circles_and_duplicates_are_shown(report_of: Any) -> None:
    name = "anthropics/claude-code"
    one = issue(1, to(2, "duplicate_of"), duplicate_of=f"{name}#2", state="closed", created_at=NOON)
    two = issue(2, to(1, "duplicate_of"), duplicate_of=f"{name}#1", state="closed", created_at=NOON)
    text = links_markdown(report_of(one, two))
    assert f"`{name}#1` stands for 1 duplicate, all closed: `{name}#2`" in text
    assert f"These lead to each other: `{name}#1` → `{name}#2` → `{name}#1`" in text


def test_a_cluster_says_what_is_known_of_its_canonical_issue(report_of: Any) -> None:
    name = "anthropics/claude-code"
    gone = issue(5, to(2, "duplicate_of"), duplicate_of=f"{name}#2", state="closed", created_at=NOON)
    text = links_markdown(report_of(gone))
    assert f"`{name}#2` stands for 1 duplicate, which is not stored; all that are stored are closed" in text
    old = issue(1, to(3, "duplicate_of"), duplicate_of=f"{name}#3", state="closed", created_at=NOON)
    text = links_markdown(report_of(old, issue(3, created_at=NOON + timedelta(days=1))))
    assert f"- `{name}#3`; reported earlier as `{name}#1`" in text
    many = [issue(n, duplicate_of=f"{name}#1", created_at=NOON) for n in range(10, 80)]
    assert "and 30 more" in links_markdown(report_of(issue(1, created_at=NOON), *many))


def test_a_long_round_names_some_of_it(report_of: Any) -> None:
    round_trip = [issue(n, to(1)) for n in range(2, 6)]
    text = links_markdown(report_of(issue(1, *(to(n) for n in range(2, 6))), *round_trip))
    assert "These lead to each other: " in text
    assert ", and 3 more with them" in text


def test_links_are_counted_by_which_way_they_point(report_of: Any) -> None:
    pull = issue(9, to(1, "closes"), kind="pull", state="closed")
    text = links_markdown(report_of(issue(1, to(2)), issue(3, to(1)), issue(4, to(1, "duplicate_of")), pull))
    assert "- Links: 4 (has the duplicate ×1, said to be fixed by ×1, mentions ×1, mentioned by ×1)" in text


def test_reactions_of_which_only_the_sum_is_known(report_of: Any) -> None:
    assert "- Reactions: 5\n" in links_markdown(report_of(issue(reactions={"total": 5})))
    assert "- Reactions: 5 (eyes ×5)\n" in links_markdown(report_of(issue(reactions={"eyes": 5})))


def test_where_no_fix_is_known_the_steps_are_pointed_to(report_of: Any) -> None:
    found = report_of(issue())
    none = "No fix or workaround is known from what is stored."
    assert f"{none}\n" in links_markdown(found)
    step = Guidance(step="Update.", why="It may help.", cost="free", reversible=True, cites=[])
    advised = found.model_copy(update={"diagnosis": found.diagnosis.model_copy(update={"guidance": [step]})})
    assert f"{none} The steps under Guidance are those of the likely cause." in links_markdown(advised)


def test_related_issues_and_lines_of_errors(report_of: Any) -> None:
    like = RelatedIssue(
        repository="o/n", number=3, url="https://github.com/o/n/issues/3", title="*t*", state="unknown",
        relation="similar", score=0.5, why="similar words",
    )  # fmt: skip
    found = {"issues": [like], "report": ErrorReport(text="x")}
    text = links_markdown(report_of(issue(body="Error: no `lock`"), answer=found))
    assert "Not linked, but like it:" in text
    assert "- `o/n#3` \\*t\\*: similar words <https://github.com/o/n/issues/3>" in text
    assert "Lines of it that tell of an error:\n\n- `` Error: no `lock` ``" in text
