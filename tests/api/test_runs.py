"""Runs: how many at once, who hears what, and how each of them ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.errors import StoreUnavailable
from agent.graph import LARGE, ROOMS
from agent.log import configure_logging
from agent.report.error_report import Submission
from agent.settings import Settings
from api.app import create_app
from api.metrics import Metrics
from api.problems import Problem
from api.runs import (
    DIAGNOSIS,
    DONE,
    DRAFTS,
    LARGE_AT_ONCE,
    PROBLEM,
    SMALL_AT_ONCE,
    SMALL_WITH_MODEL,
    Asked,
    Event,
    Run,
    Runs,
    kept,
    replay,
)
from evals.bench.empty_service import empty_walk
from tests.api.live import Gated

SMALL = Asked(Submission(text="x"), 10)
BIG = Asked(Submission(text="x"), LARGE + 1)


class Rows:
    """A store that notes what it is told, and fails where it is told to."""

    def __init__(self) -> None:
        self.saved: list[dict[str, Any]] = []
        self.failed: dict[str, Any] = {}
        self.released: list[tuple[str, str]] = []
        self.is_gone = False
        self.fault: Exception = StoreUnavailable(where="somewhere", why="it is gone")

    async def save(self, answer: Any, **given: Any) -> None:
        self._look()
        self.saved.append({"answer": answer, **given})

    async def fail(self, diagnosis_id: str, problem: dict[str, Any]) -> None:
        self._look()
        self.failed[diagnosis_id] = problem

    async def release(self, key: str, owner: str) -> None:
        self._look()
        self.released.append((key, owner))

    def _look(self) -> None:
        if self.is_gone:
            raise self.fault


def runs_of(
    walk: Any, rows: Rows | None = None, model: Any = None, processes: int = 0, **changed: Any
) -> Runs:
    rows = rows or Rows()
    clock = SimpleNamespace(now=lambda: datetime.now(UTC))
    context = SimpleNamespace(clock=clock, model=model)
    services: Any = SimpleNamespace(context=context, diagnoses=rows, idempotency=rows)
    return Runs(services, Settings(**changed), Metrics(), walk, processes)


def started(runs: Runs, asked: Asked = SMALL) -> Run:
    run = runs.new("somebody")
    runs.start(run, asked)
    return run


async def heard(run: Run, after: int = 0) -> list[Event]:
    return [event async for event in run.follow(after)]


async def broken(*_: Any) -> AsyncIterator[tuple[str, Any]]:
    yield "report", {}
    raise LookupError("what the user wrote")


def test_every_reader_hears_everything_and_one_that_rests_holds_up_nobody() -> None:
    async def scene() -> None:
        walk = Gated()
        runs = runs_of(walk)
        run = started(runs)
        resting = run.follow()
        assert (await anext(resting)).name == "report"
        reading = [asyncio.create_task(heard(run, after)) for after in (0, 3)]
        walk.gate.set()
        whole, part = await asyncio.gather(*reading)
        assert [event.seq for event in whole] == [1, 2, 3, 4, DIAGNOSIS, DONE]
        assert [event.name for event in whole] == [*ROOMS, "done"]
        assert part == whole[3:]
        assert await heard(run) == whole, "one that comes late"
        assert [event async for event in resting] == whole[1:]

    asyncio.run(scene())


def test_small_runs_share_and_large_ones_wait_for_each_other_only() -> None:
    async def scene() -> None:
        small, large = Gated(), Gated()

        def either(submission: Submission, context: Any, diagnosis_id: str) -> Any:
            return (small if submission.title is None else large)(submission, context, diagnosis_id)

        runs = runs_of(either)
        titled = Asked(Submission(text="x", title="large"), BIG.size)
        every = [started(runs, titled) for _ in range(6)] + [started(runs) for _ in range(10)]
        while small.most < SMALL_AT_ONCE or large.most < LARGE_AT_ONCE:
            await asyncio.sleep(0.01)
        small.gate.set()
        await asyncio.gather(*(run.result() for run in every[6:]))
        assert not any(run.ended for run in every[:6])
        large.gate.set()
        await asyncio.gather(*(run.result() for run in every))
        assert (small.most, large.most) == (SMALL_AT_ONCE, LARGE_AT_ONCE)

    asyncio.run(scene())


def test_more_processes_keep_more_runs_going() -> None:
    async def scene() -> None:
        walk = Gated()
        runs = runs_of(walk, processes=2 * SMALL_AT_ONCE)
        every = [started(runs) for _ in range(5 * SMALL_AT_ONCE)]
        while walk.most < 4 * SMALL_AT_ONCE:
            await asyncio.sleep(0.01)
        walk.gate.set()
        await asyncio.gather(*(run.result() for run in every))
        assert walk.most == 4 * SMALL_AT_ONCE

    asyncio.run(scene())


def test_there_is_room_for_so_many() -> None:
    async def scene() -> None:
        walk = Gated()
        runs = runs_of(walk, max_runs=2)
        every = [started(runs) for _ in range(2)]
        with pytest.raises(Problem) as full:
            runs.check_room()
        assert (full.value.status, full.value.slug, full.value.retry_after) == (503, "too-many-runs", 2)
        walk.gate.set()
        await asyncio.gather(*(run.result() for run in every))
        await runs.drain(1)
        runs.check_room()
        assert len(runs) == 0
        assert runs.get(every[0].id) is None, "one that has ended is not held in memory"

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("walk", "status", "slug"),
    [(broken, 500, "internal"), (Gated, 504, "run-too-slow")],
    ids=["breaks", "takes too long"],
)
@pytest.mark.parametrize("begun", [True, False])
def test_a_run_that_fails_says_so_once_and_lets_go_of_its_key(
    walk: Any, status: int, slug: str, begun: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("warning")

    async def scene() -> tuple[Rows, Run, Problem, list[Event]]:
        rows = Rows()
        runs = runs_of(Gated() if walk is Gated else walk, rows, run_seconds=0.2)
        run = started(runs, Asked(SMALL.submission, 10, "key-1", begun))
        with pytest.raises(Problem) as bad:
            await run.result()
        return rows, run, bad.value, await heard(run)

    rows, run, problem, said = asyncio.run(scene())
    assert (problem.status, problem.slug) == (status, slug)
    assert [event.name for event in said] == ["report", "problem"]
    assert said[-1].data["status"] == status
    assert rows.saved == []
    assert rows.failed.keys() == ({run.id} if begun else set())
    assert rows.released == ([] if begun else [("key-1", "somebody")])
    log = capsys.readouterr().err
    assert "what the user wrote" not in log + str(said)
    assert ("kind=LookupError" in log) is (walk is broken)


def test_without_the_database_a_run_ends_in_a_problem_and_the_next_one_well() -> None:
    async def scene() -> None:
        rows = Rows()
        runs = runs_of(empty_walk(), rows)
        rows.is_gone = True
        for asked in (SMALL, Asked(SMALL.submission, 10, "k", begun=True), Asked(SMALL.submission, 10, "k")):
            with pytest.raises(Problem) as gone:
                await started(runs, asked).result()
            assert (gone.value.status, gone.value.slug) == (503, "store-unavailable")
        rows.is_gone = False
        run = started(runs, Asked(SMALL.submission, 10, "k"))
        answer = await run.result()
        assert rows.saved[0]["answer"] is answer
        assert (rows.saved[0]["owner"], rows.saved[0]["idempotency_key"]) == ("somebody", "k")
        assert replay(answer)[-1] == run.events[-1], "read again later, it is the same"

    asyncio.run(scene())


@pytest.mark.parametrize("fault", [StoreUnavailable(where="x", why="gone"), RuntimeError("of the driver")])
def test_a_failure_that_cannot_be_noted_is_told_and_noted_later(fault: Exception) -> None:
    async def scene() -> None:
        rows = Rows()
        rows.is_gone, rows.fault = True, fault
        runs = runs_of(broken, rows)
        run = started(runs, Asked(SMALL.submission, 10, begun=True))
        assert [event.name for event in await heard(run)] == ["report", "problem"]
        with pytest.raises(type(fault)):
            await runs.note_failed()
        rows.is_gone = False
        await runs.note_failed()
        assert rows.failed[run.id]["status"] == 500
        rows.failed.clear()
        await runs.note_failed()
        assert rows.failed == {}, "it is noted once"

    asyncio.run(scene())


def test_a_run_that_is_cut_ends_whenever_that_happens() -> None:
    async def scene() -> None:
        rows = Rows()
        runs = runs_of(Gated(), rows)
        under_way, ahead = started(runs), started(runs, Asked(SMALL.submission, 10, begun=True))
        await anext(under_way.follow())
        unbegun = started(runs, Asked(SMALL.submission, 10, begun=True))
        runs.cut()
        for run in (under_way, ahead, unbegun):
            with pytest.raises(Problem) as bad:
                await asyncio.wait_for(run.result(), 5)
            assert (bad.value.status, bad.value.slug) == (503, "stopping")
        await runs.drain(1)
        await runs.note_failed()
        assert rows.failed.keys() == {ahead.id, unbegun.id}
        assert len(runs) == 0

    asyncio.run(scene())


def test_an_answer_that_somebody_else_keeps_is_not_stored() -> None:
    async def scene() -> None:
        rows = Rows()
        answer = await started(
            runs_of(empty_walk(), rows), Asked(SMALL.submission, 10, stored=False)
        ).result()
        assert answer is not None
        assert rows.saved == []

    asyncio.run(scene())


def test_a_drain_ends_what_is_late_in_a_problem() -> None:
    async def scene() -> None:
        rows = Rows()
        runs = runs_of(Gated(), rows)
        run = started(runs, Asked(SMALL.submission, 10, begun=True))
        waiting = started(runs)
        await anext(run.follow())
        await runs.drain(0)
        assert (run.problem or pytest.fail("no problem")).slug == "stopping"
        assert rows.failed[run.id]["status"] == 503
        assert waiting.ended
        assert len(runs) == 0

    asyncio.run(scene())


def test_what_is_stored_of_a_report_has_the_texts_of_the_report_room() -> None:
    async def scene() -> Any:
        async for name, value in empty_walk()(Submission(text="clean"), None, "dx_1"):  # type: ignore[arg-type]
            if name == "answer":
                return value
        return None

    secret = "sk-ant-" + "api03-" + "a" * 30
    submission = Submission(id="mine", title=secret, text=secret, error=secret, product="claude-code")
    found = kept(submission, asyncio.run(scene()))
    assert secret not in str(found)
    assert (found["id"], found["product"], found["text"]) == ("mine", "claude-code", "clean")


def test_over_http_a_run_that_fails_later_is_told_to_whoever_asks(service_settings: Settings) -> None:
    app = create_app(service_settings, walk=broken)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as http:
        headers = {"prefer": "respond-async", "idempotency-key": "k"}
        accepted = http.post("/v1/diagnoses", json={"text": "x"}, headers=headers)
        assert (accepted.status_code, accepted.json()["state"]) == (202, "running")
        path = accepted.headers["location"]
        stream = http.get(path + "/events")
        assert "event: problem" in stream.text
        found = http.get(path)
        assert (found.status_code, found.json()["state"]) == (200, "failed")
        assert found.json()["problem"]["type"] == "urn:caseworker:problem:internal"
        assert "what the user wrote" not in found.text + stream.text
        again = http.post("/v1/diagnoses", json={"text": "x"}, headers={"idempotency-key": "k"})
        assert (again.status_code, again.json()["type"]) == (500, "urn:caseworker:problem:failed-before")
        assert http.get(path + "/events", headers={"last-event-id": str(PROBLEM)}).text == ""


def test_pieces_of_a_draft_stand_between_the_causes_and_the_diagnosis() -> None:
    async def drafting(*given: Any) -> AsyncIterator[tuple[str, Any]]:
        async for name, value in empty_walk()(*given):
            if name == "diagnosis":
                for number in range(3):
                    yield "draft", {"round": 1, "text": str(number)}
            yield name, value

    async def scene() -> list[Event]:
        run = started(runs_of(drafting))
        await run.result()
        return run.events

    said = asyncio.run(scene())
    assert [event.seq for event in said] == [1, 2, 3, 4, DRAFTS, DRAFTS + 1, DRAFTS + 2, DIAGNOSIS, DONE]
    assert [event.data["text"] for event in said if event.name == "draft"] == ["0", "1", "2"]


def test_a_draft_without_end_takes_no_id_of_what_comes_after() -> None:
    run = Run("dx_1", None, datetime.now(UTC))
    run.say(DIAGNOSIS - 1, "draft", {})
    assert run.next_draft == DONE


def test_runs_that_wait_for_a_model_hold_up_fewer_others() -> None:
    async def scene() -> int:
        walk = Gated()
        runs = runs_of(walk, model=object())
        every = [started(runs) for _ in range(SMALL_AT_ONCE * 3)]
        while walk.most < SMALL_AT_ONCE * 3:
            await asyncio.sleep(0.01)
        walk.gate.set()
        await asyncio.gather(*(run.result() for run in every))
        return walk.most

    assert asyncio.run(scene()) == SMALL_AT_ONCE * 3 <= SMALL_WITH_MODEL
