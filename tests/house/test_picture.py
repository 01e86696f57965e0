"""The picture in agent/README.md is the compiled graph: the same nodes and the same edges."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from agent.graph import build

Edge = tuple[str, str]
ARROW = re.compile(r"\s*(?:-->|-\.->|==>)(?:\|[^|]*\|)?\s*")
ENDS = {"start": "__start__", "end": "__end__", "__start__": "__start__", "__end__": "__end__"}


def drawn(markdown: str) -> set[Edge]:
    """The edges of the one Mermaid picture of a text; `a & b --> c` stands for two."""
    pictures = re.findall(r"^```mermaid\n(.*?)^```", markdown, re.S | re.M)
    assert len(pictures) == 1, f"{len(pictures)} pictures"
    edges: set[Edge] = set()
    for line in pictures[0].splitlines():
        parts = ARROW.split(line.split("%%")[0])
        for left, right in pairwise(parts):
            edges |= {(_node(a), _node(b)) for a in left.split("&") for b in right.split("&")}
    return edges


def _node(text: str) -> str:
    match = re.match(r"\s*(\w+)", text)
    assert match, f"no node in {text!r}"
    return ENDS.get(match.group(1).lower(), match.group(1))


def compiled() -> set[Edge]:
    return {(edge.source, edge.target) for edge in build().get_graph().edges}


def test_the_picture_equals_the_compiled_graph(root: Path) -> None:
    picture = drawn((root / "agent" / "README.md").read_text(encoding="utf-8"))
    assert picture == compiled()
    assert {name for edge in picture for name in edge} == set(build().get_graph().nodes)


@pytest.mark.parametrize(
    ("old", "new"),
    [("weigh --> conclude", "weigh --> read"), ("read --> assess", ""), ("", "read --> conclude")],
)
def test_a_planted_difference_is_caught(old: str, new: str) -> None:
    lines = [f"{source.strip('_')} --> {target.strip('_')}" for source, target in sorted(compiled())]
    true = "```mermaid\nflowchart LR\n" + "\n".join(lines) + "\n```\n"
    assert drawn(true) == compiled()
    wrong = true.replace(old, new) if old else true.replace("flowchart LR", f"flowchart LR\n{new}")
    assert drawn(wrong) != compiled()


def test_short_forms_are_read() -> None:
    text = "```mermaid\nflowchart LR\n  START([in]) --> read[Read it]\n  read --> a & b -->|then| c\n```"
    assert drawn(text) == {("__start__", "read"), ("read", "a"), ("read", "b"), ("a", "c"), ("b", "c")}
