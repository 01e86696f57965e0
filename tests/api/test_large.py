"""Large pastes: so many at once, so many that wait, and a place is held until its thread is done."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.graph import LARGE
from agent.settings import Settings
from api import knowledge, large
from api.app import create_app
from api.large import AT_ONCE, MOST, LargeReads
from api.problems import Problem


def test_what_is_given_up_holds_its_place_until_its_thread_is_done() -> None:
    gate, begun = threading.Event(), []

    def slow(number: int) -> int:
        begun.append(number)
        gate.wait(20)
        return number

    async def scene() -> None:
        reads = LargeReads()
        tasks = [asyncio.create_task(reads.run(slow, number)) for number in range(MOST)]
        while len(begun) < AT_ONCE:
            await asyncio.sleep(0.01)
        with pytest.raises(Problem) as full:
            await reads.run(slow, 99)
        assert (full.value.status, full.value.slug, full.value.retry_after) == (503, "too-many-runs", 2)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert len(begun) == AT_ONCE, "who waits is not begun any more"
        again = [asyncio.create_task(reads.run(slow, 100 + number)) for number in range(MOST - AT_ONCE)]
        await asyncio.sleep(0)
        with pytest.raises(Problem):
            await reads.run(slow, 99)
        gate.set()
        assert await asyncio.gather(*again) == [100 + number for number in range(MOST - AT_ONCE)]
        assert await reads.run(slow, 7) == 7
        reads.close()

    asyncio.run(scene())


def test_parses_that_take_too_long_do_not_pile_up(
    service_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, begun = threading.Event(), []

    def stuck(*_: Any) -> Any:
        begun.append(1)
        gate.wait(30)

    monkeypatch.setattr(knowledge, "_parsed", stuck)
    monkeypatch.setattr(large, "MOST", AT_ONCE)
    settings = service_settings.model_copy(update={"run_seconds": 0.05})
    paste = {"text": "x" * (LARGE + 1)}
    with TestClient(create_app(settings), base_url="http://localhost", client=("127.0.0.1", 1)) as http:
        answers = [http.post("/v1/parse", json=paste) for _ in range(AT_ONCE + 3)]
        assert [answer.status_code for answer in answers] == [504] * AT_ONCE + [503] * 3
        assert answers[-1].headers["retry-after"] == "2"
        assert len(begun) == AT_ONCE
        assert http.get("/v1/causes").status_code == 200
        gate.set()
