"""The doors to what is known of issues, as Protocols: the stored ones, their links, and the forge."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from agent.causes.changelog import Changelog
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
        """What became of one thread, with its row where it is there."""

    async def events(self, repository: str, number: int) -> list[dict[str, Any]]:
        """What happened in one thread, comments too, the oldest first: at most some hundreds."""

    async def histories(self, repository: str, numbers: list[int]) -> dict[int, History | None]:
        """What happened to each thread; None for one that is not there."""

    async def holds(self, repository: str, tag: str, commit: str) -> bool:
        """Whether the release holds the commit."""

    async def is_there(self, repository: str) -> bool:
        """Whether there is such a repository that may be read."""


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
        """The threads and what is linked to or from them, so many steps away, with links and no text."""

    async def duplicates(self) -> list[tuple[tuple[str, int], tuple[str, int]]]:
        """Every issue that is a duplicate, with the one it is a duplicate of."""

    async def release_after(self, repository: str, moment: datetime) -> Release | None:
        """The first release after a moment that is no prerelease: by date, so it need not hold a commit."""
