"""Phrases: what a text holds, and what it tells the reader to do."""

from __future__ import annotations

import pytest

from evals.phrases import holds, tells

PHRASE = "enable extra usage"


@pytest.mark.parametrize(
    "text",
    [
        "Enable extra usage in the settings.",
        "Update first, then enable extra usage.",
        "If it is not listed, enable extra usage.",
        "Do not log out. Enable  extra\nusage.",
        "Do not wait; enable extra usage.",
        "Before anything else, enable extra usage.",
        "You cannot wait, so enable extra usage.",
        "Enable extra usage if the window is not reset.",
    ],
)
def test_an_instruction_is_told(text: str) -> None:
    assert tells(text, PHRASE)


@pytest.mark.parametrize(
    "text",
    [
        "Do not enable extra usage.",
        "Don\u2019t buy credits or enable extra usage.",
        "Update the client instead of trying to enable extra usage.",
        "To enable extra usage is not needed here.",
        "There is no need to enable extra usage.",
        "If you enable extra usage, the work is charged.",
        "Check this before you enable extra usage.",
        "Enable extra usages of the tool.",
    ],
)
def test_a_negated_or_other_mention_is_not(text: str) -> None:
    assert not tells(text, PHRASE)


def test_holds_ignores_case_and_spacing_but_not_word_borders() -> None:
    assert holds("Run `Claude\n  Update` and look.", "claude update")
    assert not holds("Run claude updater.", "claude update")
    assert holds("set --flag=1 now", "--flag=1")
