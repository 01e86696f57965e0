"""Characters that no XML file may hold are replaced, others are kept."""

from __future__ import annotations

from evals.reports.xml_text import readable


def test_forbidden_characters_are_replaced() -> None:
    assert readable("a\x00b\x07\ud800\t\n") == "a\ufffdb\ufffd\ufffd\t\n"
    assert readable("täß 限制 😀") == "täß 限制 😀"
