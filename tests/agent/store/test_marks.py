"""Marks: what a diagnosis is found by, and what waves are found in, with nothing that a reporter wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from agent.diagnosis.diagnosis import Answer, NewDiagnosis, Turn
from agent.report.error_report import Reading
from agent.store import schema
from agent.store.database import Database
from agent.store.diagnoses import SqlDiagnoses
from agent.store.engine import parse_url, sync_engine
from agent.store.marks import marks_of
from agent.store.tables import diagnoses, marks
from agent.store.threads import SqlThreads
from agent.usage.account import UsageAssessment
from tests.agent.store.answers import START, answer

WHEN = datetime(2026, 4, 8, 9, tzinfo=UTC)


def with_facts(made: Answer, reported_at: datetime | None = None, **environment: str) -> Answer:
    readings = {name: Reading(value=value, source="field") for name, value in environment.items()}
    report = made.report.model_copy(update={"environment": readings, "reported_at": reported_at})
    return made.model_copy(update={"report": report, "usage": UsageAssessment(lane="extra_usage")})


def signature(made: Answer, **how: Any) -> dict[str, Any]:
    (found,) = [row for row in marks_of(made, **how) if row["kind"] == "signature"]
    return found


def test_every_signature_and_request_is_marked_once() -> None:
    rows = marks_of(answer(1, request_ids=["req_b", "req_a"]))
    assert [(row["kind"], row["value"]) for row in rows] == [
        ("request_id", "req_a"), ("request_id", "req_b"), ("signature", "out-of-extra-usage"),
    ]  # fmt: skip
    assert len({frozenset(row) for row in rows}) == 1


def test_a_signature_says_when_and_what_ran() -> None:
    made = with_facts(answer(1), WHEN, client_version="2.1.7", platform="darwin", plan="max-20x")
    row = signature(made)
    assert (row["seen_at"], row["client_version"], row["platform"]) == (WHEN, "2.1.7", "darwin")
    assert (row["plan"], row["lane"], row["cause"]) == ("max-20x", "extra_usage", "service-overloaded")


def test_words_of_a_reporter_are_no_version_platform_or_plan() -> None:
    row = signature(with_facts(answer(1), client_version="call 555 1234", platform="my box", plan="acme"))
    assert (row["client_version"], row["platform"], row["plan"]) == (None, None, None)


def test_a_report_counts_at_the_latest_when_it_was_diagnosed() -> None:
    made = answer(1)
    assert signature(made)["seen_at"] == made.created_at
    assert signature(with_facts(made, made.created_at + timedelta(days=9)))["seen_at"] == made.created_at
    assert signature(with_facts(made, WHEN.replace(tzinfo=None)))["seen_at"] == WHEN


def test_what_was_not_settled_has_no_cause() -> None:
    assert signature(answer(1, action="ask"))["cause"] is None


def test_two_reports_of_one_request_are_one_case_and_others_are_not() -> None:
    keys = [signature(answer(n, request_ids=["req_1"]))["case_key"] for n in (1, 2)]
    assert keys[0] == keys[1]
    assert signature(answer(3, request_ids=[]))["case_key"] == "dx_3"


def test_what_was_counted_is_found_but_not_counted_again() -> None:
    row = signature(answer(1), counted={"out-of-extra-usage"})
    assert (row["value"], row["seen_at"], row["case_key"]) == ("out-of-extra-usage", None, None)
    assert signature(answer(1), counted={"another"})["seen_at"] is not None


@pytest.mark.anyio
async def test_a_conversation_counts_once_for_each_of_its_errors(database: Database) -> None:
    """Whatever its turns are: an answer to a question, a later remark, or the first turn with an error."""
    threads = SqlThreads(database)

    def made(number: int, *errors: str, **submission: Any) -> NewDiagnosis:
        said = answer(number, signature=errors[0] if errors else None, request_ids=[])
        report = said.report if errors else said.report.model_copy(update={"errors": []})
        return NewDiagnosis(
            answer=said.model_copy(update={"report": report}), owner=None, submission=submission
        )

    thread = await threads.create(None, {}, [turn(0, made(1))], made(1))
    for number, (error, answers) in enumerate([("a", 1), ("a", 2), ("a", 0), ("b", 0), ("a", 0)], 2):
        later = made(number, error, answers=[{}] * answers)
        assert await threads.append(thread.id, [turn(number, later)], {}, number - 1, later)
    await threads.create(None, {}, [turn(0, made(9, "a"))], made(9, "a"))
    wanted = select(marks.c.diagnosis_id, marks.c.value).where(marks.c.seen_at.is_not(None))
    counted = [tuple(row) for row in await database.all(wanted.order_by(marks.c.diagnosis_id))]
    assert counted == [("dx_2", "a"), ("dx_5", "b"), ("dx_9", "a")]
    found = await database.all(select(marks.c.diagnosis_id).where(marks.c.value == "a"))
    assert {row.diagnosis_id for row in found} == {"dx_2", "dx_3", "dx_4", "dx_6", "dx_9"}


def turn(number: int, made: NewDiagnosis) -> Turn:
    return Turn(turn=number, role="user", content="words", diagnosis_id=made.answer.id, at=START)


@pytest.mark.anyio
async def test_a_kept_diagnosis_has_its_marks(database: Database) -> None:
    store = SqlDiagnoses(database)
    await store.save(answer(1), owner=None, submission={"text": "x"}, events=[])
    await store.save(answer(2, signature="other"), owner=None, submission={"text": "x"}, events=[])
    wanted = select(marks.c.diagnosis_id, marks.c.value, marks.c.seen_at).where(marks.c.kind == "signature")
    rows = await database.all(wanted.order_by(marks.c.diagnosis_id))
    assert [tuple(row) for row in rows] == [
        ("dx_1", "out-of-extra-usage", START + timedelta(seconds=1)),
        ("dx_2", "other", START + timedelta(seconds=2)),
    ]


def test_older_diagnoses_count_from_when_they_were_made(empty_url: str) -> None:
    engine = sync_engine(parse_url(empty_url))
    row = {"tenant": "default", "id": "dx_1", "state": "done", "created_at": START, "stored_at": START,
           "submission": {}}  # fmt: skip
    mark = {"tenant": "default", "kind": "signature", "value": "s", "diagnosis_id": "dx_1"}
    wanted = select(marks.c.seen_at, marks.c.case_key).where(marks.c.tenant == "default")
    with engine.begin() as connection:
        schema._run_migrations(connection, "0004")
        connection.execute(insert(diagnoses), row)
        connection.execute(insert(marks), mark)
        schema._run_migrations(connection)
        found = connection.execute(wanted).one()
    engine.dispose()
    assert tuple(found) == (START, "dx_1")
