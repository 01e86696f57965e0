from __future__ import annotations

import pytest

from agent.report.programs import program_of_repository, third_parties
from agent.report.terminal import plain


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("OpenCode on Max: out of extra usage", ["opencode"]),
        ("every Hermes request is refused", ["hermes"]),
        ("I do not use opencode at all", []),
        ("the word HERMES.md in a commit", []),
        ("the raspberry pi is fine", []),
        ("my editor is cursor", []),
    ],
)
def test_the_program_that_sends(text: str, names: list[str]) -> None:
    assert [found[0] for found in third_parties(plain(text), 0)] == names


def test_the_tracker_names_the_program() -> None:
    assert program_of_repository("https://github.com/anthropics/claude-code/issues/1") == "claude-code"
    assert program_of_repository("https://github.com/cline/cline/issues/5") == "cline"
    assert program_of_repository(None) is None
