"""Read one issue from GitHub with what it is linked to, within bounds, and keep it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

from agent.errors import BadInput, NoSuchIssue, SourceUnavailable
from agent.github.sync import release_of
from agent.issues.clusters import folded, name_of
from agent.issues.issue import Issue
from agent.issues.references import Thread
from agent.issues.rows import BadRow, SignatureOf, parse_row
from agent.ports import IssueArchive, IssueSource

MOST_LINKED = 15
"""Linked threads that are read; the strongest links first."""
MOST_PULLS = 3
"""Merged pulls whose commit is looked for in releases."""
_MOST_WAITING = 50
_ORDER = ("duplicate_of", "transferred_to", "fixed_by", "closes", "linked", "cross_referenced", "mentions")


class Patience:
    """`ports.Waiter` for somebody who is waiting for an answer: at most so many seconds in all."""

    def __init__(self, seconds: float, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._left, self._sleep = seconds, sleep

    async def wait(self, seconds: float, why: str) -> None:
        """Returns after so many seconds. Raises `SourceUnavailable` where that would be too long."""
        self._left -= seconds
        if self._left < 0:
            where, _, reason = why.partition(": ")
            raise SourceUnavailable(where=where, why=reason or "it does not answer")
        await self._sleep(seconds)


class Fetched(NamedTuple):
    """Where the thread is now, how many linked ones were read, and sentences on what could not be."""

    thread: Thread
    linked: int = 0
    notes: tuple[str, ...] = ()


class Fetch:
    """Reads single threads. What it reads is kept at once, so that it is there without a network later."""

    def __init__(self, source: IssueSource, archive: IssueArchive, signature_of: SignatureOf) -> None:
        self._source, self._archive, self._signature_of = source, archive, signature_of

    async def run(self, repository: str, number: int) -> Fetched:
        """The thread with its events, and what it is directly linked to.

        Raises `NoSuchIssue` where it is not there, unless it was stored and is now deleted, and
        `SourceUnavailable`.
        """
        repository = await self._archive.spelling(repository)
        thread, notes = (repository, number), list[str]()
        found = await self._source.thread(repository, number)
        if found.gone:
            return Fetched(thread, 0, (await self._gone(thread),))
        if found.moved_to:
            await self._archive.mark_gone(repository, number, found.moved_to)
            notes.append(f"{name_of(thread)} was transferred to {name_of(found.moved_to)}.")
            thread = (await self._archive.spelling(found.moved_to[0]), found.moved_to[1])
        issue = self._parsed(thread, {**(found.row or {}), "timeline": await self._source.events(*thread)})
        if issue is None:
            raise SourceUnavailable(where="GitHub", why=f"what it gives of {name_of(thread)} cannot be read")
        await self._archive.upsert([issue])
        if issue.kind == "pull":
            return Fetched(thread, 0, tuple(notes))
        linked, failed = await self._linked(issue)
        notes += failed
        return Fetched(thread, linked, tuple(notes))

    async def _gone(self, thread: Thread) -> str:
        """A repository that cannot be read may be private: only what is known to be gone is marked so."""
        name = name_of(thread)
        if not await self._source.is_there(thread[0]):
            raise NoSuchIssue(name=name, why=f"there is no repository {thread[0]}, or it is private")
        if not await self._archive.mark_gone(*thread, None):
            raise NoSuchIssue(name=name, why="it was deleted, or never was there")
        return f"{name} was deleted from GitHub; what is shown was stored before."

    async def _linked(self, issue: Issue) -> tuple[int, list[str]]:
        wanted = _linked_threads(issue)
        read: list[Issue] = []
        notes = []
        if len(wanted) > MOST_LINKED:
            notes.append(f"Of {len(wanted)} linked threads the first {MOST_LINKED} were read.")
        try:
            for thread, fixes in wanted[:MOST_LINKED]:
                if one := await self._one(thread, fixes):
                    read.append(one)
        except SourceUnavailable as bad:
            notes.append(f"Only {len(read)} of {len(wanted)} linked threads were read: {bad}")
        if read:
            await self._archive.upsert(read)
        if not any("were read:" in note for note in notes):
            notes += await self._released(read)
        return len(read), notes

    async def _one(self, thread: Thread, fixes: bool) -> Issue | None:
        """A linked thread, of a merged pull that fixes with its events; None where it is not there."""
        try:
            found = await self._source.thread(*thread)
        except BadInput:
            return None
        if found.row is None or found.moved_to or found.gone:
            return None
        own = (await self._archive.spelling(thread[0]), thread[1])
        issue = self._parsed(own, found.row)
        if issue and fixes and issue.merged_at:
            return self._parsed(own, {**found.row, "timeline": await self._source.events(*own)})
        return issue

    async def _released(self, read: Iterable[Issue]) -> list[str]:
        """Looks for the first release that holds each merged pull; what failed, in words."""
        pulls = [one for one in read if one.merged_at and one.timeline][:MOST_PULLS]
        try:
            for repository in sorted({one.repository for one in pulls}):
                page = await self._source.releases(repository)
                await self._archive.add_releases(
                    repository, [r for row in page.rows if (r := release_of(row))]
                )
                waiting = await self._archive.unreleased(repository, _MOST_WAITING)
                for pull in pulls:
                    if pull.repository == repository and pull.number in waiting:
                        await self._mark_first(pull, *waiting[pull.number])
        except (SourceUnavailable, BadInput) as bad:
            return [f"Which release holds a merged pull was not found out: {bad}"]
        return []

    async def _mark_first(self, pull: Issue, commit: str, tags: list[str]) -> None:
        for tag in tags:
            if await self._source.holds(pull.repository, tag, commit):
                await self._archive.mark_released(pull.repository, pull.number, tag)
                return

    def _parsed(self, thread: Thread, row: dict[str, Any]) -> Issue | None:
        parsed = parse_row(row, thread[0], self._signature_of)
        if isinstance(parsed, BadRow) or parsed.number != thread[1]:
            return None
        return parsed.model_copy(update={"repository": thread[0]})


def _linked_threads(issue: Issue) -> list[tuple[Thread, bool]]:
    """Threads that the issue names, each once, the strongest links first; and whether they fix it."""
    found: dict[Thread, tuple[Thread, bool]] = {}
    for link in sorted(issue.links, key=lambda link: _ORDER.index(link.kind)):
        thread = (link.target_repository, link.target_number)
        found.setdefault(folded(thread), (thread, link.kind == "fixed_by"))
    return list(found.values())
