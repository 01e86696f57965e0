"""The counts behind waves: by day and hour in UTC, each case once, issues beside reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import update

from agent.issues.issue import Issue
from agent.issues.wave import thread_key
from agent.issues.waves import hour_of
from agent.store.database import Database
from agent.store.diagnoses import SqlDiagnoses
from agent.store.issues import SqlIssues
from agent.store.sightings import before, counts_by, glimpses, sightings, versions_by_day, versions_of
from agent.store.tables import issues
from tests.agent.store.answers import answer

pytestmark = pytest.mark.anyio

NIGHT = datetime(2026, 4, 8, 1, 30, tzinfo=timezone(timedelta(hours=3)))  # 22:30 of the day before, UTC
URL = "https://github.com/a/b/issues/7"


@pytest.fixture
async def filled(database: Database) -> Database:
    store = SqlDiagnoses(database)
    for number, at in ((1, NIGHT), (2, NIGHT + timedelta(minutes=40)), (3, NIGHT + timedelta(days=2))):
        await store.save(answer(number, created_at=at, signature="s"), owner=None, submission={}, events=[])
    again = answer(4, created_at=NIGHT + timedelta(days=3), signature="s", request_ids=["req_3"])
    await store.save(again, owner=None, submission={}, events=[])
    issue = Issue(
        repository="a/b", number=7, url=URL, title="t", state="open", signature="s", created_at=NIGHT,
        client_version="2.1.7", labels=["platform:linux", "duplicate"], comment_count=4, reactions={"+1": 3},
    )  # fmt: skip
    pull = issue.model_copy(update={"number": 8, "kind": "pull"})
    await SqlIssues(database).upsert([issue, pull])
    return database


async def test_counts_are_by_hour_in_utc_and_a_case_counts_once(filled: Database) -> None:
    hour = hour_of(NIGHT)
    assert await filled.read(lambda c: counts_by(c, "hour")) == {
        "report": {"s": [(hour, 1), (hour + 1, 1), (hour + 48, 1)]},
        "issue": {"s": [(hour, 1)]},
    }


async def test_a_day_counts_as_its_noon(filled: Database) -> None:
    noon = hour_of(datetime(2026, 4, 7, 12, tzinfo=UTC))
    found = await filled.read(lambda c: counts_by(c, "day"))
    assert found["report"]["s"] == [(noon, 2), (noon + 48, 1), (noon + 72, 1)]
    assert await filled.read(versions_by_day) == {noon: {"2.1.7": 1}}


async def test_the_sightings_of_a_stretch_are_issues_and_reports(filled: Database) -> None:
    until = NIGHT + timedelta(hours=1)
    found = await filled.read(lambda c: sightings(c, "s", NIGHT, until))
    assert [(each.kind, each.ref) for each in found] == [
        ("report", "dx_1"), ("report", "dx_2"), ("issue", "a/b#7"),
    ]  # fmt: skip
    issue = found[-1]
    assert (issue.case, issue.platform, issue.is_open) == (thread_key(URL), "linux", True)
    assert (issue.is_duplicate, issue.engagement) == (True, 7)
    seen = await filled.read(lambda c: glimpses(c, ["s", "t"], NIGHT, until))
    assert sorted(each.case for each in seen) == sorted(each.case for each in found)


async def test_an_issue_that_is_gone_is_nothing_to_point_to(filled: Database) -> None:
    gone = update(issues).where(issues.c.number == 7).values(deleted_at=NIGHT, labels=[])
    await filled.write(lambda connection: connection.execute(gone))
    found = (await filled.read(lambda c: sightings(c, "s", NIGHT, NIGHT)))[-1]
    assert (found.ref, found.is_open, found.is_duplicate) == ("a/b#7", False, True)


async def test_a_case_that_comes_again_is_glimpsed_once_when_it_first_came(filled: Database) -> None:
    seen = await filled.read(lambda c: glimpses(c, ["s"], NIGHT, NIGHT + timedelta(days=4)))
    times = [each.at for each in seen if each.kind == "report"]
    assert times == [NIGHT + timedelta(days=2), NIGHT + timedelta(minutes=40), NIGHT]


async def test_versions_of_a_signature_end_before_the_wave(filled: Database) -> None:
    later = NIGHT + timedelta(hours=1)
    assert await filled.read(lambda c: versions_of(c, "s", NIGHT, later)) == {"2.1.7": 1}
    assert await filled.read(lambda c: versions_of(c, "s", NIGHT - timedelta(days=1), NIGHT)) == {}


def test_there_is_nothing_before_the_first_moment() -> None:
    early = datetime(1, 1, 2, tzinfo=UTC)
    assert before(early, 48) == datetime.min.replace(tzinfo=UTC)
    assert before(early, 1) == early - timedelta(hours=1)
