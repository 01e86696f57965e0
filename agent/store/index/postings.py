"""The index of one tenant on PostgreSQL: rows of postings, written in the transaction of the issues.

A posting is one number: the change of an issue's row, how often the term stands there, and how long the
issue is. An issue that changes gets a new change number and new postings; the old ones lead to no row any
more and are left out. Each transaction writes a block of its own; small blocks are joined to larger ones
now and then, in a transaction beside, so that nobody who reads or writes has to wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from agent.store.index.bm25 import K1, MOST_TOKENS, B, Chosen, choose, told
from agent.store.index.found import Found, Wanted, best, deep_enough
from agent.store.index.packed import combined
from agent.store.index.stored import collection
from agent.store.index.tail import Hit

if TYPE_CHECKING:
    from agent.store.index.rows import Entry

MOST_POSTINGS = 100_000
"""A query reads about as many postings; its most common tokens only weigh what the others found."""
_FEWEST_TOKENS = 6
_COUNT_BITS, _LENGTH_BITS = 8, 16
_MOST_COUNT, _MOST_LENGTH = (1 << _COUNT_BITS) - 1, (1 << _LENGTH_BITS) - 1

# Three texts instead of arrays: the driver looks at an array's elements one by one, which took longer than
# all that the server does.
_ADD = text("""
    INSERT INTO issue_postings (tenant, term, block, docs, postings)
    SELECT :tenant, term, :block, CAST(docs AS integer), CAST('{' || given || '}' AS bigint[])
    FROM unnest(
        string_to_array(:terms, ' '), string_to_array(:docs, ' '), string_to_array(:given, ' ')
    ) AS every(term, docs, given)
""")
_HAVING = text("""
    SELECT term, sum(docs) FROM issue_postings
    WHERE tenant = :tenant AND term = ANY(CAST(:terms AS text[])) GROUP BY term
""")
# What a posting tells is factor x count / (count + norm), written so that each part is taken out once; the
# constants are typed, else the sums would be made in decimals.
_SEARCH = text(f"""
    SELECT coalesce(t.issue_id, 0), found.score, t.created FROM (
        SELECT p >> {_COUNT_BITS + _LENGTH_BITS} AS change,
               sum(factor / (CAST(1 AS float8)
                             + (CAST(:short AS float8) + CAST(:long AS float8) * (p & {_MOST_LENGTH}))
                               / ((p >> {_LENGTH_BITS}) & {_MOST_COUNT}))) AS score
        FROM (
            SELECT unnest(every.postings) AS p, given.factor
            FROM unnest(CAST(:terms AS text[]), CAST(:factors AS float8[])) AS given(term, factor)
            JOIN issue_postings AS every ON every.tenant = :tenant AND every.term = given.term
        ) AS postings
        GROUP BY 1 ORDER BY 2 DESC LIMIT :depth
    ) AS found
    LEFT JOIN issue_tokens AS t ON t.tenant = :tenant AND t.change = found.change AND t.tokens IS NOT NULL
    ORDER BY found.score DESC
""")
_TOKENS = text("""
    SELECT issue_id, tokens, length FROM issue_tokens
    WHERE tenant = :tenant AND issue_id = ANY(CAST(:ids AS bigint[])) AND tokens IS NOT NULL
""")


def add_postings(connection: Connection, block: int, entries: Iterable[tuple[int, Entry]]) -> None:
    """Writes the postings of issues with their change numbers as one block."""
    found: dict[str, list[str]] = {}
    for change, entry in entries:
        if entry.tokens is None:
            continue
        first = change << (_COUNT_BITS + _LENGTH_BITS) | min(entry.length, _MOST_LENGTH)
        for token, count in combined(entry.tokens).items():
            found.setdefault(token, []).append(str(first | min(count, _MOST_COUNT) << _LENGTH_BITS))
    if found:
        # In the order of the table's key, so that neighbours are written to one page. Terms hold no space.
        terms = sorted(found)
        docs = " ".join([str(len(found[term])) for term in terms])
        given = " ".join([",".join(found[term]) for term in terms])
        connection.execute(_ADD, {"block": block, "terms": " ".join(terms), "docs": docs, "given": given})


class PostingsIndex:
    """`found.Index` on PostgreSQL, for one tenant. It keeps nothing between two searches."""

    def search(self, connection: Connection, wanted: Wanted) -> Found:
        """The best issues by BM25."""
        stored = collection(connection)
        counted = connection.execute(_HAVING, {"terms": list(wanted.weights)})
        having = dict.fromkeys(wanted.weights, 0) | {term: int(docs) for term, docs in counted}
        chosen = choose(wanted.weights, stored.docs, having.__getitem__)
        asked = affordable(chosen)
        if not asked:
            return Found([], stored.docs, stored.average, having)

        def ask(depth: int) -> list[Hit]:
            bound = {
                "terms": [one.token for one in asked],
                "factors": [one.factor * (K1 + 1) for one in asked],
                "short": K1 * (1 - B),
                "long": K1 * B / stored.average,
                "depth": depth,
            }
            return [Hit(*row) for row in connection.execute(_SEARCH, bound)]

        # Postings of issues that changed or went lead to no row, which is given as issue 0.
        is_part = len(asked) < len(chosen)
        deeper = wanted._replace(limit=2 * wanted.limit) if is_part else wanted
        hits = deep_enough(ask, deeper, {0: None})
        if is_part:
            hits = _weighed(connection, best(hits, deeper.limit), chosen, stored.average)
        return Found(best(hits, wanted.limit), stored.docs, stored.average, having)


def affordable(chosen: list[Chosen]) -> list[Chosen]:
    """Of tokens in order of what they tell, those whose postings can be read in good time."""
    asked: list[Chosen] = []
    postings = 0
    for one in chosen[:MOST_TOKENS]:
        if len(asked) < _FEWEST_TOKENS or postings + one.docs <= MOST_POSTINGS:
            asked.append(one)
            postings += one.docs
    return asked


def _weighed(connection: Connection, hits: list[Hit], chosen: list[Chosen], average: float) -> list[Hit]:
    """The hits with scores by all tokens, the common ones too."""
    created = {hit.issue_id: hit.created for hit in hits}
    rows: Any = connection.execute(_TOKENS, {"ids": list(created)})
    weighed = []
    for issue_id, packed, length in rows:
        counts = combined(packed)
        score = sum(
            one.factor * told(counts[one.token], length, average) for one in chosen if one.token in counts
        )
        weighed.append(Hit(issue_id, score, created[issue_id]))
    return weighed
