"""The lock: digests of every recording, of the prompts and of the catalogue, reviewed as a diff.

`record` and `accept` move it, nothing else does. What is in the folder and not in the lock, or otherwise
there, was not recorded by us.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from agent.llm.recordings import files_in
from evals.case import BadCase
from evals.files import write_whole


class Accepted(BaseModel):
    """Who looked at the difference last, when and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reviewer: str
    reason: str | None
    at: AwareDatetime
    git_commit: str | None


class Lock(BaseModel):
    """Digests by sha256: `recordings` by file name. `prompts` and `catalogue` as the program names them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    prompts: str
    catalogue: str
    recordings: dict[str, str]
    accepted: Accepted | None = None


def digest_of_file(path: Path) -> str:
    """The sha256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """The digest of every recording of a folder by file name."""
    return {path.name: digest_of_file(path) for path in files_in(folder) if path.is_file()}


def read_lock(path: Path) -> Lock | None:
    """The lock of a file; None where there is none. Raises `BadCase` for one that is not valid."""
    if not path.exists():
        return None
    try:
        return Lock.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as bad:
        raise BadCase(f"{path}: not a lock file: {bad}") from bad


def write_lock(lock: Lock, path: Path) -> None:
    """Write the lock with sorted keys, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(lock.model_dump(mode="json"), sort_keys=True, indent=1) + "\n")
