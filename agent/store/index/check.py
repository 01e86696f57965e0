"""Does the index say what the issues say? What `doctor` asks, and how it puts right what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, func, select, text

from agent.store.index import version
from agent.store.index.fill import clear, fill, missing
from agent.store.index.found import EngineBroken, EngineBusy
from agent.store.index.local import LocalIndex
from agent.store.index.packed import combined
from agent.store.index.rows import differing
from agent.store.index.stored import collection
from agent.store.index.tables import issue_tokens
from agent.store.tables import issues

if TYPE_CHECKING:
    from agent.store.database import Database

LOOKED_AT = 1_000
"""Issues, drawn by chance, whose words are compared with those indexed: that takes under a second."""
_SAMPLE = 200
_LIVE = select(func.count()).select_from(issues).where(issues.c.deleted_at.is_(None))
_INDEXED = select(func.count()).select_from(issue_tokens).where(issue_tokens.c.tokens.is_not(None))
_IDS = select(issues.c.id).order_by(func.random()).limit(LOOKED_AT)
_LAST = select(func.max(issue_tokens.c.change))
_UP_TO = select(func.count(), func.sum(issue_tokens.c.issue_id), func.sum(issue_tokens.c.change)).where(
    issue_tokens.c.tokens.is_not(None), issue_tokens.c.change <= bindparam("covered")
)
_POSTED = text("""
    SELECT count(DISTINCT p >> 24) FROM (
        SELECT unnest(postings) AS p FROM issue_postings
        WHERE tenant = :tenant AND term = ANY(CAST(:terms AS text[]))
    ) AS postings WHERE p >> 24 = ANY(CAST(:changes AS bigint[]))
""")
_SOME_ROWS = (
    select(issue_tokens.c.change, issue_tokens.c.tokens)
    .where(issue_tokens.c.length > 0, issue_tokens.c.tokens.is_not(None))
    .order_by(func.random())
    .limit(_SAMPLE)
)


async def mend(database: Database) -> list[str]:
    """Looks at the index and puts right what is wrong; what that was, in plain words, empty for nothing.

    Raises `StoreUnavailable` where the database or the disk does not let it.
    """
    wrong = await database.read(rows_wrong)
    if wrong:
        await database.write(clear)
    elif lacking := await database.read(missing):
        wrong = [f"{lacking} issues were not indexed"]
    if wrong or not await database.read(lambda connection: version.named(connection).is_filled):
        await fill(database)
    index = database.index
    if isinstance(index, LocalIndex):
        wrong += await database.read(lambda connection: _folder_mended(connection, index))
        await database.read(index.bring_on)
    return wrong


def rows_wrong(connection: Connection) -> list[str]:
    """What is wrong with the rows, so that they must all be made anew."""
    if version.named(connection).format != version.FORMAT:
        return ["the index was made by another version"]
    live, indexed, counted = connection.scalar(_LIVE), connection.scalar(_INDEXED), collection(connection)
    if indexed != counted.docs:
        return [f"{indexed} issues were indexed and {counted.docs} counted"]
    if (indexed or 0) > (live or 0):
        return [f"{indexed} issues were indexed where there are {live}"]
    ids = list(connection.scalars(_IDS))
    if found := differing(connection, ids):
        return [f"{found} of {len(ids)} issues looked at were indexed with other words than they have"]
    if connection.dialect.name == "postgresql" and (lost := _unposted(connection)):
        return [f"{lost} of {_SAMPLE} issues looked at could not be found by their words"]
    return []


def _unposted(connection: Connection) -> int:
    """How many of some issues lack postings of the word that they hold most often."""
    rows = connection.execute(_SOME_ROWS).all()
    words = {max(counts, key=lambda t: (counts[t], t)) for row in rows if (counts := combined(row.tokens))}
    bound = {"terms": sorted(words), "changes": [row.change for row in rows]}
    return len(rows) - (connection.scalar(_POSTED, bound) or 0)


def _folder_mended(connection: Connection, index: LocalIndex) -> list[str]:
    why = folder_wrong(connection, index)
    if why is not None:
        index.make_anew(connection, why)
    return [why] if why else []


def folder_wrong(connection: Connection, index: LocalIndex) -> str | None:
    """What the engine's folder holds that the rows do not, or the reverse, up to the change it says."""
    try:
        folder = index.opened()
        if folder is None:
            return None
        last = connection.scalar(_LAST) or 0
        if folder.held.name == "" and folder.docs == 0:
            # One that was made, and the process killed before it held anything.
            folder = index.catch_up(connection)
        if folder.held.name != version.named(connection).name or folder.held.covered > last:
            return "the folder beside the database was made for other rows"
        folder = index.catch_up(connection)
        stored = connection.execute(_UP_TO, {"covered": folder.held.covered}).one()
        now = connection.scalar(_LAST) or 0
        held = folder.sums()
    except EngineBusy:
        return None
    except EngineBroken as bad:
        return f"the folder beside the database is damaged ({bad})"
    except OSError:
        # A full disk, or a folder that is closed to us: what comes next says so.
        return None
    # Rows that another process changes meanwhile are in the folder as they were.
    if now > folder.held.covered or held == tuple(int(value or 0) for value in stored):
        return None
    return f"the folder beside the database held {held[0]} issues where there are {stored[0]}, or other ones"
