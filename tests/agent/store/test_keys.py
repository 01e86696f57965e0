"""API keys: found by prefix, revoked once, their use known to the minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.errors import BadInput
from agent.store.database import Database
from agent.store.keys import SqlKeys

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


async def test_the_life_of_a_key(database: Database) -> None:
    times = iter(NOON + timedelta(seconds=30 * step) for step in range(20))
    database.now = lambda: next(times)
    keys = SqlKeys(database)
    assert not await keys.any()
    assert await keys.find("cw_a") is None
    made = await keys.create("ci", "agent", "hash", "cw_a")
    assert await keys.any()
    assert await keys.find("cw_a") == (made, "hash")
    await keys.touch(made.id)
    await keys.touch(made.id)
    assert (await keys.list())[0].last_used_at == NOON + timedelta(seconds=30)
    await keys.touch(made.id)
    assert (await keys.list())[0].last_used_at == NOON + timedelta(seconds=90)
    assert await keys.revoke(made.id)
    assert not await keys.revoke(made.id)
    assert not await keys.revoke("key_unknown")
    found = await keys.find("cw_a")
    assert found is not None
    assert found[0].revoked_at is not None
    assert await keys.any(), "a revoked key still says that keys are asked for"


async def test_a_prefix_is_taken_once(database: Database) -> None:
    keys = SqlKeys(database)
    await keys.create("one", "reader", "h1", "cw_a")
    with pytest.raises(BadInput, match="prefix"):
        await keys.create("two", "admin", "h2", "cw_a")
    await keys.create("three", "admin", "h3", "cw_b")
    assert [key.name for key in await keys.list()] == ["one", "three"]
