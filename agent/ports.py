"""The doors of the house as Protocols: what a run may ask of the world, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from agent.diagnosis.diagnosis import (
    Answer,
    ApiKey,
    Claim,
    Decision,
    DiagnosisFilter,
    NewDiagnosis,
    Page,
    Role,
    RunEvent,
    StoredDiagnosis,
    Thread,
    Turn,
    Vote,
)
from agent.diagnosis.model import Budget, ModelCall, ModelReply
from agent.issue_ports import (
    ChangelogSource,
    IssueArchive,
    IssueGraph,
    IssueIndex,
    IssueSource,
    IssueStore,
    WaveSource,
)

__all__ = [
    "ChangelogSource",
    "Clock",
    "DiagnosisStore",
    "IdempotencyStore",
    "IssueArchive",
    "IssueGraph",
    "IssueIndex",
    "IssueSource",
    "IssueStore",
    "KeyStore",
    "Model",
    "ThreadStore",
    "Waiter",
    "WaveSource",
]


class DiagnosisStore(Protocol):
    """The diagnoses of one tenant. An id of another tenant, or of another `owner`, is not found.

    What is stored of a submission has its secrets replaced, whatever the caller gives.
    Methods raise `StoreUnavailable` where the database fails; then nothing was written.
    """

    async def save(
        self,
        answer: Answer,
        *,
        owner: str | None,
        submission: dict[str, Any],
        events: list[RunEvent],
        idempotency_key: str | None = None,
    ) -> None:
        """Keep a finished diagnosis and the events that are not kept yet, all or none.

        With `idempotency_key` the claim on it is finished in the same transaction.
        """

    async def begin(
        self, diagnosis_id: str, *, owner: str | None, submission: dict[str, Any], created_at: datetime
    ) -> None:
        """Keep that a diagnosis is being made: a row in state "running"."""

    async def fail(self, diagnosis_id: str, problem: dict[str, Any]) -> None:
        """A running diagnosis came to nothing; `problem` says why. A finished one stays as it is."""

    async def get(self, diagnosis_id: str, *, owner: str | None = None) -> StoredDiagnosis | None:
        """The diagnosis with its latest decision and its votes; with `owner` only if it is theirs."""

    async def page(self, wanted: DiagnosisFilter, *, cursor: str | None, limit: int) -> Page:
        """At most `limit` diagnoses, the newest first, from `cursor` on. Raises `BadCursor`."""

    async def append_event(self, diagnosis_id: str, event: RunEvent) -> None:
        """Keep an event of a run that was begun; one whose `seq` is kept already changes nothing."""

    async def events(self, diagnosis_id: str, after: int) -> list[RunEvent]:
        """The events with a `seq` above `after`, in order; empty where there are none."""

    async def decide(self, diagnosis_id: str, decision: Decision) -> bool:
        """Keep a decision beside the earlier ones; False where there is no such diagnosis."""

    async def vote(self, diagnosis_id: str, vote: Vote) -> bool:
        """Keep the reader's one vote, in place of an earlier one; False where there is no such diagnosis."""


class IdempotencyStore(Protocol):
    """Which request with which key makes a diagnosis, decided once for all processes."""

    async def claim(self, key: str, owner: str, body_sha256: str) -> Claim:
        """Claim `key` for this body. A key is free again after 24 hours, or when its claimant crashed."""

    async def finish(self, key: str, owner: str, diagnosis_id: str) -> None:
        """The claim led to this diagnosis."""

    async def release(self, key: str, owner: str) -> None:
        """The claim led to nothing: the next one with the key starts anew."""


class ThreadStore(Protocol):
    """The conversations of one tenant."""

    async def create(
        self,
        owner: str | None,
        submission: dict[str, Any],
        turns: Sequence[Turn] = (),
        diagnosis: NewDiagnosis | None = None,
    ) -> Thread:
        """A new thread, with its first turns and the diagnosis that they tell where there are some."""

    async def get(self, thread_id: str, owner: str | None = None) -> Thread | None:
        """The thread with all its turns; with `owner` only if it is theirs."""

    async def append(
        self,
        thread_id: str,
        turns: list[Turn],
        submission: dict[str, Any],
        expected_turns: int,
        diagnosis: NewDiagnosis | None = None,
    ) -> bool:
        """Add turns, replace the case so far and keep the diagnosis that the turns tell: all or none.

        False where the thread does not have exactly `expected_turns` turns: somebody else wrote meanwhile.
        """


class KeyStore(Protocol):
    """The API keys of one tenant. Secrets never come here, only their hashes."""

    async def create(self, name: str, role: Role, secret_hash: str, prefix: str) -> ApiKey:
        """A new key. Raises `BadInput` where the prefix is taken."""

    async def find(self, prefix: str) -> tuple[ApiKey, str] | None:
        """The key with this prefix and the hash of its secret; a revoked one too."""

    async def list(self) -> list[ApiKey]:
        """All keys, the oldest first, revoked ones too."""

    async def revoke(self, key_id: str) -> bool:
        """From now on the key is refused; False where there is no such key, or it was revoked before."""

    async def any(self) -> bool:
        """Whether a key was ever made; a revoked one counts, so that to revoke the last opens no door."""

    async def touch(self, key_id: str) -> None:
        """The key was used now; kept to the minute."""


class Model(Protocol):
    """A language model that words a diagnosis. It holds no tool, and no choice but its words."""

    @property
    def name(self) -> str:
        """Which door this is: "live", "replay", ..."""

    @property
    def triage_model(self) -> str:
        """The cheap model, for what needs little thought."""

    @property
    def draft_model(self) -> str:
        """The model that drafts as a rule."""

    @property
    def strong_model(self) -> str:
        """The model for a case that is close, or whose first draft did not stand."""

    async def complete(self, call: ModelCall, said: Callable[[str], None], budget: Budget) -> ModelReply:
        """The reply to one call; `said` gets its text piece by piece as it comes.

        Never raises for what a provider does: an outcome other than "ok" says it. Keeps to `budget`.
        """


class Apart(Protocol):
    """The first two rooms for a large submission, somewhere else than in the process that answers others."""

    async def read(self, submission: dict[str, Any]) -> dict[str, Any]:
        """The `ErrorReport` of a `Case`, both as JSON."""

    async def assess(
        self, submission: dict[str, Any], report: dict[str, Any], now: datetime
    ) -> dict[str, Any]:
        """The `UsageAssessment` of a `Case` and its `ErrorReport`, all as JSON."""


class Clock(Protocol):
    """The one source of the time."""

    def now(self) -> datetime:
        """The time now, with its zone."""


class Waiter(Protocol):
    """The one way to let time pass."""

    async def wait(self, seconds: float, why: str) -> None:
        """Returns after so many seconds; `why` is for a person who is watching."""
