"""The diagnoses of one tenant: kept, found again, voted on and decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, literal, select, tuple_, update

from agent.diagnosis.diagnosis import (
    Answer,
    Decision,
    DiagnosisFilter,
    DiagnosisSummary,
    NewDiagnosis,
    Page,
    RunEvent,
    StoredDiagnosis,
    Vote,
)
from agent.store.cursor import Place, read_cursor, write_cursor
from agent.store.database import Database, Work
from agent.store.idempotency import finished
from agent.store.json_text import JsonText
from agent.store.marks import counted_in, marks_of
from agent.store.redacted import kept, redacted
from agent.store.tables import VOTE_FIELDS, decisions, diagnoses, events, marks, votes

_OF_A_RUN = (
    "state",
    "submission",
    "stored_at",
    "client_id",
    "title",
    "action",
    "cause",
    "confidence",
    "summary",
    "answer",
)
_LISTED = (
    "id",
    "client_id",
    "owner",
    "state",
    "created_at",
    "action",
    "cause",
    "confidence",
    "summary",
    "title",
)


class SqlDiagnoses:
    """`ports.DiagnosisStore` on a SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        save = database.insert(diagnoses)
        changed = {name: save.excluded[name] for name in _OF_A_RUN}
        self._save = save.on_conflict_do_update(
            index_elements=["tenant", "id"], set_=changed, where=diagnoses.c.state == "running"
        )
        self._begin = database.insert(diagnoses).on_conflict_do_nothing()
        self._mark = database.insert(marks).on_conflict_do_nothing()
        self._event = database.insert(events).on_conflict_do_nothing()

    async def save(
        self,
        answer: Answer,
        *,
        owner: str | None,
        submission: dict[str, Any],
        events: list[RunEvent],
        idempotency_key: str | None = None,
    ) -> None:
        """Keep a finished diagnosis and the events that are not kept yet, all or none.

        With `idempotency_key` the claim on it is finished in the same transaction.
        """
        keep = await self.saving(NewDiagnosis(answer=answer, owner=owner, submission=submission))
        seen = [_event_row(answer.id, event) for event in events]

        def write(connection: Connection) -> None:
            keep(connection)
            if seen:
                connection.execute(self._event, seen)
            if idempotency_key is not None:
                connection.execute(finished(idempotency_key, owner or "", answer.id))

        await self._database.write(write)

    async def saving(self, made: NewDiagnosis, thread_id: str | None = None) -> Work[None]:
        """What writes a finished diagnosis, for a transaction that writes something else too.

        With `thread_id` it is a later turn of that conversation.
        """
        row = _row(made.answer, made.owner, await kept(made.submission), self._database.now())

        def write(connection: Connection) -> None:
            connection.execute(self._save, row)
            counted = counted_in(connection, thread_id, made.answer) if thread_id is not None else ()
            if marked := marks_of(made.answer, counted):
                connection.execute(self._mark, marked)

        return write

    async def begin(
        self, diagnosis_id: str, *, owner: str | None, submission: dict[str, Any], created_at: datetime
    ) -> None:
        """Keep that a diagnosis is being made: a row in state "running"."""
        safe = await kept(submission)
        row = {"id": diagnosis_id, "owner": owner, "state": "running", "created_at": created_at,
               "stored_at": self._database.now(), "client_id": safe.get("id"), "title": safe.get("title"),
               "submission": safe}  # fmt: skip
        await self._database.change(self._begin, row)

    async def fail(self, diagnosis_id: str, problem: dict[str, Any]) -> None:
        """A running diagnosis came to nothing; `problem` says why. A finished one stays as it is."""
        running = (diagnoses.c.id == diagnosis_id) & (diagnoses.c.state == "running")
        failed = {"state": "failed", "problem": redacted(problem), "stored_at": self._database.now()}
        await self._database.change(update(diagnoses).where(running).values(failed))

    async def fail_running(self, before: datetime, problem: dict[str, Any]) -> int:
        """Fails every diagnosis that has been running since `before`: its process is gone. How many."""
        left = (diagnoses.c.state == "running") & (diagnoses.c.created_at < before)
        failed = {"state": "failed", "problem": problem, "stored_at": self._database.now()}
        return await self._database.change(update(diagnoses).where(left).values(failed))

    async def get(self, diagnosis_id: str, *, owner: str | None = None) -> StoredDiagnosis | None:
        """The diagnosis with its latest decision and its votes; with `owner` only if it is theirs."""
        wanted = select(diagnoses).where(diagnoses.c.id == diagnosis_id)
        if owner is not None:
            wanted = wanted.where(diagnoses.c.owner == owner)
        decided = select(decisions).where(decisions.c.diagnosis_id == diagnosis_id)
        voted = select(votes).where(votes.c.diagnosis_id == diagnosis_id).order_by(votes.c.at, votes.c.reader)

        def read(connection: Connection) -> StoredDiagnosis | None:
            row = connection.execute(wanted).first()
            if row is None:
                return None
            latest = connection.execute(decided.order_by(decisions.c.id.desc()).limit(1)).first()
            return _stored(row, latest, connection.execute(voted).all())

        return await self._database.read(read)

    async def page(self, wanted: DiagnosisFilter, *, cursor: str | None, limit: int) -> Page:
        """At most `limit` diagnoses, the newest first, from `cursor` on. Raises `BadCursor`."""
        listed = select(*(diagnoses.c[name] for name in _LISTED)).where(*_criteria(wanted))
        if cursor is not None:
            listed = listed.where(
                tuple_(diagnoses.c.created_at, diagnoses.c.id) < _place(read_cursor(cursor))
            )
        order = (diagnoses.c.created_at.desc(), diagnoses.c.id.desc())
        rows = await self._database.all(listed.order_by(*order).limit(limit + 1))
        items = [DiagnosisSummary.model_validate(dict(row._mapping)) for row in rows[:limit]]
        if len(rows) <= limit or not items:
            return Page(items=items)
        return Page(items=items, next=write_cursor(Place(items[-1].created_at, items[-1].id)))

    async def append_event(self, diagnosis_id: str, event: RunEvent) -> None:
        """Keep an event of a run that was begun; one whose `seq` is kept already changes nothing."""
        await self._database.change(self._event, _event_row(diagnosis_id, event))

    async def events(self, diagnosis_id: str, after: int) -> list[RunEvent]:
        """The events with a `seq` above `after`, in order; empty where there are none."""
        later = (events.c.diagnosis_id == diagnosis_id) & (events.c.seq > after)
        kept = select(events.c.seq, events.c.name, events.c.data).where(later).order_by(events.c.seq)
        return [RunEvent(seq=row.seq, name=row.name, data=row.data) for row in await self._database.all(kept)]

    async def decide(self, diagnosis_id: str, decision: Decision) -> bool:
        """Keep a decision beside the earlier ones; False where there is no such diagnosis."""
        return await self._beside(diagnosis_id, insert(decisions), decision.model_dump())

    async def vote(self, diagnosis_id: str, vote: Vote) -> bool:
        """Keep the reader's one vote, in place of an earlier one; False where there is no such diagnosis."""
        statement = self._database.insert(votes)
        new = {name: statement.excluded[name] for name in (*VOTE_FIELDS, "comment", "at")}
        statement = statement.on_conflict_do_update(
            index_elements=["tenant", "diagnosis_id", "reader"], set_=new
        )
        return await self._beside(diagnosis_id, statement, vote.model_dump())

    async def _beside(self, diagnosis_id: str, statement: Any, row: dict[str, Any]) -> bool:
        """Writes a row that belongs to a diagnosis; False where there is none."""
        known = select(diagnoses.c.id).where(diagnoses.c.id == diagnosis_id)

        def write(connection: Connection) -> bool:
            if connection.execute(known).first() is None:
                return False
            connection.execute(statement, {"diagnosis_id": diagnosis_id, **row})
            return True

        return await self._database.write(write)


