"""Waves over stored rows, on both databases: all of them, and the one that a report is part of."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from agent.compose import load_known
from agent.issues.issue import Issue
from agent.issues.wave import Seen
from agent.report.error_report import ErrorReport, Reading
from agent.store.database import Database
from agent.store.diagnoses import SqlDiagnoses
from agent.store.issues import SqlIssues
from agent.store.sightings import Counts, Unit, counts_by
from agent.store.tables import diagnoses, marks
from agent.store.waves import SqlWaves
from tests.agent.store.answers import answer
from tests.agent.store.conftest import Opened

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)
NAME = "out-of-extra-usage"


async def seen(database: Database, number: int, at: datetime, **facts: Any) -> None:
    """A stored report of an error."""
    version = facts.pop("version", None)
    made = answer(number, created_at=at, **facts)
    if version:
        reading = Reading(value=version, source="field")
        report = made.report.model_copy(update={"environment": {"client_version": reading}})
        made = made.model_copy(update={"report": report})
    await SqlDiagnoses(database).save(made, owner="somebody", submission={"text": "secret words"}, events=[])


async def burst(database: Database, count: int = 12, version: str = "2.1.7") -> None:
    """Some quiet weeks of several errors and versions, and on the last day many of one."""
    for week in range(8):
        for n, name in enumerate((NAME, "overloaded", "timeout", "other")):
            at = NOON - timedelta(days=7 * (8 - week) - n)
            current = ("2.1.38", "2.1.76", "2.1.92")[week % 3]
            await seen(database, 100 * week + n, at, signature=name, version=current)
    for n in range(count):
        await seen(database, 5_000 + n, NOON - timedelta(minutes=10 * n), signature=NAME, version=version)


def report(signature: str = NAME, **fields: Any) -> ErrorReport:
    made = answer(9_999, signature=signature, request_ids=[]).report
    return made.model_copy(update=fields)


async def test_a_burst_of_reports_is_a_wave_with_its_versions(database: Database) -> None:
    await burst(database)
    (wave,) = await SqlWaves(database).every(None, NOON)
    assert (wave.signature, wave.count, wave.reports, wave.issues) == (NAME, 12, 12, 0)
    assert wave.first_seen == NOON - timedelta(minutes=110)
    assert wave.last_seen == NOON
    assert wave.active
    assert wave.skew is not None
    assert (wave.skew.side, wave.skew.than, wave.skew.wave) == ("older", "2.1.38", 12)
    assert {member.ref for member in wave.members} == {f"dx_{5_000 + n}" for n in range(12)}


async def test_waves_that_were_over_are_left_out_with_since(database: Database) -> None:
    await burst(database)
    waves = SqlWaves(database)
    assert await waves.every(NOON + timedelta(hours=1), NOON + timedelta(days=30)) == []
    (wave,) = await waves.every(NOON - timedelta(days=1), NOON + timedelta(days=30))
    assert not wave.active


async def test_what_took_long_to_find_is_given_again_for_a_while(database: Database) -> None:
    times = iter([0.0, 1.0, 4.0, 20.0, 60.0, 60.0, 61.0])
    waves = SqlWaves(database, lambda: next(times))
    assert await waves.every(None, NOON) == []
    await burst(database)
    assert await waves.every(None, NOON) == []
    assert len(await waves.every(None, NOON)) == 1


async def test_a_report_learns_of_its_wave_and_of_no_member(database: Database) -> None:
    await burst(database)
    waves = SqlWaves(database)
    (wave,) = await waves.current(report(), NOON)
    assert (wave.signature, wave.count) == (NAME, 12)
    assert wave.skew is not None
    assert (wave.members, wave.contradicting, wave.plans) == ([], [], {})
    assert "secret" not in wave.model_dump_json()
    assert await waves.current(report("overloaded"), NOON) == []
    assert await waves.current(report(""), NOON) == []


async def test_one_read_serves_several_questions_of_many_threads(database: Database) -> None:
    """A diagnosis asks on the connection that it searches on; nothing is waited for inside."""
    await burst(database)
    waves = SqlWaves(database)

    def both(connection: Connection) -> list[list[tuple[str, int]]]:
        asked = (report(), report("overloaded"), report(""))
        found = (waves.current_on(connection, one, NOON) for one in asked)
        return [[(wave.signature, wave.count) for wave in some] for some in found]

    answers = await asyncio.gather(*(database.read(both) for _ in range(12)))
    assert answers == [[[(NAME, 12)], [], []]] * 12


async def test_while_one_counts_anew_others_use_the_old_counts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await burst(database)
    now = [0.0]
    waves = SqlWaves(database, lambda: now[0])
    assert await waves.current(report(), NOON)
    began: list[int] = []

    def counted(connection: Connection, unit: Unit) -> dict[Seen, Counts]:
        began.append(len(waves.current_on(connection, report(), NOON)))
        return counts_by(connection, unit)

    monkeypatch.setattr("agent.store.waves.counts_by", counted)
    now[0] = 1e9
    assert await waves.current(report(), NOON)
    assert began == [1]


async def test_before_its_wave_a_report_learns_of_none(database: Database) -> None:
    await burst(database)
    assert await SqlWaves(database).current(report(), NOON - timedelta(days=1)) == []
    assert await SqlWaves(database).current(report(), NOON + timedelta(days=6)) == []


async def test_each_new_report_counts_at_once(database: Database) -> None:
    waves = SqlWaves(database)
    assert await waves.current(report(), NOON) == []
    counted = []
    for number in range(8):
        await seen(database, number, NOON + timedelta(seconds=number))
        found = await waves.current(report(), NOON + timedelta(minutes=1))
        counted.append(found[0].count if found else 0)
    assert counted == [0, 0, 0, 0, 5, 6, 7, 8]


async def test_a_report_is_not_counted_in_its_own_wave(database: Database) -> None:
    url = "https://github.com/a/b/issues/1"
    issues = [
        Issue(repository="a/b", number=n, url=f"{url}{n}", title="t", state="open", signature=NAME,
              created_at=NOON - timedelta(minutes=n), client_version="2.1.7", labels=["platform:macos"])
        for n in range(8)
    ]  # fmt: skip
    await SqlIssues(database).upsert(issues)
    waves = SqlWaves(database)
    (wave,) = await waves.current(report(), NOON)
    assert (wave.count, wave.issues) == (8, 8)
    assert wave.platforms == {"darwin": 8}
    (wave,) = await waves.current(report(source_url=f"{url}3"), NOON)
    assert wave.count == 7
    assert wave.canonical is not None
    assert wave.canonical.url == f"{url}7"


async def test_one_case_that_is_diagnosed_often_is_no_wave(database: Database) -> None:
    for number in range(9):
        await seen(database, number, NOON + timedelta(minutes=number), request_ids=["req_1"])
    assert await SqlWaves(database).current(report(), NOON + timedelta(hours=1)) == []
    assert await SqlWaves(database).every(None, NOON) == []


async def test_a_tenant_sees_its_own_waves_only(open_as: Opened) -> None:
    async with open_as("one") as one, open_as("two") as two:
        await burst(one)
        assert len(await SqlWaves(one).every(None, NOON)) == 1
        assert await SqlWaves(two).every(None, NOON) == []
        assert await SqlWaves(two).current(report(), NOON) == []


async def test_the_known_threads_hold_the_april_wave(database: Database) -> None:
    await SqlIssues(database).upsert(load_known())
    waves = SqlWaves(database)
    found = {wave.signature: wave for wave in await waves.every(None, NOON + timedelta(days=100))}
    wave = found[NAME]
    assert wave.first_seen.date() == wave.found_at.date() == NOON.date()
    assert wave.issues >= 11
    assert wave.skew is not None
    assert wave.skew.side == "older"
    (current,) = await waves.current(report(), NOON)
    assert (current.count, current.skew) == (wave.count, wave.skew)
    assert await waves.current(report(), NOON - timedelta(days=1)) == []


async def test_an_error_of_many_reports_is_looked_at_again_after_a_while(database: Database) -> None:
    now = [0.0]

    def write(connection: Connection) -> None:
        rows = [
            {"id": f"dx_{n}", "state": "done", "created_at": NOON, "stored_at": NOON, "submission": {}}
            for n in range(60)
        ]
        connection.execute(insert(diagnoses), rows)
        connection.execute(
            insert(marks),
            [
                {"kind": "signature", "value": NAME, "diagnosis_id": f"dx_{n}", "case_key": f"{n}",
                 "seen_at": NOON}
                for n in range(60)
            ],
        )  # fmt: skip

    await database.write(write)
    waves = SqlWaves(database, lambda: now[0])
    assert [wave.count for wave in await waves.current(report(), NOON)] == [60]
    await seen(database, 99, NOON)
    assert await waves.current(report(), NOON - timedelta(days=30)) == [], (
        "of another day, looked at by itself"
    )
    assert [wave.count for wave in await waves.current(report(), NOON)] == [60]
    now[0] = 1e6
    assert [wave.count for wave in await waves.current(report(), NOON)] == [61]
