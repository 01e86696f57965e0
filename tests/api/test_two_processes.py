"""Two processes on one database: of the same request one makes the diagnosis, of two messages one counts."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

import pytest

from agent.store.schema import upgrade
from tests.api.live import Connection
from tests.api.processes import Served, served
from tests.postgresql import drop_schema, new_schema

TIMES = 100


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Served]]:
    """Two servers of their own processes on one database."""
    folder = tmp_path_factory.mktemp("both")
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{folder}/shared.sqlite3"
        else:
            url = new_schema(request.getfixturevalue("postgres_server"))
            stack.callback(drop_schema, url)
        upgrade(url)
        yield [stack.enter_context(served(url, folder)) for _ in range(2)]


async def made(port: int, **wanted: str) -> list[Any]:
    """The diagnoses of a list."""
    _, _, found = await answer(port, f"/v1/diagnoses?{urlencode({'limit': 200, **wanted})}")
    listed: list[Any] = found["diagnoses"]
    return listed


async def answer(port: int, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON of one request on a connection of its own."""
    sent = await Connection.send(port, path, body, **headers)
    head, _, content = (await sent.rest()).partition("\r\n\r\n")
    lines = head.split("\r\n")
    named = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), named, json.loads(content)


def test_the_same_request_a_hundred_times_at_once_makes_one_diagnosis(
    both: list[Served], refusal: str
) -> None:
    report = {"text": refusal, "id": "order 4711"}

    async def scene() -> None:
        sent = [
            answer(both[turn % 2].port, "/v1/diagnoses", report, idempotency_key="one")
            for turn in range(TIMES)
        ]
        answers = await asyncio.gather(*sent)
        assert Counter(status for status, _, _ in answers) == {201: TIMES}
        assert len({found["id"] for _, _, found in answers}) == 1
        fresh = [headers for _, headers, _ in answers if "idempotency-replayed" not in headers]
        assert len(fresh) == 1, "one request made it, the others were given it"
        bodies = {json.dumps(found, sort_keys=True) for _, _, found in answers}
        assert len(bodies) == 1
        for server in both:
            assert len(await made(server.port, client_id="order 4711")) == 1
        other = await answer(both[1].port, "/v1/diagnoses", {"text": "other"}, idempotency_key="one")
        assert (other[0], other[2]["type"]) == (422, "urn:caseworker:problem:idempotency-mismatch")

    asyncio.run(scene())


def test_the_same_request_for_later_is_accepted_once(both: list[Served], refusal: str) -> None:
    report = {"text": refusal, "id": "later"}

    async def scene() -> None:
        sent = [
            answer(both[turn % 2].port, "/v1/diagnoses", report, idempotency_key="k",
                   prefer="respond-async")
            for turn in range(20)
        ]  # fmt: skip
        answers = await asyncio.gather(*sent)
        assert {status for status, _, _ in answers} <= {201, 202, 409}
        assert len({found["id"] for status, _, found in answers if status != 409}) == 1
        while not (rows := await made(both[0].port, client_id="later")):
            await asyncio.sleep(0.05)
        assert len(rows) == 1

    asyncio.run(scene())


def test_of_messages_to_one_thread_at_once_each_is_kept_whole_or_refused(
    both: list[Served], refusal: str
) -> None:
    async def scene() -> None:
        before = {row["id"] for row in await made(both[0].port)}
        _, _, thread = await answer(both[0].port, "/v1/threads", {})
        path = f"/v1/threads/{thread['id']}"
        said = [f"{refusal} number {number}" for number in range(10)]
        answers = await asyncio.gather(*(
            answer(both[number % 2].port, f"{path}/messages", {"content": content})
            for number, content in enumerate(said)
        ))  # fmt: skip
        assert {status for status, _, _ in answers} <= {201, 409}
        kept = sum(status == 201 for status, _, _ in answers)
        assert kept >= 1
        assert all(headers["retry-after"] == "1" for status, headers, _ in answers if status == 409)
        _, _, found = await answer(both[1].port, path)
        assert [turn["turn"] for turn in found["turns"]] == list(range(1, 2 * kept + 1))
        told = {turn["diagnosis_id"] for turn in found["turns"] if turn["diagnosis_id"]}
        after = {row["id"] for row in await made(both[1].port)}
        assert after - before == told, "a message that lost left no diagnosis"

    asyncio.run(scene())
