from __future__ import annotations

import pytest

from agent.report.terminal import plain
from agent.report.wrapping import Vocabulary, blank_between, cuts

WORDS = Vocabulary(frozenset({"tokens"}), "model 'x' not found")


@pytest.mark.parametrize(
    ("before", "after", "blank"),
    [
        ("please add mo", "re of it", False),
        ("please add", "more of it", True),
        ("You", "'re out", False),
        ("req_011CZ", "qwT95", False),
        ("the `tool_use`", "ids", True),
        ("claude-haiku-4-5", "-20251001", False),
        ("ends.", "Then", True),
        ("197202", "+ 21333", True),
    ],
)
def test_a_blank_between_two_lines(before: str, after: str, blank: bool) -> None:
    assert blank_between(before, after, None, False, WORDS) is blank


def test_lines_that_fill_one_column_were_cut_hard() -> None:
    assert cuts(plain("abcdefghijklmnopqrstuvwxyz\n" * 4), 0, 100) == [False, False, False]
    assert cuts(plain("abcdefghijklmnopqrstuvwxyz\nshort line\nlast"), 0, 40) == [None, True]