def _place(place: Place) -> Any:
    return tuple_(literal(place.created_at, diagnoses.c.created_at.type), literal(place.id))


def _criteria(wanted: DiagnosisFilter) -> list[Any]:
    columns = ("cause", "action", "client_id", "owner")
    found = [diagnoses.c[name] == value for name in columns if (value := getattr(wanted, name)) is not None]
    if wanted.since is not None:
        found.append(diagnoses.c.created_at >= wanted.since)
    for kind in ("signature", "request_id"):
        if (value := getattr(wanted, kind)) is not None:
            marked = and_(marks.c.kind == kind, marks.c.value == value)
            found.append(diagnoses.c.id.in_(select(marks.c.diagnosis_id).where(marked)))
    return found


def _row(answer: Answer, owner: str | None, submission: dict[str, Any], now: datetime) -> dict[str, Any]:
    first = answer.causes[0] if answer.causes else None
    return {
        "id": answer.id,
        "owner": owner,
        "state": "done",
        "created_at": answer.created_at,
        "stored_at": now,
        "client_id": answer.client_id,
        "title": answer.report.title,
        "action": answer.diagnosis.action,
        "cause": first.id if first else None,
        "confidence": answer.diagnosis.confidence,
        "summary": answer.diagnosis.summary,
        "submission": submission,
        "answer": JsonText(answer.model_dump_json()),
    }


def _event_row(diagnosis_id: str, event: RunEvent) -> dict[str, Any]:
    return {"diagnosis_id": diagnosis_id, **event.model_dump()}


def _stored(row: Row[Any], decision: Row[Any] | None, all_votes: Any) -> StoredDiagnosis:
    return StoredDiagnosis(
        id=row.id,
        owner=row.owner,
        state=row.state,
        created_at=row.created_at,
        submission=row.submission,
        answer=Answer.model_validate(row.answer) if row.answer is not None else None,
        problem=row.problem,
        decision=_noun(Decision, decision) if decision is not None else None,
        votes=[_noun(Vote, vote) for vote in all_votes],
    )


def _noun(kind: Any, row: Row[Any]) -> Any:
    return kind.model_validate({name: row._mapping[name] for name in kind.model_fields})
