"""The commands of the evaluation pass on what they are given, and its exit code comes back."""

from __future__ import annotations

from pathlib import Path


def test_options_are_passed_on(run) -> None:
    done = run("evals", "run", "--help")
    assert done.code == 0
    assert "--filter" in done.out


def test_the_exit_code_comes_back(run, tmp_path: Path) -> None:
    done = run("evals", "run", "--cases", str(tmp_path))
    assert done.code == 2
    assert "no cases is not a pass" in done.err
