"""The commands of what is known: they are there under their names, and say what they take."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["issues", "import", "--help"], "goes on where an interrupted one stopped"),
        (["issues", "sync", "--help"], "OWNER/NAME"),
        (["issues", "learn", "--help"], "duplicate of"),
        (["issues", "search", "--help"], "--limit"),
        (["changelog", "import", "--help"], "--product"),
        (["waves", "--help"], "--since"),
    ],
)
def test_each_command_says_what_it_takes(run, words: list[str], said: str) -> None:
    done = run(*words)
    assert done.code == 0
    assert said in " ".join(done.out.split())


def test_what_is_found_is_shown_on_stdout(run) -> None:
    done = run("waves", "--since", "3000-01-01")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("\n")
