"""The recordings beside the declared cases, and what each is worth now.

The denominator is always the declared cases: a case without a recording has an entry that says so.
What can be told from the files alone is told by `load_recordings`; whether a recording is stale shows
only when its case walks the road with it (`evals.run`), which gives the entry its last state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from agent.llm.prices import Prices
from agent.llm.recordings import Kind, Recording, State
from agent.llm.staleness import Change
from evals.backlog import Gap
from evals.case import Case
from evals.lock import Lock


class RecordedCase(BaseModel):
    """One recording of one case, or the lack of any.

    `file` is the name of the recording, None where there is none. `why` says in words what is wrong and
    `next` the command that mends it; both are empty where it is ok. `declared` is the reason and the last
    day of the gap in the backlog where the case has no recording and that is declared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    state: State
    kind: Kind | None = None
    trial: int | None = None
    file: str | None = None
    changes: list[Change] = []
    why: str = ""
    next: str = ""
    declared: str | None = None
    recording: Recording | None = Field(default=None, exclude=True, repr=False)

    @property
    def red(self) -> bool:
        """Whether this stops a change: everything but ok and a declared gap."""
        return self.state != "ok" and self.declared is None


def load_recordings(
    cases: Sequence[Case],
    folder: Path,
    *,
    backlog: Sequence[Gap],
    lock: Lock | None,
    prices: Prices,
    today: date,
) -> list[RecordedCase]:
    """An entry for each recording of `cases`, for each case without one, and for each file that fits none.

    By slug, then trial. `cases` are all that are declared; without a `lock` digests are not compared.
    No entry is stale yet.
    """
    raise NotImplementedError
