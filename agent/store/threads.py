"""The conversations of one tenant: the case so far, and what was said."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from agent.diagnosis.diagnosis import NewDiagnosis, Thread, Turn
from agent.store.database import Database
from agent.store.diagnoses import SqlDiagnoses
from agent.store.redacted import kept, redacted
from agent.store.tables import threads
from agent.store.tables import turns as said


class SqlThreads:
    """`ports.ThreadStore` on a SQL database."""

    def __init__(self, database: Database) -> None:
        self._database, self._diagnoses = database, SqlDiagnoses(database)

    async def create(
        self,
        owner: str | None,
        submission: dict[str, Any],
        turns: Sequence[Turn] = (),
        diagnosis: NewDiagnosis | None = None,
    ) -> Thread:
        """A new thread, with its first turns and the diagnosis that they tell where there are some."""
        now = self._database.now()
        thread_id = f"th_{secrets.token_hex(12)}"
        row = {"id": thread_id, "owner": owner, "submission": await kept(submission), "created_at": now}
        rows = _rows(thread_id, turns, 0)
        keep = await self._diagnoses.saving(diagnosis) if diagnosis else None

        def write(connection: Connection) -> None:
            connection.execute(insert(threads), {**row, "turn_count": len(rows), "updated_at": now})
            if rows:
                connection.execute(insert(said), rows)
            if keep is not None:
                keep(connection)

        await self._database.write(write)
        return Thread.model_validate({**row, "turns": list(turns)})

    async def get(self, thread_id: str, owner: str | None = None) -> Thread | None:
        """The thread with all its turns; with `owner` only if it is theirs."""
        wanted = select(threads).where(threads.c.id == thread_id)
        if owner is not None:
            wanted = wanted.where(threads.c.owner == owner)
        spoken = select(said).where(said.c.thread_id == thread_id).order_by(said.c.position)

        def read(connection: Connection) -> Thread | None:
            row = connection.execute(wanted).first()
            if row is None:
                return None
            # Turns that are added between the two reads belong to a later state of the thread.
            found = connection.execute(spoken.limit(row.turn_count)).all()
            thread = {name: row._mapping[name] for name in ("id", "owner", "submission", "created_at")}
            return Thread(**thread, turns=[_turn(turn) for turn in found])

        return await self._database.read(read)

    async def append(
        self,
        thread_id: str,
        turns: list[Turn],
        submission: dict[str, Any],
        expected_turns: int,
        diagnosis: NewDiagnosis | None = None,
    ) -> bool:
        """Add turns, replace the case so far and keep the diagnosis that the turns tell: all or none.

        False where the thread does not have exactly `expected_turns` turns: somebody else wrote meanwhile.
        """
        unchanged = (threads.c.id == thread_id) & (threads.c.turn_count == expected_turns)
        state = {"turn_count": expected_turns + len(turns), "submission": await kept(submission),
                 "updated_at": self._database.now()}  # fmt: skip
        rows = _rows(thread_id, turns, expected_turns)
        keep = await self._diagnoses.saving(diagnosis, thread_id) if diagnosis else None

        def write(connection: Connection) -> bool:
            if connection.execute(update(threads).where(unchanged).values(state)).rowcount != 1:
                return False
            if rows:
                connection.execute(insert(said), rows)
            if keep is not None:
                keep(connection)
            return True

        return await self._database.write(write)


def _rows(thread_id: str, turns: Sequence[Turn], start: int) -> list[dict[str, Any]]:
    return [
        {**turn.model_dump(), "content": redacted(turn.content), "reply": redacted(turn.reply),
         "thread_id": thread_id, "position": position}
        for position, turn in enumerate(turns, start=start)
    ]  # fmt: skip


def _turn(row: Row[Any]) -> Turn:
    return Turn.model_validate({name: row._mapping[name] for name in Turn.model_fields})
