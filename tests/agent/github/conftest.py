"""A forge on loopback, a clock that stands still, and a wait that takes no time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from agent.github.client import GitHubClient
from tests.agent.github.forge import Forge, serving

NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)
TOKEN = "ghp_" + "A1b2" * 9


class Time:
    """`ports.Clock` and `ports.Waiter` in one: a wait moves the clock and nothing else."""

    def __init__(self) -> None:
        self.at = NOW
        self.waits: list[tuple[float, str]] = []

    def now(self) -> datetime:
        return self.at

    async def wait(self, seconds: float, why: str) -> None:
        self.waits.append((seconds, why))
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def forge() -> Iterator[Forge]:
    found = Forge()
    with serving(found):
        yield found


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def client(forge: Forge, time: Time, anyio_backend: str) -> AsyncIterator[Any]:
    found = GitHubClient(forge.url, SecretStr(TOKEN), time, time)
    yield found
    await found.close()
