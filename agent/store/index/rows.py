"""Keeps the rows of the index in step with the issues, inside the transaction that changes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from agent.issues.tokens import issue_tokens as tokens_of
from agent.store.index.packed import pack_with_length
from agent.store.index.postings import add_postings
from agent.store.index.tables import index_blocks, issue_tokens
from agent.store.tables import issues

_AT_ONCE = 500


class Entry(NamedTuple):
    """One issue as the index sees it; `tokens` is None for one that is gone."""

    issue_id: int
    created: int | None
    tokens: bytes | None
    length: int


_TEXTS = select(
    issues.c.id, issues.c.title, issues.c.body, issues.c.outcome, issues.c.created_at, issues.c.deleted_at
).where(issues.c.id.in_(bindparam("ids", expanding=True)))
_KEPT = select(
    issue_tokens.c.issue_id, issue_tokens.c.created, issue_tokens.c.tokens, issue_tokens.c.length
).where(issue_tokens.c.issue_id.in_(bindparam("ids", expanding=True)))
_LAST = select(func.max(issue_tokens.c.change))
_KEEP = text("""
    INSERT INTO issue_tokens (tenant, issue_id, change, created, tokens, length)
    SELECT :tenant, every.* FROM unnest(
        CAST(:issue_id AS bigint[]), CAST(:changes AS bigint[]), CAST(:created AS bigint[]),
        CAST(:tokens AS bytea[]), CAST(:length AS integer[])
    ) AS every
    ON CONFLICT (issue_id) DO UPDATE SET change = excluded.change, created = excluded.created,
        tokens = excluded.tokens, length = excluded.length, vector = NULL
""")
_NEXT = text("SELECT nextval('issue_changes') FROM generate_series(1, :many)")


def index_rows(connection: Connection, issue_ids: Sequence[int]) -> int:
    """Brings the index's rows of these issues in step with the issues as they are now; how many changed.

    To be called in the transaction that inserted, changed or deleted them, after it did.
    """
    changed = 0
    ordered = sorted(set(issue_ids))
    for start in range(0, len(ordered), _AT_ONCE):
        ids = ordered[start : start + _AT_ONCE]
        changed += write_entries(connection, _read(connection, ids))
    return changed


def differing(connection: Connection, issue_ids: Sequence[int]) -> int:
    """How many of these issues are indexed otherwise than they are now; those never indexed do not count."""
    kept = _kept(connection, issue_ids)
    return sum(kept.get(entry.issue_id, entry) != entry for entry in _read(connection, list(issue_ids)))


def _kept(connection: Connection, issue_ids: Sequence[int]) -> dict[int, Entry]:
    return {row.issue_id: Entry(*row) for row in connection.execute(_KEPT, {"ids": list(issue_ids)})}


def _read(connection: Connection, ids: list[int]) -> list[Entry]:
    found = {
        row.id: _entry(row) for row in connection.execute(_TEXTS, {"ids": ids}) if row.deleted_at is None
    }
    return [found.get(issue_id) or Entry(issue_id, None, None, 0) for issue_id in ids]


def _entry(row: Any) -> Entry:
    title, body = tokens_of(row.title, f"{row.body}\n{row.outcome}" if row.outcome else row.body)
    return Entry(row.id, _seconds(row.created_at), *pack_with_length(title, body))


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def write_entries(connection: Connection, entries: Sequence[Entry]) -> int:
    """Writes those entries that differ from what is kept; how many did. At most some thousands at once."""
    kept = _kept(connection, [entry.issue_id for entry in entries])
    changed = [entry for entry in entries if _differs(entry, kept.get(entry.issue_id))]
    if not changed:
        return 0
    changes = _changes(connection, len(changed))
    _keep(connection, changed, changes)
    before = [kept[entry.issue_id] for entry in changed if entry.issue_id in kept]
    _count(connection, changes[0], changed, before)
    if connection.dialect.name == "postgresql":
        add_postings(connection, changes[0], zip(changes, changed, strict=True))
    return len(changed)


def _differs(entry: Entry, kept: Entry | None) -> bool:
    if kept is None:
        return entry.tokens is not None
    return entry != kept


def _changes(connection: Connection, many: int) -> list[int]:
    """The next change numbers. On SQLite there is one writer, so that they are without gaps."""
    if connection.dialect.name == "postgresql":
        return sorted(connection.scalars(_NEXT, {"many": many}))
    last = connection.scalar(_LAST) or 0
    return list(range(last + 1, last + 1 + many))


def _keep(connection: Connection, entries: Sequence[Entry], changes: list[int]) -> None:
    if connection.dialect.name == "postgresql":
        # One statement of five arrays: a statement for each row takes the driver much longer.
        columns = dict(zip(Entry._fields, map(list, zip(*entries, strict=True)), strict=True))
        connection.execute(_KEEP, {**columns, "changes": changes})
        return
    rows = [
        {**entry._asdict(), "change": change, "vector": None}
        for entry, change in zip(entries, changes, strict=True)
    ]
    insert: Any = sqlite_insert(issue_tokens)
    names = ("change", "created", "tokens", "length", "vector")
    values = {name: insert.excluded[name] for name in names}
    connection.execute(insert.on_conflict_do_update(index_elements=["issue_id"], set_=values), rows)


def _count(connection: Connection, change: int, after: Sequence[Entry], before: Sequence[Entry]) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    insert: Any = (sqlite_insert if is_sqlite else postgresql_insert)(index_blocks)
    values = {
        "block": 0 if is_sqlite else change,
        "level": 0,
        "docs": sum(e.tokens is not None for e in after) - sum(e.tokens is not None for e in before),
        "length": sum(e.length for e in after) - sum(e.length for e in before),
    }
    added = {name: index_blocks.c[name] + insert.excluded[name] for name in ("docs", "length")}
    connection.execute(insert.on_conflict_do_update(index_elements=["tenant", "block"], set_=added), values)
