"""The provider's batch API, at half the price: requests in, and within a day their replies.

It is only for recording, where nobody waits. The SDK's client and what its refusals mean come from `live.py`;
a batch streams nothing and has no budget, so they share no more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from agent.errors import ModelUnavailable
from agent.llm.live import new_client, refusals
from agent.llm.outcomes import NO_KEY
from agent.llm.record import kept_response

if TYPE_CHECKING:
    from agent.llm.live import BatchCounts, Client

TRIES = 5
"""Of what may be asked twice without harm: everything but to begin a batch."""
SECONDS = 60.0
RECENT = 20


class Progress(NamedTuple):
    """How far a batch is: whether it ended, and how many of its requests are not under way any more."""

    ended: bool
    done: int
    all: int


class Begun(NamedTuple):
    """A batch of the account."""

    id: str
    at: datetime
    all: int


class Batches:
    """Begins, watches and reads batches. Methods raise `ModelUnavailable`, which holds nothing secret."""

    def __init__(self, client: Client) -> None:
        self._once = client.with_options(max_retries=0, timeout=SECONDS)
        self._often = client.with_options(max_retries=TRIES - 1, timeout=SECONDS)

    @property
    def api_version(self) -> str:
        """The version of the API that each request names in a header."""
        return str(self._once.default_headers["anthropic-version"])

    async def begin(self, requests: Mapping[str, Mapping[str, Any]]) -> str:
        """Begin a batch of bodies by their ids (64 characters at most); its id.

        It is not tried twice: a request that was lost on its way back would be paid for twice.
        """
        asked = [{"custom_id": name, "params": dict(body)} for name, body in requests.items()]
        with refusals("begin a batch"):
            return (await self._once.messages.batches.create(requests=cast("Any", asked))).id

    async def progress(self, batch: str) -> Progress:
        """How far a batch is."""
        with refusals("look at a batch"):
            found = await self._often.messages.batches.retrieve(batch)
        total = _total(found.request_counts)
        done = total - found.request_counts.processing
        return Progress(found.processing_status == "ended", done, total)

    async def results(self, batch: str) -> dict[str, dict[str, Any] | None]:
        """The responses of a batch that ended, by id; None for a request that was never worked on."""
        found: dict[str, dict[str, Any] | None] = {}
        with refusals("read a batch"):
            async for entry in await self._often.messages.batches.results(batch):
                result = entry.result.to_dict(mode="json")
                said = result.get("message") or result.get("error")
                found[entry.custom_id] = kept_response(cast("dict[str, Any]", said)) if said else None
        return found

    async def recent(self) -> list[Begun]:
        """The last batches of the account, the newest first."""
        with refusals("list batches"):
            page = await self._often.messages.batches.list(limit=RECENT)
        return [Begun(b.id, b.created_at, _total(b.request_counts)) for b in page.data]


@asynccontextmanager
async def open_batches() -> AsyncIterator[Batches]:
    """The batch API with one client, closed in the end. Raises `ModelUnavailable` where no key is set."""
    client = new_client()
    try:
        if client.api_key is None and client.auth_token is None and client.credentials is None:
            raise ModelUnavailable(why=NO_KEY.rstrip("."))
        yield Batches(client)
    finally:
        await client.close()


def _total(counts: BatchCounts) -> int:
    return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired
