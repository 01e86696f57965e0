"""Diagnoses: kept whole, found by every filter, listed page by page, voted on and decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import StatementError

from agent.diagnosis.diagnosis import Decision, DiagnosisFilter, Vote
from agent.errors import BadCursor
from agent.store.database import Database
from agent.store.diagnoses import SqlDiagnoses
from agent.store.idempotency import SqlIdempotency
from tests.agent.store.answers import START, answer, run_events

pytestmark = pytest.mark.anyio
KEY = "sk-ant-" + "api03-" + "abcdefghij0123456789"


@pytest.fixture
def store(database: Database) -> SqlDiagnoses:
    return SqlDiagnoses(database)


async def save(store: SqlDiagnoses, *numbers: int, owner: str | None = None, **facts: Any) -> None:
    for number in numbers:
        await store.save(answer(number, **facts), owner=owner, submission={"text": "t"}, events=[])


async def listed(store: SqlDiagnoses, cursor: str | None = None, limit: int = 50, **wanted: Any) -> list[str]:
    page = await store.page(DiagnosisFilter(**wanted), cursor=cursor, limit=limit)
    return [item.id for item in page.items]


async def test_an_answer_comes_back_as_it_was(store: SqlDiagnoses) -> None:
    whole = answer(1, client_id="c", text="é \U0001f600 \\u0000")
    events = run_events("report", "usage", "done")
    await store.save(whole, owner="anna", submission={"id": "c", "text": "t"}, events=events)
    found = await store.get("dx_1")
    assert found is not None
    assert (found.answer, found.state, found.owner) == (whole, "done", "anna")
    assert (found.submission, found.created_at) == ({"id": "c", "text": "t"}, whole.created_at)
    assert (found.decision, found.votes, found.problem) == (None, [], None)
    assert await store.events("dx_1", 0) == events
    assert await store.events("dx_1", 2) == events[2:]
    assert await store.events("dx_1", 9) == await store.events("dx_unknown", 0) == []


async def test_what_a_database_cannot_keep_does_not_stop_it(store: SqlDiagnoses) -> None:
    odd = answer(1, client_id="a\x00b", text="a\x00b", signature="s\x00", request_ids=["r\x00", "r"])
    submission = {"text": "\x00\ud800", "usage": {"n": float("nan")}}
    await store.save(odd, owner="o\x00", submission=submission, events=run_events("a\x00"[:1]))
    found = await store.get("dx_1")
    assert found is not None
    assert found.answer is not None
    assert found.answer.report.text == "ab"
    assert found.submission == {"text": "\ufffd", "usage": {"n": None}}


async def test_no_secret_of_a_submission_is_kept(store: SqlDiagnoses) -> None:
    await store.begin("dx_1", owner=None, submission={"text": KEY, "title": KEY}, created_at=START)
    await save(store, 2)
    await store.save(answer(3), owner=None, submission={"error": {"a": [KEY]}}, events=[])
    for name in ("dx_1", "dx_3"):
        assert KEY not in str(await store.get(name))
    page = await store.page(DiagnosisFilter(), cursor=None, limit=9)
    assert KEY not in page.model_dump_json()


async def test_from_running_to_done(store: SqlDiagnoses) -> None:
    await store.begin("dx_1", owner="anna", submission={"id": "c", "text": "t"}, created_at=START)
    first, *rest = run_events("report", "usage", "done")
    await store.append_event("dx_1", first)
    await store.append_event("dx_1", first)
    running = await store.get("dx_1", owner="anna")
    assert running is not None
    assert (running.state, running.answer) == ("running", None)
    await store.save(answer(1), owner="anna", submission={"text": "final"}, events=[first, *rest])
    done = await store.get("dx_1")
    assert done is not None
    assert (done.state, done.answer, done.submission) == ("done", answer(1), {"text": "final"})
    assert await store.events("dx_1", 0) == [first, *rest]
    await store.fail("dx_1", {"title": "too late"})
    assert await store.get("dx_1") == done


async def test_from_running_to_failed(store: SqlDiagnoses) -> None:
    await store.begin("dx_1", owner=None, submission={}, created_at=START)
    await store.fail("dx_1", {"title": "it came to nothing"})
    failed = await store.get("dx_1")
    assert failed is not None
    assert (failed.state, failed.problem) == ("failed", {"title": "it came to nothing"})


async def test_what_a_dead_process_left_running_fails(store: SqlDiagnoses) -> None:
    await store.begin("dx_old", owner=None, submission={}, created_at=START)
    await store.begin("dx_new", owner=None, submission={}, created_at=START + timedelta(hours=1))
    assert await store.fail_running(START + timedelta(minutes=15), {"title": "gone"}) == 1
    states = [found.state for name in ("dx_old", "dx_new") if (found := await store.get(name))]
    assert states == ["failed", "running"]


async def test_a_foreign_or_unknown_id_is_not_found(store: SqlDiagnoses) -> None:
    await save(store, 1, owner="anna")
    await save(store, 2)
    assert await store.get("dx_1", owner="anna") is not None
    assert await store.get("dx_1", owner="ben") is None
    assert await store.get("dx_2", owner="ben") is None
    assert await store.get("dx_3") is None


@pytest.mark.parametrize(
    ("wanted", "facts"),
    [
        ({"cause": "oauth-token-expired"}, {"cause": "oauth-token-expired"}),
        ({"action": "ask"}, {"action": "ask"}),
        ({"signature": "overloaded"}, {"signature": "overloaded"}),
        ({"request_id": "req_b"}, {"request_ids": ["req_a", "req_b", "req_b"]}),
        ({"client_id": "c-7"}, {"client_id": "c-7"}),
        ({"since": START + timedelta(seconds=100)}, {"created_at": START + timedelta(seconds=100)}),
        ({"owner": "anna"}, {"owner": "anna"}),
    ],
)
async def test_each_filter(store: SqlDiagnoses, wanted: dict[str, Any], facts: dict[str, Any]) -> None:
    await save(store, 1, 2)
    await save(store, 3, **facts)
    assert await listed(store, **wanted) == ["dx_3"]
    assert await listed(store, **{**wanted, "client_id": "other"}) == []
    assert await listed(store) == ["dx_3", "dx_2", "dx_1"]


async def test_pages_neither_repeat_nor_skip_while_rows_come_in(store: SqlDiagnoses) -> None:
    same_time = {"created_at": START}
    await save(store, *range(100, 107), **same_time)
    await save(store, *range(10))
    seen, cursor = [], None
    for turn in range(20):
        page = await store.page(DiagnosisFilter(), cursor=cursor, limit=3)
        seen += [item.id for item in page.items]
        await save(store, 500 + turn)
        if (cursor := page.next) is None:
            break
    expected = [f"dx_{n}" for n in range(9, 0, -1)]
    assert seen == [*expected, *sorted(["dx_0", *(f"dx_{n}" for n in range(100, 107))], reverse=True)]
    assert page.next is None


async def test_the_last_page_has_no_cursor(store: SqlDiagnoses) -> None:
    await save(store, 1, 2)
    page = await store.page(DiagnosisFilter(), cursor=None, limit=2)
    assert (len(page.items), page.next) == (2, None)
    assert (await store.page(DiagnosisFilter(cause="none"), cursor=None, limit=2)).items == []
    with pytest.raises(BadCursor):
        await store.page(DiagnosisFilter(), cursor="nonsense", limit=2)


async def test_one_vote_a_reader(store: SqlDiagnoses) -> None:
    await save(store, 1)
    first = Vote(reader="anna", works=True, comment="thanks", at=START)
    changed = Vote(reader="anna", works=False, blocking=True, at=START + timedelta(seconds=1))
    other = Vote(reader="ben", reproducible=None, at=START + timedelta(seconds=2))
    assert all([await store.vote("dx_1", vote) for vote in (first, first, changed, other)])
    found = await store.get("dx_1")
    assert found is not None
    assert found.votes == [changed, other]
    assert not await store.vote("dx_2", first)


async def test_the_latest_decision_holds(store: SqlDiagnoses) -> None:
    await save(store, 1)
    first = Decision(verdict="approve", by="anna", at=START)
    last = Decision(verdict="edit", text="so", cause="usage-drain", by="ben", at=START)
    assert await store.decide("dx_1", first)
    assert await store.decide("dx_1", last)
    found = await store.get("dx_1")
    assert found is not None
    assert found.decision == last
    assert not await store.decide("dx_2", first)


async def test_a_save_finishes_its_claim(database: Database, store: SqlDiagnoses) -> None:
    claims = SqlIdempotency(database)
    await claims.claim("k", "anna", "b")
    await store.save(answer(1), owner="anna", submission={}, events=[], idempotency_key="k")
    assert (await claims.claim("k", "anna", "b")).diagnosis_id == "dx_1"


async def test_a_save_that_fails_writes_nothing(store: SqlDiagnoses) -> None:
    twice = run_events("a")
    with pytest.raises((TypeError, StatementError)):
        await store.save(answer(1), owner=None, submission={}, events=[*twice, twice[0].model_copy(
            update={"seq": 2, "data": {"a": object()}})])  # fmt: skip
    assert await store.get("dx_1") is None
    assert await store.events("dx_1", 0) == []
    await save(store, 1)
    assert await store.get("dx_1") is not None


async def test_a_caller_that_goes_away_leaves_all_or_nothing(store: SqlDiagnoses) -> None:
    events = run_events(*"abcdefgh")
    for number in range(30):
        saving = asyncio.ensure_future(store.save(answer(number), owner=None, submission={}, events=events))
        await asyncio.sleep(number / 10_000)
        saving.cancel()
        await asyncio.gather(saving, return_exceptions=True)
    await save(store, 100)
    for number in range(30):
        found = await store.get(f"dx_{number}")
        assert len(await store.events(f"dx_{number}", 0)) == (8 if found else 0)


async def test_another_tenant_finds_and_changes_nothing(open_as: Callable[..., Any]) -> None:
    async with open_as("one") as first, open_as("two") as second:
        one, two = SqlDiagnoses(first), SqlDiagnoses(second)
        await one.save(answer(1), owner=None, submission={}, events=run_events("a"))
        assert await two.get("dx_1") is None
        assert await listed(two) == await listed(two, request_id="req_1") == []
        assert await two.events("dx_1", 0) == []
        assert not await two.vote("dx_1", Vote(reader="r", at=START))
        assert not await two.decide("dx_1", Decision(verdict="approve", by="b", at=START))
        await two.fail("dx_1", {})
        await two.fail_running(START + timedelta(days=1), {})
        await two.save(answer(1, text="theirs"), owner=None, submission={}, events=[])
        mine = await one.get("dx_1")
        assert mine is not None
        assert mine.answer == answer(1)
