"""Idempotency keys: of all requests with one key, in all processes, one makes the diagnosis."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Update, and_, delete, or_, select, update

from agent.diagnosis.diagnosis import Claim
from agent.store.database import Database
from agent.store.tables import idempotency

KEPT = timedelta(hours=24)
"""How long a key stands for its diagnosis."""
LEASE = timedelta(seconds=90)
"""How long a claimant may take. One that crashed never finishes: then the key is free again."""
_SWEEP_EVERY = timedelta(minutes=10)
_ATTEMPTS = 3


class SqlIdempotency:
    """`ports.IdempotencyStore` on a SQL database: one row a key, which only one insert can make."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._swept = database.now()

    async def claim(self, key: str, owner: str, body_sha256: str) -> Claim:
        """Claim `key` for this body. A key is free again after 24 hours, or when its claimant crashed."""
        for _ in range(_ATTEMPTS):
            if found := await self._claim(key, owner, body_sha256):
                return found
        return Claim(state="running")

    async def _claim(self, key: str, owner: str, body_sha256: str) -> Claim | None:
        """None where the row that stood in the way was released between the two statements."""
        now = self._database.now()
        mine = self._database.insert(idempotency).values(
            owner=owner, key=key, body_sha256=body_sha256, lease_until=now + LEASE, expires_at=now + KEPT
        )
        abandoned = and_(idempotency.c.diagnosis_id.is_(None), idempotency.c.lease_until <= now)
        taken_over = mine.on_conflict_do_update(
            index_elements=["tenant", "owner", "key"],
            set_={
                name: mine.excluded[name]
                for name in ("body_sha256", "lease_until", "expires_at", "diagnosis_id")
            },
            where=or_(idempotency.c.expires_at <= now, abandoned),
        )
        known = select(idempotency.c.body_sha256, idempotency.c.diagnosis_id).where(*_row_of(key, owner))

        def write(connection: Connection) -> Claim | None:
            if now - self._swept > _SWEEP_EVERY:
                self._swept = now
                connection.execute(delete(idempotency).where(idempotency.c.expires_at <= now))
            if connection.execute(taken_over.returning(idempotency.c.key)).first():
                return Claim(state="new")
            row = connection.execute(known).first()
            if row is None:
                return None
            if row.body_sha256 != body_sha256:
                return Claim(state="mismatch")
            return Claim(state="done" if row.diagnosis_id else "running", diagnosis_id=row.diagnosis_id)

        return await self._database.write(write)

    async def finish(self, key: str, owner: str, diagnosis_id: str) -> None:
        """The claim led to this diagnosis. Of two claimants, the first that finishes counts."""
        await self._database.change(finished(key, owner, diagnosis_id))

    async def release(self, key: str, owner: str) -> None:
        """The claim led to nothing: the next one with the key starts anew."""
        unfinished = idempotency.c.diagnosis_id.is_(None)
        await self._database.change(delete(idempotency).where(*_row_of(key, owner), unfinished))


def finished(key: str, owner: str, diagnosis_id: str) -> Update:
    """The statement that writes down what a claim led to."""
    unfinished = idempotency.c.diagnosis_id.is_(None)
    return update(idempotency).where(*_row_of(key, owner), unfinished).values(diagnosis_id=diagnosis_id)


def _row_of(key: str, owner: str) -> tuple[Any, Any]:
    return idempotency.c.owner == owner, idempotency.c.key == key
