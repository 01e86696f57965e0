"""Provenance: the commit, whether the tree differs from it, and that recording itself makes no tree dirty."""

from __future__ import annotations

import subprocess
from pathlib import Path

from evals.provenance import author, provenance_of, sdk_version, tree_of


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A Tester", "-c", "user.email=a@example.invalid"]
    done = subprocess.run(
        ["git", *identity, "-C", str(root), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_commit_is_named_and_only_other_files_make_it_dirty(tmp_path: Path) -> None:
    suite = tmp_path / "evals"
    (suite / "recordings").mkdir(parents=True)
    git(tmp_path, "init", "-q")
    (tmp_path / "prompt.md").write_text("one")
    git(tmp_path, "add", "prompt.md")
    git(tmp_path, "commit", "-q", "-m", "one")
    (suite / "recordings" / "a.json").write_text("{}")
    (suite / "backlog.toml").write_text("")
    tree = tree_of(suite)
    assert (tree.commit, tree.dirty) == (git(tmp_path, "rev-parse", "HEAD"), False)
    (tmp_path / "prompt.md").write_text("two")
    assert tree_of(suite).dirty


def test_outside_of_a_checkout_nothing_is_claimed(tmp_path: Path) -> None:
    assert tree_of(tmp_path) == (None, False)
    assert author(tmp_path / "none") == "unknown"


def test_what_is_known_is_filled_in() -> None:
    made = provenance_of("live", "m", tree_of(Path()), "me", sdk=sdk_version())
    assert (made.kind, made.model_requested, made.recorded_by) == ("live", "m", "me")
    assert (made.sdk or "").startswith("anthropic ")
    assert made.recorded_at.microsecond == 0
    assert sdk_version("no-such-package-here") is None
