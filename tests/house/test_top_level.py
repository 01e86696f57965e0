"""The top level of the tree holds what a newcomer has to learn, and nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ALLOWED = {
    "pyproject.toml", "README.md", ".ci", ".gitignore", "LICENSE", "constraints.txt",
    "agent", "prompts", "api", "evals", "tests",
}  # fmt: skip


def test_the_top_level_holds_only_allowed_names(root: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so what belongs to the tree is unknown")
    names = {path.split("/")[0] for path in listed.stdout.split("\0") if path}
    assert names <= ALLOWED, f"not allowed at the top level: {sorted(names - ALLOWED)}"
    assert {"agent", "api", "evals", "prompts", "tests", "pyproject.toml", "README.md"} <= names
