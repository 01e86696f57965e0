"""Keeps the tenant's latent model and the vectors of its issues in the database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, LargeBinary, bindparam, case, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from agent.store.index.packed import combined
from agent.store.index.stored import collection
from agent.store.index.tables import issue_tokens, search_models
from agent.store.tables import issues

if TYPE_CHECKING:
    from agent.store.database import Database
    from agent.store.index.encoder import Encoded, Encoder
    from agent.store.index.latent import Model

FEWEST_ISSUES = 2_000
"""With fewer issues no model is made: they share too little to tell company from chance."""
_GROWN = 1.5
_AT_ONCE, _ENCODED_AT_ONCE = 1_000, 64
_MOST_BODY, _MOST_MARK = 1_000, 200
_NUMBER_BYTES = 4

_FITTED = select(search_models.c.number, search_models.c.issues)
_MODEL = select(search_models.c.number, search_models.c.model)
_MARK = select(search_models.c.number, func.substr(search_models.c.model, 1, _MOST_MARK).label("mark"))
_SOME_TOKENS = (
    select(issue_tokens.c.tokens)
    .where(issue_tokens.c.tokens.is_not(None))
    .order_by(issue_tokens.c.change % 7919, issue_tokens.c.change)
    .limit(bindparam("many"))
)
_PREFIX = func.substr(issue_tokens.c.vector, 1, _NUMBER_BYTES)
_WITHOUT = (
    select(
        issue_tokens.c.issue_id,
        issue_tokens.c.change,
        issue_tokens.c.tokens,
        issues.c.title,
        func.substr(issues.c.body, 1, _MOST_BODY).label("body"),
    )
    .join(issues, issues.c.id == issue_tokens.c.issue_id)
    .where(
        issue_tokens.c.tokens.is_not(None),
        issue_tokens.c.issue_id > bindparam("after"),
        _PREFIX.is_distinct_from(bindparam("number", type_=LargeBinary)),
    )
    .order_by(issue_tokens.c.issue_id)
    .limit(bindparam("many"))
)
_HELD = select(
    func.count(),
    func.count(issue_tokens.c.vector),
    func.sum(case((bindparam("number", type_=LargeBinary) == _PREFIX, 1), else_=0)),
).where(issue_tokens.c.tokens.is_not(None))
_SET = (
    update(issue_tokens)
    .where(issue_tokens.c.issue_id == bindparam("of"), issue_tokens.c.change == bindparam("at"))
    .values(vector=bindparam("made"))
)


class Held(NamedTuple):
    """What the tenant has. `number` is the model's, None where there is none that can be read; of the
    `issues` stored it was fitted on `fitted`. `without` issues have no vector, `older` one of another model.
    With an encoder, `is_encoded`, that is the model, and nothing is fitted.
    """

    issues: int
    number: int | None
    fitted: int
    without: int
    older: int
    is_encoded: bool

    @property
    def is_due(self) -> bool:
        """Whether a model must be fitted: there is none, or the issues have grown by half since."""
        if self.is_encoded:
            return self.number is None and self.issues > 0
        return self.issues >= FEWEST_ISSUES and (self.number is None or self.issues >= _GROWN * self.fitted)


async def fit_model(database: Database, *, is_asked: bool = False) -> bool:
    """Fits the model anew where the issues have grown by half since (or that is asked for), and gives every
    issue that has none a vector; True where a model was fitted. For the end of an import: takes seconds.
    """
    held = await _held(database)
    is_asked = is_asked and held.issues >= FEWEST_ISSUES and not held.is_encoded
    made = await _fitted(database) if held.is_due or is_asked else False
    if made or held.number is not None:
        await _give_vectors(database)
    return made


async def mend_vectors(database: Database) -> list[str]:
    """Fits the model where that is due and gives every issue its vector; what was wrong, in plain words."""
    held = await _held(database)
    made = await fit_model(database)
    if held.number is None:
        lacking = "the vectors were not the encoder's" if held.is_encoded else "there was no latent model"
        return [lacking] if made else []
    wrong = (
        [f"the latent model was made of {held.fitted} issues, and {held.issues} are stored"] if made else []
    )
    wrong += [f"{held.without} issues had no vector"] if held.without else []
    return [*wrong, f"{held.older} issues had a vector of another model"] if held.older else wrong


async def _held(database: Database) -> Held:
    """What is there, looked at in full: takes a moment where there are very many issues."""

    def look(connection: Connection) -> Held:
        row = connection.execute(_FITTED).first()
        number = row.number if row and _read(connection, database.encoder) else None
        bound = {"number": (number or 0).to_bytes(_NUMBER_BYTES, "big")}
        indexed, vectors, own = connection.execute(_HELD, bound).one()
        stored, fitted, own = collection(connection).docs, row.issues if row else 0, own or 0
        is_encoded = database.encoder is not None
        return Held(stored, number, fitted, indexed - vectors, vectors - own, is_encoded)

    return await database.read(look)


async def _fitted(database: Database) -> bool:
    stored, last = await database.read(lambda c: (collection(c).docs, c.execute(_FITTED).first()))
    number = last.number + 1 if last else 1
    encoder = database.encoder
    made = await asyncio.to_thread(lambda: encoder.mark) if encoder else await _latent(database, number)
    if not made:
        return False
    insert = (sqlite_insert if database.dialect == "sqlite" else postgresql_insert)(search_models)
    values = {"number": number, "issues": stored, "model": made}
    statement = insert.values(values).on_conflict_do_update(index_elements=["tenant"], set_=values)
    await database.change(statement)
    return True


async def _latent(database: Database, number: int) -> bytes | None:
    from agent.store.index.latent import MOST_FITTED, as_bytes, fit

    rows = await database.all(_SOME_TOKENS, {"many": MOST_FITTED})
    model = await asyncio.to_thread(lambda: fit([combined(row.tokens) for row in rows], number))
    return as_bytes(model) if model else None


async def _give_vectors(database: Database) -> None:
    """Some issues at a time, each batch in a transaction of its own; an interrupted run is gone on with."""
    encoder = database.encoder
    model: Any = await database.read(lambda connection: _read(connection, encoder))
    many = _ENCODED_AT_ONCE if encoder else _AT_ONCE
    after = 0
    while model is not None:
        number = model.number.to_bytes(_NUMBER_BYTES, "big")
        rows = await database.all(_WITHOUT, {"after": after, "number": number, "many": many})
        if not rows:
            return
        after = rows[-1].issue_id
        given = [f"{row.title}\n{row.body}" if encoder else combined(row.tokens) for row in rows]
        packed = await asyncio.to_thread(model.packed_vectors, given)
        made = [
            {"of": row.issue_id, "at": row.change, "made": one} for row, one in zip(rows, packed, strict=True)
        ]
        await database.write(lambda connection, made=made: connection.execute(_SET, made))  # type: ignore[misc]


def _read(connection: Connection, encoder: Encoder | None) -> Model | Encoded | None:
    """What made the vectors; None where that is not the encoder that is set, or cannot be read."""
    if encoder is not None:
        from agent.store.index.encoder import Encoded

        row = connection.execute(_MARK).first()
        return Encoded(row.number, encoder) if row and bytes(row.mark) == encoder.mark else None
    from agent.store.index.latent import from_bytes

    row = connection.execute(_MODEL).first()
    try:
        return from_bytes(row.model, row.number) if row else None
    except ValueError:
        return None


class Vectors:
    """How near issues are to a query. Safe to use from several threads at once.

    The model is read from the database when a vector of it is first met, and kept. With an `encoder` its
    vectors are compared and no others.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._lock = threading.Lock()
        self._encoder = encoder
        self._model: Model | Encoded | None = None

    def cosines(
        self, connection: Connection, weights: Mapping[str, float], text: str, packed: Sequence[bytes | None]
    ) -> list[float | None]:
        """The cosine of each issue's vector with that of the query; None where it has none.

        `weights` are the query's tokens, `text` is what an encoder reads of it.
        """
        number = next((one[:_NUMBER_BYTES] for one in packed if one), None)
        model = self._of(connection, number) if number else None
        if model is None:
            return [None] * len(packed)
        from agent.store.index.latent import Model, cosines

        vector = model.vector(weights) if isinstance(model, Model) else model.vector(text)
        return cosines(model.number, vector, packed)

    def _of(self, connection: Connection, number: bytes) -> Model | Encoded | None:
        with self._lock:
            if self._model is None or self._model.number < int.from_bytes(number, "big"):
                self._model = _read(connection, self._encoder)
            return self._model
