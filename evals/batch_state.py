"""How far recording by batches has come, in a file: what a kill must not lose is there before it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from evals.case import BadCase
from evals.files import write_whole


class Intent(BaseModel):
    """A batch that is about to begin: its requests by their keys, and when. It may or may not have begun."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: list[str]
    at: AwareDatetime


class Running(BaseModel):
    """A batch that began, with the keys of its requests."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    keys: list[str]


class BatchState(BaseModel):
    """What is under way and what has come: `replies` are responses by the key of their request."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    intent: Intent | None = None
    running: list[Running] = []
    replies: dict[str, dict[str, Any]] = {}

    @property
    def under_way(self) -> set[str]:
        """The keys that some batch works on."""
        return {key for batch in self.running for key in batch.keys}


def read_state(path: Path) -> BatchState:
    """The state of a file; an empty one where there is none. Raises `BadCase` for one that is not valid."""
    if not path.exists():
        return BatchState()
    try:
        return BatchState.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as bad:
        raise BadCase(
            f"{path}: not the state of a batch ({type(bad).__name__}); look at it, or remove it to begin anew"
        ) from bad


def write_state(state: BatchState, path: Path) -> None:
    """Write the state, whole or not at all."""
    write_whole(path, state.model_dump_json(indent=1) + "\n")
