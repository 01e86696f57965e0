"""On PostgreSQL: small blocks of postings are joined to larger ones, and dead postings left out."""

from __future__ import annotations

from sqlalchemy import Connection, text

MOST_NEW_BLOCKS = 64
MOST_BLOCKS_OF_A_LEVEL = 8

_LOCK = text("SELECT pg_try_advisory_xact_lock(4730023, hashtext(:tenant))")
_BLOCKS = text("SELECT block, level FROM index_blocks WHERE tenant = :tenant ORDER BY level, block")
_NEXT = text("SELECT nextval('issue_changes')")
_BLOCK_IDS = "CAST(:blocks AS bigint[])"
# Postings need no order, so that they are not sorted, only the terms that come out are, for the table's key.
_JOIN = (
    text(f"""
        INSERT INTO issue_postings (tenant, term, block, docs, postings)
        SELECT :tenant, term, CAST(:new AS bigint), count(*), array_agg(p) FROM (
            SELECT every.term, unnest(every.postings) AS p FROM issue_postings AS every
            WHERE every.tenant = :tenant AND every.block = ANY({_BLOCK_IDS})
        ) AS all_of_them
        WHERE EXISTS (SELECT 1 FROM issue_tokens AS t
                      WHERE t.tenant = :tenant AND t.change = p >> 24 AND t.change >= :first
                        AND t.tokens IS NOT NULL)
        GROUP BY term ORDER BY term
    """),
    text(f"DELETE FROM issue_postings WHERE tenant = :tenant AND block = ANY({_BLOCK_IDS})"),
    text(f"""
        INSERT INTO index_blocks (tenant, block, level, docs, length)
        SELECT tenant, CAST(:new AS bigint), CAST(:level AS integer), sum(docs), sum(length)
        FROM index_blocks WHERE tenant = :tenant AND block = ANY({_BLOCK_IDS}) GROUP BY tenant
    """),
    text(f"DELETE FROM index_blocks WHERE tenant = :tenant AND block = ANY({_BLOCK_IDS})"),
)


def join_blocks(connection: Connection) -> bool:
    """Joins the blocks of the lowest level that has too many; True where there were any.

    Readers see the old blocks until the transaction is committed. Where another process is at it,
    nothing is done.
    """
    if not connection.scalar(_LOCK, {}):
        return False
    levels: dict[int, list[int]] = {}
    for block, level in connection.execute(_BLOCKS, {}):
        levels.setdefault(level, []).append(block)
    for level, blocks in sorted(levels.items()):
        if len(blocks) > (MOST_BLOCKS_OF_A_LEVEL if level else MOST_NEW_BLOCKS):
            _join(connection, level + 1, blocks)
            return True
    return False


def _join(connection: Connection, level: int, blocks: list[int]) -> None:
    # A new block is called by its first change; those of higher levels are younger than what they hold.
    first = blocks[0] if level == 1 else 0
    bound = {"blocks": blocks, "level": level, "first": first, "new": connection.scalar(_NEXT)}
    for statement in _JOIN:
        connection.execute(statement, bound)
