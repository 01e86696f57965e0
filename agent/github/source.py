"""Issues of a repository, read from GitHub: `ports.IssueSource`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from agent.errors import BadInput, SourceUnavailable
from agent.github.timeline_query import timeline_query
from agent.issues.source import SourcePage, SourceThread
from agent.issues.timeline import History, read_history, thread_of

if TYPE_CHECKING:
    from agent.github.client import GitHubClient, Reply

_AT_ONCE = 25
"""Threads of one GraphQL query."""
_MOST_PAGES = 20
"""Pages of a hundred events that are read of one thread."""
_MOST_EVENT_PAGES = 4
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}/[A-Za-z0-9_.][A-Za-z0-9_.-]{0,99}")


class GitHubSource:
    """Reads through a client; what comes is data as GitHub wrote it, unread."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    @property
    def tells_histories(self) -> bool:
        """GitHub's GraphQL API answers nobody without a token."""
        return self._client.has_token

    async def threads(
        self, repository: str, since: datetime | None, after: str | None = None, etag: str | None = None
    ) -> SourcePage:
        """A hundred issues and pulls."""
        params = {"state": "all", "sort": "updated", "direction": "asc", "per_page": "100"}
        return await self._page(repository, "/issues", params, since, after, etag)

    async def comments(
        self, repository: str, since: datetime | None, after: str | None = None, etag: str | None = None
    ) -> SourcePage:
        """A hundred comments on whatever threads."""
        params = {"sort": "updated", "direction": "asc", "per_page": "100"}
        return await self._page(repository, "/issues/comments", params, since, after, etag)

    async def releases(
        self, repository: str, after: str | None = None, etag: str | None = None
    ) -> SourcePage:
        """A hundred releases."""
        return await self._page(repository, "/releases", {"per_page": "100"}, None, after, etag)

    async def thread(self, repository: str, number: int) -> SourceThread:
        """Gone where GitHub says 404 or 410; moved where a redirect leads to another thread."""
        reply = await self._client.get(f"/repos/{_named(repository)}/issues/{number}")
        if reply.status in (404, 410):
            return SourceThread(gone=True)
        if reply.status != 200:
            raise self._unusable(reply)
        now = thread_of(reply.value) or (repository, number)
        own_name = await self._own_name(repository) if now[0].lower() != repository.lower() else repository
        same = now[0].lower() in (repository.lower(), own_name.lower()) and now[1] == number
        row = reply.value if isinstance(reply.value, dict) else None
        return SourceThread(row=row) if same else SourceThread(moved_to=now, row=row)

    async def events(self, repository: str, number: int) -> list[dict[str, Any]]:
        """By REST, which answers without a token too; at most `_MOST_EVENT_PAGES` pages of a hundred."""
        rows: list[dict[str, Any]] = []
        where: str | None = f"/repos/{_named(repository)}/issues/{number}/timeline"
        params: dict[str, str] | None = {"per_page": "100"}
        for _ in range(_MOST_EVENT_PAGES):
            reply = await self._client.get(str(where), params)
            if reply.status != 200 or not isinstance(reply.value, list):
                raise self._unusable(reply)
            rows += [row for row in reply.value if isinstance(row, dict)]
            where, params = reply.next, None
            if where is None:
                break
        return rows

    async def histories(self, repository: str, numbers: list[int]) -> dict[int, History | None]:
        """By GraphQL, some threads a query and as many pages as the longest of them has."""
        found: dict[int, History | None] = {}
        for start in range(0, len(numbers), _AT_ONCE):
            found |= await self._histories(repository, numbers[start : start + _AT_ONCE])
        return found

    async def holds(self, repository: str, tag: str, commit: str) -> bool:
        """A comparison from the commit to the tag has nothing that the tag lacks."""
        span = f"{quote(commit, safe='')}...{quote(tag, safe='')}"
        reply = await self._client.get(
            f"/repos/{_named(repository)}/compare/{span}", {"per_page": "1", "page": "2"}
        )
        value = reply.value if isinstance(reply.value, dict) else {}
        return reply.status == 200 and value.get("status") in ("ahead", "identical")

    async def is_there(self, repository: str) -> bool:
        """False for a private one that the token may not read: GitHub does not tell them apart."""
        reply = await self._client.get(f"/repos/{_named(repository)}")
        if reply.status not in (200, 404, 410):
            raise self._unusable(reply)
        return reply.status == 200

    async def _page(
        self, repository: str, path: str, params: dict[str, str], since: datetime | None, after: str | None,
        etag: str | None,
    ) -> SourcePage:  # fmt: skip
        if since is not None:
            params = {**params, "since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        where = after or f"/repos/{_named(repository)}{path}"
        reply = await self._client.get(where, None if after else params, etag)
        if reply.status == 304:
            return SourcePage(unchanged=True, etag=etag)
        if reply.status in (404, 410):
            raise BadInput(
                f"{repository}: there is no such repository, or it has no issues, or it is private."
            )
        if reply.status != 200 or not isinstance(reply.value, list):
            raise self._unusable(reply)
        rows = [row for row in reply.value if isinstance(row, dict)]
        return SourcePage(rows=rows, next=reply.next, etag=reply.etag)

    async def _histories(self, repository: str, numbers: list[int]) -> dict[int, History | None]:
        owner, name = _named(repository).split("/")
        nodes: dict[int, list[Any] | None] = {}
        after: dict[int, str | None] = dict.fromkeys(numbers)
        for _ in range(_MOST_PAGES):
            if not after:
                break
            cursors = {f"a{number}": cursor for number, cursor in after.items()}
            reply = await self._client.graphql(
                timeline_query(after), {"owner": owner, "name": name, **cursors}
            )
            repo = reply["data"].get("repository")
            for number in list(after):
                page = _items(repo, number)
                if page is None:
                    nodes.setdefault(number, None)
                    del after[number]
                    continue
                nodes[number] = [*(nodes.get(number) or []), *page[0]]
                after[number] = page[1]
                if page[1] is None:
                    del after[number]
        return {
            number: None if some is None else read_history(some, (repository, number))
            for number, some in nodes.items()
        }

    async def _own_name(self, repository: str) -> str:
        """What a repository is called now: it may have been renamed."""
        reply = await self._client.get(f"/repos/{_named(repository)}")
        name = reply.value.get("full_name") if isinstance(reply.value, dict) else None
        return name if isinstance(name, str) else repository

    def _unusable(self, reply: Reply) -> SourceUnavailable:
        return SourceUnavailable(where=self._client.host, why=f"it answers {reply.status}")


def _named(repository: str) -> str:
    if not _REPOSITORY.fullmatch(repository):
        raise BadInput(f"{repository[:80]!r} is not OWNER/NAME.")
    return repository


def _items(repo: object, number: int) -> tuple[list[Any], str | None] | None:
    """The events of a thread and the cursor of the next page; None where the thread is not there."""
    thread = repo.get(f"n{number}") if isinstance(repo, dict) else None
    items = thread.get("timelineItems") if isinstance(thread, dict) else None
    if not isinstance(items, dict):
        return None
    nodes, info = items.get("nodes"), items.get("pageInfo")
    more = isinstance(info, dict) and info.get("hasNextPage") is True
    cursor = info.get("endCursor") if more and isinstance(info, dict) else None
    return nodes if isinstance(nodes, list) else [], cursor if isinstance(cursor, str) else None
