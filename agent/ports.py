"""The doors of the house as Protocols: what a run may ask of the world, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from agent.causes.changelog import Changelog
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
from agent.issues.issue import Issue, IssueHit, IssueLink, IssueQuery
from agent.issues.source import Release, SourcePage, SourceThread
from agent.issues.timeline import History
from agent.issues.wave import Wave
from agent.report.error_report import ErrorReport


class IssueIndex(Protocol):
    """Stored issues that can be searched."""

    async def search(self, query: IssueQuery, limit: int) -> list[IssueHit]:
        """The best `limit` hits, exact signatures first; empty where nothing matches."""

    async def as_of(self) -> datetime | None:
        """When the newest row was stored, or None where there is none."""


class WaveSource(Protocol):
    """Bursts of one error in what is stored."""

    async def current(self, report: ErrorReport, at: datetime) -> list[Wave]:
        """The waves of the report's errors that are going on at `at`, without the report itself.

        They name no member, since what they say may be shown to anybody.
        """

    async def every(self, since: datetime | None, now: datetime) -> list[Wave]:
        """The waves that were still going on at `since` or later, the newest first."""


class ChangelogSource(Protocol):
    """The changelogs that were imported."""

    async def of(self, product: str) -> Changelog | None:
        """The changelog of a product; None where none was imported."""
        ...


class IssueStore(IssueIndex, Protocol):
    """Stored issues that can be added to."""

    async def upsert(self, issues: list[Issue]) -> int:
        """Insert or update by repository and number; the number of rows written."""


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


class Clock(Protocol):
    """The one source of the time."""

    def now(self) -> datetime:
        """The time now, with its zone."""


class Waiter(Protocol):
    """The one way to let time pass."""

    async def wait(self, seconds: float, why: str) -> None:
        """Returns after so many seconds; `why` is for a person who is watching."""


class IssueSource(Protocol):
    """A forge that issues are read from, by pages (`SourcePage`): `after` is the `next` of the page before.

    Methods raise `SourceUnavailable` or `BadInput`.
    """

    @property
    def tells_histories(self) -> bool:
        """Whether `histories` and `holds` can be asked: they need a token."""

    async def threads(
        self, repository: str, since: datetime | None, after: str | None = None, etag: str | None = None
    ) -> SourcePage:
        """Issues and pulls, the least recently updated first. `BadInput` where there is no such place."""

    async def comments(
        self, repository: str, since: datetime | None, after: str | None = None, etag: str | None = None
    ) -> SourcePage:
        """Comments on all threads, in the same order."""

    async def releases(
        self, repository: str, after: str | None = None, etag: str | None = None
    ) -> SourcePage:
        """Releases, the newest first."""

    async def thread(self, repository: str, number: int) -> SourceThread:
        """What became of one thread."""

    async def histories(self, repository: str, numbers: list[int]) -> dict[int, History | None]:
        """What happened to each thread; None for one that is not there."""

    async def holds(self, repository: str, tag: str, commit: str) -> bool:
        """Whether the release holds the commit."""


class IssueArchive(IssueStore, Protocol):
    """Stored issues with what belongs to them, as a sync fills it. Methods raise `StoreUnavailable`."""

    async def add_histories(self, repository: str, found: dict[int, History]) -> int:
        """Adds what belongs to stored threads; how many threads are stored."""

    async def mark_gone(self, repository: str, number: int, moved_to: tuple[str, int] | None) -> bool:
        """The thread is there no more; False where it is not stored."""

    async def numbers(self, repository: str, after: int, limit: int) -> list[int]:
        """Stored threads that are not gone, in order, from the one after `after`."""

    async def add_releases(self, repository: str, found: list[Release]) -> int:
        """Adds or replaces releases; how many are new."""

    async def unreleased(self, repository: str, limit: int) -> dict[int, tuple[str, list[str]]]:
        """Merged pulls with no release: number to commit and the first tags after the merge."""

    async def mark_released(self, repository: str, number: int, tag: str) -> None:
        """The release is the first that holds the pull."""

    async def spelling(self, repository: str) -> str:
        """The repository's name as stored threads have it: upper and lower case do not differ."""

    async def sync_state(self, key: str) -> dict[str, Any]:
        """What `keep_sync_state` kept last; empty where nothing was."""

    async def keep_sync_state(self, key: str, state: dict[str, Any]) -> None:
        """Where to go on after an interruption."""


class IssueGraph(Protocol):
    """Stored issues with their links. Methods raise `StoreUnavailable`."""

    async def issue(self, repository: str, number: int) -> Issue | None:
        """The issue with its comments, timeline and links."""

    async def links_to(self, repository: str, number: int) -> list[tuple[tuple[str, int], IssueLink]]:
        """Links of other stored issues to this one, each with the issue that holds it."""

    async def neighbours(
        self, threads: list[tuple[str, int]], depth: int = 1, limit: int = 200
    ) -> dict[tuple[str, int], Issue]:
        """The threads and what is linked to or from them, so many steps away, with links alone."""

    async def duplicates(self) -> list[tuple[tuple[str, int], tuple[str, int]]]:
        """Every issue that is a duplicate, with the one it is a duplicate of."""

    async def release_after(self, repository: str, moment: datetime) -> Release | None:
        """The first release after a moment that is no prerelease: by date, so it need not hold a commit."""
