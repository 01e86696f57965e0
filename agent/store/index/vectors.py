"""Keeps the tenant's latent model and the vectors of its issues in the database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, LargeBinary, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from agent.store.index.packed import combined
from agent.store.index.stored import collection
from agent.store.index.tables import issue_tokens, search_models

if TYPE_CHECKING:
    from agent.store.database import Database
    from agent.store.index.latent import Model

FEWEST_ISSUES = 2_000
"""With fewer issues no model is made: they share too little to tell company from chance."""
_GROWN = 1.5
_AT_ONCE = 1_000
_NUMBER_BYTES = 4

_FITTED = select(search_models.c.number, search_models.c.issues)
_MODEL = select(search_models.c.number, search_models.c.model)
_SOME_TOKENS = (
    select(issue_tokens.c.tokens)
    .where(issue_tokens.c.tokens.is_not(None))
    .order_by(issue_tokens.c.change % 7919, issue_tokens.c.change)
    .limit(bindparam("many"))
)
_PREFIX = func.substr(issue_tokens.c.vector, 1, _NUMBER_BYTES)
_WITHOUT = (
    select(issue_tokens.c.issue_id, issue_tokens.c.change, issue_tokens.c.tokens)
    .where(
        issue_tokens.c.tokens.is_not(None),
        issue_tokens.c.issue_id > bindparam("after"),
        _PREFIX.is_distinct_from(bindparam("number", type_=LargeBinary)),
    )
    .order_by(issue_tokens.c.issue_id)
    .limit(_AT_ONCE)
)
_SET = (
    update(issue_tokens)
    .where(issue_tokens.c.issue_id == bindparam("of"), issue_tokens.c.change == bindparam("at"))
    .values(vector=bindparam("made"))
)


async def fit_model(database: Database, *, is_asked: bool = False) -> bool:
    """Fits the model anew where the issues have grown by half since (or that is asked for), and gives every
    issue that has none a vector; True where a model was fitted. For the end of an import: takes seconds.
    """
    stored, fitted = await database.read(lambda c: (collection(c).docs, c.execute(_FITTED).first()))
    if stored < FEWEST_ISSUES:
        return False
    is_due = fitted is None or stored >= _GROWN * fitted.issues
    made = (
        await _fitted(database, stored, fitted.number + 1 if fitted else 1) if is_due or is_asked else False
    )
    if made or fitted is not None:
        await _give_vectors(database)
    return made


async def _fitted(database: Database, stored: int, number: int) -> bool:
    from agent.store.index.latent import MOST_FITTED, as_bytes, fit

    rows = await database.all(_SOME_TOKENS, {"many": MOST_FITTED})
    model = await asyncio.to_thread(lambda: fit([combined(row.tokens) for row in rows], number))
    if model is None:
        return False
    insert = (sqlite_insert if database.dialect == "sqlite" else postgresql_insert)(search_models)
    values = {"number": number, "issues": stored, "model": as_bytes(model)}
    statement = insert.values(values).on_conflict_do_update(index_elements=["tenant"], set_=values)
    await database.change(statement)
    return True


async def _give_vectors(database: Database) -> None:
    """Some issues at a time, each batch in a transaction of its own; an interrupted run is gone on with."""
    model = await database.read(_read)
    after = 0
    while model is not None:
        bound = {"after": after, "number": model.number.to_bytes(_NUMBER_BYTES, "big")}
        rows = await database.all(_WITHOUT, bound)
        if not rows:
            return
        after = rows[-1].issue_id
        packed = model.packed_vectors([combined(row.tokens) for row in rows])
        made = [
            {"of": row.issue_id, "at": row.change, "made": one} for row, one in zip(rows, packed, strict=True)
        ]
        await database.write(lambda connection, made=made: connection.execute(_SET, made))  # type: ignore[misc]


def _read(connection: Connection) -> Model | None:
    from agent.store.index.latent import from_bytes

    row = connection.execute(_MODEL).first()
    return from_bytes(row.model, row.number) if row else None


class Vectors:
    """How near issues are to a query. Safe to use from several threads at once.

    The model is read from the database when a vector of it is first met, and kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Model | None = None

    def cosines(
        self, connection: Connection, weights: Mapping[str, float], packed: Sequence[bytes | None]
    ) -> list[float | None]:
        """The cosine of each issue's vector with that of the query's tokens; None where it has none."""
        number = next((one[:_NUMBER_BYTES] for one in packed if one), None)
        model = self._of(connection, number) if number else None
        if model is None:
            return [None] * len(packed)
        from agent.store.index.latent import cosines

        return cosines(model, model.vector(weights), packed)

    def _of(self, connection: Connection, number: bytes) -> Model | None:
        with self._lock:
            if self._model is None or self._model.number < int.from_bytes(number, "big"):
                self._model = _read(connection)
            return self._model
