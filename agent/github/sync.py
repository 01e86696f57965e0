"""Bring the stored issues of a repository up to date, page by page; after a kill the next run goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from agent.github.comment_rows import comments_of
from agent.issues.issue import Issue
from agent.issues.rows import BadRow, SignatureOf, parse_row
from agent.issues.source import Release, SourcePage
from agent.issues.values import Unusable, date_of, text_of
from agent.ports import IssueArchive, IssueSource

CHECKED, CHECKED_WITHOUT_TOKEN = 100, 10
"""Stored threads that a run asks after, since a list does not name those that are gone."""
PER_PAGE = 100
_MOST_RELEASE_PAGES = 30
_MOST_COMPARED = 30
"""Pulls whose first release is looked for in one run."""

Say = Callable[[str], None]
Part = Literal["threads", "comments"]
Reader = Callable[..., Awaitable[SourcePage]]


class Synced(NamedTuple):
    """What a run did. `notes` are sentences on what it could not do."""

    threads: int = 0
    comments: int = 0
    events: int = 0
    releases: int = 0
    gone: int = 0
    moved: int = 0
    bad: int = 0
    notes: tuple[str, ...] = ()


class Sync:
    """One run over one repository. Raises what its source and archive raise; what was read is kept."""

    def __init__(
        self, source: IssueSource, archive: IssueArchive, signature_of: SignatureOf, repository: str, say: Say
    ) -> None:
        self._source, self._archive, self._signature_of = source, archive, signature_of
        self._repository, self._say = repository, say
        self._key = repository.lower()
        self._state: dict[str, Any] = {}
        self._seen: set[int] = set()
        self._done = Synced()

    async def run(self, full: bool = False) -> Synced:
        """Everything that changed since the last run; with `full` everything, and every stored thread."""
        self._repository = await self._archive.spelling(self._repository)
        self._state = await self._archive.sync_state(self._key)
        if full and not self._state.get("full"):
            self._state = {"full": True}
        if self._state.get("busy"):
            self._say(f"{self._repository}: going on where the last run stopped")
        self._state["busy"] = True
        await self._walk("threads", self._source.threads, self._keep_threads)
        await self._walk("comments", self._source.comments, self._keep_comments)
        await self._read_releases()
        await self._look_for_the_gone(everything=bool(self._state.get("full")))
        await self._find_first_releases()
        for name in ("busy", "full"):
            self._state.pop(name, None)
        await self._save()
        if not self._source.tells_histories:
            note = "Timelines and the releases of pulls were not read: that needs GITHUB_TOKEN."
            self._done = self._done._replace(notes=(*self._done.notes, note))
        return self._done

    async def _walk(
        self, part: Part, read: Reader, keep: Callable[[list[dict[str, Any]]], Awaitable[None]]
    ) -> None:
        """Pages from the least recently updated on, each kept before the next is asked for.

        The next page is asked for by the last update seen and not by its number: while a list by update is
        read, a thread that changes moves to its end, and what stood behind it would be passed over. Only
        where a whole page has one moment, or the server takes no `since`, its own link is followed.
        """
        at: dict[str, Any] = dict(self._state.get(part) or {})
        while True:
            since, etag = _moment(at.get("since")), at.get("etag")
            page = await read(self._repository, since, at.get("next"), None if at.get("next") else etag)
            if page.unchanged:
                return
            await keep(page.rows)
            moments = [moment for row in page.rows if (moment := _updated(row))]
            newest = max(moments, default=since)
            if since and moments and min(moments) < since and not at.get("next"):
                at["by_link"] = True
            # The tag of a full page may stay the same when more comes behind it: it is not kept.
            ended = page.next is None and (at.get("next") is not None or len(page.rows) < _size(at))
            if page.next is not None:
                at["size"] = min(_size(at), len(page.rows) or 1)
            if page.next is None:
                etag = None if at.get("next") or not ended else page.etag
                ended = ended or newest == since
                at = {**_kept(at), "since": _text(since if etag else newest), "etag": etag}
            elif not at.get("by_link") and newest and (since is None or newest > since):
                at = {**_kept(at), "since": _text(newest)}
            else:
                at = {**at, "next": page.next, "etag": None}
            self._state[part] = at
            await self._save()
            if ended:
                return

    async def _keep_threads(self, rows: list[dict[str, Any]]) -> None:
        parsed = [parse_row(row, self._repository, self._signature_of) for row in rows]
        bad = [one for one in parsed if isinstance(one, BadRow)]
        for one in bad:
            self._say(f"{self._repository}: a row cannot be used: {one.reason}")
        issues = [
            one.model_copy(update={"repository": self._repository})
            for one in parsed
            if isinstance(one, Issue)
        ]
        if issues:
            await self._archive.upsert(issues)
        numbers = [issue.number for issue in issues]
        new = set(numbers) - self._seen
        self._seen |= new
        events = await self._keep_histories(numbers)
        self._done = self._done._replace(
            threads=self._done.threads + len(new), events=self._done.events + events,
            bad=self._done.bad + len(bad),
        )  # fmt: skip
        if issues:
            self._say(f"{self._repository}: {self._done.threads:,} threads, up to {issues[-1].updated_at}")

    async def _keep_histories(self, numbers: list[int]) -> int:
        if not self._source.tells_histories or not numbers:
            return 0
        found = await self._source.histories(self._repository, numbers)
        there = {number: history for number, history in found.items() if history is not None}
        await self._archive.add_histories(self._repository, there)
        for number in found.keys() - there.keys():
            await self._ask_after(number)
        return sum(len(history.events) for history in there.values())

    async def _keep_comments(self, rows: list[dict[str, Any]]) -> None:
        found = comments_of(rows, self._repository)
        if found:
            await self._archive.add_histories(self._repository, found)
        count = sum(len(history.comments) for history in found.values())
        self._done = self._done._replace(comments=self._done.comments + count)
        if count:
            self._say(f"{self._repository}: {self._done.comments:,} comments")

    async def _read_releases(self) -> None:
        at = self._state.get("releases") or {}
        page = await self._source.releases(self._repository, None, at.get("etag"))
        first = page.etag
        for _ in range(_MOST_RELEASE_PAGES):
            found = [release for row in page.rows if (release := release_of(row))]
            new = await self._archive.add_releases(self._repository, found) if found else 0
            self._done = self._done._replace(releases=self._done.releases + new)
            # The newest stand first: behind a page without a new one there is none, once all were read.
            if page.unchanged or page.next is None or (at.get("etag") and new == 0):
                break
            page = await self._source.releases(self._repository, page.next)
        self._state["releases"] = {"etag": first}
        await self._save()

    async def _look_for_the_gone(self, everything: bool) -> None:
        left = CHECKED if self._source.tells_histories else CHECKED_WITHOUT_TOKEN
        after = int(self._state.get("checked") or 0)
        while everything or left > 0:
            numbers = await self._archive.numbers(self._repository, after, CHECKED)
            if not numbers:
                after = 0
                break
            for number in numbers[: len(numbers) if everything else left]:
                after, left = number, left - 1
                if number not in self._seen:
                    await self._ask_after(number)
            if len(numbers) < CHECKED and after == numbers[-1]:
                after = 0
                break
            self._state["checked"] = after
            await self._save()
        self._state["checked"] = after

    async def _ask_after(self, number: int) -> None:
        found = await self._source.thread(self._repository, number)
        if not found.gone and found.moved_to is None:
            return
        if await self._archive.mark_gone(self._repository, number, found.moved_to):
            gone, moved = self._done.gone + found.gone, self._done.moved + (found.moved_to is not None)
            self._done = self._done._replace(gone=gone, moved=moved)

    async def _find_first_releases(self) -> None:
        if not self._source.tells_histories:
            return
        waiting = await self._archive.unreleased(self._repository, _MOST_COMPARED)
        for number, (commit, tags) in waiting.items():
            for tag in tags:
                if await self._source.holds(self._repository, tag, commit):
                    await self._archive.mark_released(self._repository, number, tag)
                    break

    async def _save(self) -> None:
        await self._archive.keep_sync_state(self._key, self._state)


def _kept(at: dict[str, Any]) -> dict[str, Any]:
    """What was learned of the server: whether it takes no `since`, and how long its pages are."""
    return {name: at[name] for name in ("by_link", "size") if at.get(name)}


def _size(at: dict[str, Any]) -> int:
    """Rows of a full page."""
    return int(at.get("size") or PER_PAGE)


def _updated(row: dict[str, Any]) -> datetime | None:
    try:
        return date_of(row, "updated_at")
    except Unusable:
        return None


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def release_of(row: dict[str, Any]) -> Release | None:
    """A release that is out; a draft is none."""
    tag = text_of(row, "tag_name")[:200]
    if not tag or row.get("draft") is True:
        return None
    try:
        at = date_of(row, "published_at")
    except Unusable:
        at = None
    url = text_of(row, "html_url") or None
    return Release(tag=tag, url=url, published_at=at, prerelease=row.get("prerelease") is True)
