"""What a small request notices of a huge paste that the same server reads meanwhile."""

from __future__ import annotations

import asyncio
import json
import re
import time

from pydantic import BaseModel, ConfigDict

from evals.bench.latency import Spread, spread
from evals.bench.server import serving
from evals.bench.streams import request

ROUNDS = 5
PASTE_BYTES = 1_900_000
_ALONE = 60
"""Small requests in a round before its paste is sent."""
_ERROR = "API Error: 529 overloaded_error on 2.1.7\n"
_LINE = "2026-01-01 12:00:00 INFO something happened in a module\n"
DOORS = ("/v1/parse", "/v1/diagnoses")
"""Where the paste is sent; the small requests are parses."""


class Interference(BaseModel):
    """Times of the pastes, and of small requests alone and beside them; `ratio` is of the two p95."""

    model_config = ConfigDict(frozen=True)

    paste_bytes: int
    pastes: Spread
    alone: Spread
    beside: Spread
    ratio: float


def paste(size: int) -> bytes:
    """A report of about `size` bytes: a log, and many times the same error in it."""
    lines = _ERROR * (size // 20 // len(_ERROR))
    return json.dumps({"text": lines + _LINE * ((size - len(lines)) // (len(_LINE) + 1))}).encode()


async def measure(
    address: tuple[str, int], size: int = PASTE_BYTES, rounds: int = ROUNDS, door: str = DOORS[0]
) -> Interference:
    """The figures of the server at `address` with the paste sent to `door`.

    Both kinds of time are taken in turn, round by round.
    """
    body = paste(size)
    pastes: list[float] = []
    alone: list[float] = []
    beside: list[float] = []
    for _ in range(rounds):
        for _ in range(_ALONE):
            alone.append(await _small(address))
        started = time.perf_counter()
        huge = asyncio.ensure_future(request(address, _head(door), body))
        while not huge.done():
            beside.append(await _small(address))
        got, _ = await huge
        if not re.match(rb"HTTP/1.1 20[01] ", got):
            raise RuntimeError(f"the paste was refused: {got[:200]!r}")
        pastes.append((time.perf_counter() - started) * 1000)
    one, other = spread(alone), spread(beside)
    return Interference(
        paste_bytes=len(body),
        pastes=spread(pastes),
        alone=one,
        beside=other,
        ratio=round(other.p95_ms / one.p95_ms, 2),
    )


def measure_interference() -> dict[str, Interference]:
    """`measure` on a server of its own, for each door."""
    with serving() as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        return {door: asyncio.run(measure((host, int(port)), door=door)) for door in DOORS}


def _head(door: str) -> str:
    return f"POST {door} HTTP/1.1\r\ncontent-type: application/json\r\n"


async def _small(address: tuple[str, int]) -> float:
    """Milliseconds of a small parse, after a rest that lets the server do something else."""
    await asyncio.sleep(0.01)
    started = time.perf_counter()
    await request(address, _head(DOORS[0]), json.dumps({"text": _ERROR}).encode())
    return (time.perf_counter() - started) * 1000
