"""What a recording says of the tree that it was made from."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from agent.llm.recordings import Kind, RecordingProvenance

WRITTEN = ("recordings", "baselines", "backlog.toml")
"""What recording itself changes: it makes no tree dirty."""


class Tree(NamedTuple):
    """The commit of a checkout, and whether something in it differs from that; None outside of one."""

    commit: str | None
    dirty: bool


def tree_of(root: Path) -> Tree:
    """The state of the checkout that holds the suite."""
    commit = _git(root, "rev-parse", "HEAD")
    if commit is None:
        return Tree(None, False)
    top = Path(_git(root, "rev-parse", "--show-toplevel") or root)
    ours = [f":(exclude){(root.resolve() / name).relative_to(top.resolve())}" for name in WRITTEN]
    return Tree(commit, bool(_git(top, "status", "--porcelain", "--", ".", *ours)))


def author(root: Path) -> str:
    """The name that git has for whoever runs this."""
    return _git(root, "config", "user.name") or "unknown"


def sdk_version(package: str = "anthropic") -> str | None:
    """The installed package with its version."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return None


def provenance_of(
    kind: Kind, model: str, tree: Tree, by: str, *, sdk: str | None = None, why: str | None = None
) -> RecordingProvenance:
    """The provenance of a recording that is made now; what the replies say of themselves comes later."""
    return RecordingProvenance(
        kind=kind,
        model_requested=model,
        model_returned=None,
        recorded_at=datetime.now(UTC).replace(microsecond=0),
        recorded_by=by,
        sdk=sdk,
        git_commit=tree.commit,
        git_dirty=tree.dirty,
        why=why,
    )


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
