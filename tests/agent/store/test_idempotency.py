"""One key, one diagnosis: however many ask at once, in however many processes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.diagnosis.diagnosis import DiagnosisFilter
from agent.store.database import Database
from agent.store.diagnoses import SqlDiagnoses
from agent.store.idempotency import KEPT, LEASE, SqlIdempotency

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


@pytest.fixture
def claims(database: Database) -> SqlIdempotency:
    database.now = lambda: NOON
    return SqlIdempotency(database)


async def test_the_states_of_a_claim(claims: SqlIdempotency) -> None:
    assert (await claims.claim("k", "anna", "b1")).state == "new"
    assert (await claims.claim("k", "anna", "b1")).state == "running"
    assert (await claims.claim("k", "anna", "b2")).state == "mismatch"
    assert (await claims.claim("k", "ben", "b2")).state == "new"
    assert (await claims.claim("other", "anna", "b2")).state == "new"
    await claims.finish("k", "anna", "dx_1")
    done = await claims.claim("k", "anna", "b1")
    assert (done.state, done.diagnosis_id) == ("done", "dx_1")
    assert (await claims.claim("k", "anna", "b2")).state == "mismatch"
    await claims.finish("k", "anna", "dx_2")
    assert (await claims.claim("k", "anna", "b1")).diagnosis_id == "dx_1"


async def test_a_released_key_is_free_and_a_finished_one_is_not(claims: SqlIdempotency) -> None:
    await claims.claim("k", "anna", "b1")
    await claims.release("k", "ben")
    assert (await claims.claim("k", "anna", "b1")).state == "running"
    await claims.release("k", "anna")
    assert (await claims.claim("k", "anna", "b2")).state == "new"
    await claims.finish("k", "anna", "dx_1")
    await claims.release("k", "anna")
    assert (await claims.claim("k", "anna", "b2")).state == "done"


async def test_a_crashed_claimant_loses_its_lease(database: Database, claims: SqlIdempotency) -> None:
    await claims.claim("k", "anna", "b1")
    database.now = lambda: NOON + LEASE - timedelta(seconds=1)
    assert (await claims.claim("k", "anna", "b1")).state == "running"
    database.now = lambda: NOON + LEASE
    assert (await claims.claim("k", "anna", "b1")).state == "new"
    assert (await claims.claim("k", "anna", "b1")).state == "running"


async def test_a_key_stands_for_a_day(database: Database, claims: SqlIdempotency) -> None:
    await claims.claim("k", "anna", "b1")
    await claims.finish("k", "anna", "dx_1")
    database.now = lambda: NOON + KEPT - timedelta(seconds=1)
    assert (await claims.claim("k", "anna", "b1")).state == "done"
    database.now = lambda: NOON + KEPT
    assert (await claims.claim("k", "anna", "b2")).state == "new"
    assert (await claims.claim("k", "anna", "b2")).state == "running"


async def test_a_hundred_at_once_in_one_process(database: Database, claims: SqlIdempotency) -> None:
    made = await asyncio.gather(*(claims.claim("k", "", "b") for _ in range(100)))
    assert Counter(claim.state for claim in made) == {"new": 1, "running": 99}


async def test_tenants_have_keys_of_their_own(open_as: Callable[..., Any]) -> None:
    async with open_as("one") as one, open_as("two") as two:
        assert (await SqlIdempotency(one).claim("k", "", "b")).state == "new"
        assert (await SqlIdempotency(two).claim("k", "", "c")).state == "new"
        await SqlIdempotency(two).release("k", "")
        assert (await SqlIdempotency(one).claim("k", "", "b")).state == "running"


PROCESS = """
import asyncio, sys
from agent.store.diagnoses import SqlDiagnoses
from agent.store.idempotency import SqlIdempotency
from agent.store.open import open_database
from tests.agent.store.answers import answer

async def main():
    url, me = sys.argv[1], int(sys.argv[2])
    async with open_database(url, "default", [], "none") as database:
        claims, diagnoses = SqlIdempotency(database), SqlDiagnoses(database)

        async def request(number):
            while True:
                claim = await claims.claim("k", "", "b")
                if claim.state == "new":
                    made = answer(me * 1000 + number)
                    await diagnoses.save(made, owner=None, submission={}, events=[], idempotency_key="k")
                    return made.id
                if claim.state == "done":
                    return claim.diagnosis_id
                assert claim.state == "running"
                await asyncio.sleep(0.02)

        print("ready", flush=True)
        sys.stdin.readline()
        print(*set(await asyncio.gather(*(request(number) for number in range(50)))))

asyncio.run(main())
"""


async def test_a_hundred_at_once_in_two_processes_make_one_diagnosis(url: str, database: Database) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROCESS, url, str(me)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for me in (1, 2)
    ]  # fmt: skip
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60) for process in both]
    assert [problem for _, problem in said] == ["", ""]
    results = {out.strip() for out, _ in said}
    assert len(results) == 1
    rows = await SqlDiagnoses(database).page(DiagnosisFilter(), cursor=None, limit=100)
    assert [row.id for row in rows.items] == list(results)
