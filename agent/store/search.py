"""The search for issues: exact signatures and words together, with what re-ranking needs of each hit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import Connection, LargeBinary, Row, bindparam, column, select, text

from agent.issues.issue import Collection, Forward, Issue, IssueHit, IssueQuery, OwnLink
from agent.issues.tokens import tokens
from agent.report.error_report import Noun
from agent.store.index.found import Found, Index, Wanted, nearest
from agent.store.index.packed import Shared, shared
from agent.store.index.vectors import Vectors
from agent.store.own_links import own_links
from agent.store.tables import UtcTime, issues

if TYPE_CHECKING:
    from agent.store.index.encoder import Encoder

BODY_SHOWN = 2_000
"""Characters of the body that a hit carries."""
_CONSIDERED = 2
"""So many times as many issues as are read are found by their words: the nearest of them are read."""
_FEWEST, _SHARE = 40, 20
"""Of a small store one hit in so many issues is read, but always so many: the rest is far off."""

_COLUMNS = (
    issues.c.repository, issues.c.number, issues.c.url, issues.c.title, issues.c.state, issues.c.labels,
    issues.c.created_at, issues.c.updated_at, issues.c.closed_at, issues.c.signature,
    issues.c.client_version, issues.c.outcome, issues.c.kind, issues.c.author, issues.c.state_reason,
    issues.c.comment_count, issues.c.participants, issues.c.merged_at, issues.c.released_in,
    issues.c.duplicate_of,
)  # fmt: skip
_NAMES = tuple(kept.name for kept in _COLUMNS)
_NOT_READ = {
    name: field.get_default(call_default_factory=True)
    for name, field in Issue.model_fields.items()
    if name not in ("body", *_NAMES)
}
"""What a hit does not carry, empty. Nouns are frozen and nobody writes into their lists."""
# Made once: a statement that is made anew is filtered and compiled anew, which costs more than to run it.
_SAME = (
    select(issues.c.id)
    .where(issues.c.signature.in_(bindparam("signatures", expanding=True)))
    .order_by(issues.c.created_at.desc().nulls_last(), issues.c.id)
    .limit(bindparam("many"))
)
_SAME_BEFORE = _SAME.where(issues.c.created_at < bindparam("until", type_=UtcTime()))
N = TypeVar("N", bound=Noun)

_FORWARD = (column("tokens", LargeBinary), column("vector", LargeBinary))
_IDS = {
    "sqlite": "SELECT value FROM json_each(:ids)",
    "postgresql": "SELECT CAST(json_array_elements_text(CAST(:ids AS json)) AS bigint)",
}
_ROWS = """
    SELECT i.id, {columns}, substr(i.body, 1, {body}) AS body, t.tokens, t.vector
    FROM issues AS i LEFT JOIN issue_tokens AS t ON t.issue_id = i.id AND t.tenant = :tenant
    WHERE i.tenant = :tenant AND i.deleted_at IS NULL AND i.id IN ({ids})
      AND NOT (lower(i.repository) = :own_repository AND i.number = :own_number)
"""


class IssueSearch:
    """The search of one database. Safe to use from several threads at once."""

    def __init__(self, dialect: str, index: Index, encoder: Encoder | None = None) -> None:
        self._index, self._vectors = index, Vectors(encoder)
        columns = ", ".join(f"i.{kept.name}" for kept in _COLUMNS)
        rows = text(_ROWS.format(columns=columns, body=BODY_SHOWN, ids=_IDS[dialect]))
        self._rows = rows.columns(issues.c.id, *_COLUMNS, issues.c.body, *_FORWARD)

    def find(self, connection: Connection, query: IssueQuery, limit: int) -> list[IssueHit]:
        """The best `limit` hits, exact signatures first; empty where nothing matches.

        What is linked with the report's own thread is among them, whatever its words.
        """
        weights = weights_of(query)
        if limit < 1 or not (weights or query.signatures):
            return []
        # What was said of the thread later is not known to one who asks as of a day.
        known = own_links(connection, query.exclude) if query.exclude and query.before is None else {}
        # One more than is asked for: the report's own thread may be among them.
        many = limit + (query.exclude is not None)
        wanted = Wanted(weights, _CONSIDERED * many, _seconds(query.before))
        found = self._index.search(connection, wanted) if weights else Found([], 0, 1.0, {})
        near_enough = found.hits[: max(_FEWEST, found.docs // _SHARE)]
        read = nearest(near_enough, many, _seconds(query.before or query.at))
        scores = {hit.issue_id: hit.score for hit in read}
        ids = [*scores, *self._same_signature(connection, query, min(limit, _FEWEST)), *known]
        rows = connection.execute(self._rows, {"ids": json.dumps(ids), **_own(query)}).all()
        asked = _asked(query, weights, Collection(docs=found.docs, having=found.having))
        near = self._vectors.cosines(connection, weights, query.text, [row.vector for row in rows])
        hits = [
            (row[0], _to_hit(row, asked, scores.get(row[0], 0.0), cosine, known.get(row[0])))
            for row, cosine in zip(rows, near, strict=True)
        ]
        hits.sort(key=lambda pair: (*_place(pair[1]), pair[0]))
        return [hit for _, hit in hits[:limit]]

    def _same_signature(self, connection: Connection, query: IssueQuery, limit: int) -> Sequence[int]:
        if not query.signatures:
            return ()
        bound = {"signatures": query.signatures, "many": limit, "until": query.before}
        return connection.scalars(_SAME if query.before is None else _SAME_BEFORE, bound).all()


def weights_of(query: IssueQuery) -> dict[str, float]:
    """The tokens that are looked for; those of its words where a query gives no weights."""
    return query.weights or {token: 1.0 for term in query.terms for token in tokens(term)}


def _own(query: IssueQuery) -> dict[str, Any]:
    repository, number = query.exclude or ("", -1)
    return {"own_repository": repository.lower(), "own_number": number}


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


class _Asked(NamedTuple):
    """A query made ready for its hits. A word of `parts` is matched where all its tokens are held."""

    signatures: frozenset[str]
    parts: list[tuple[str, frozenset[str]]]
    wanted: frozenset[str]
    collection: Collection


def _asked(query: IssueQuery, weights: dict[str, float], collection: Collection) -> _Asked:
    parts = [(term, frozenset(tokens(term))) for term in query.terms]
    wanted = frozenset(weights).union(*(needed for _, needed in parts))
    return _Asked(frozenset(query.signatures), parts, wanted, collection)


def _to_hit(
    row: Row[Any], asked: _Asked, score: float, cosine: float | None, own_link: OwnLink | None
) -> IssueHit:
    _, *values, body, packed, _vector = tuple(row)
    facts = dict(zip(_NAMES, values, strict=True))
    title, counts, size = shared(packed, asked.wanted) if packed else Shared([], {}, 0)
    held = counts.keys() | title
    return _made(
        IssueHit,
        issue=_made(Issue, **_NOT_READ, body=body, **facts),
        same_signature=facts["signature"] in asked.signatures,
        text_score=score,
        matched_terms=[term for term, needed in asked.parts if needed and needed <= held],
        forward=_made(Forward, title=title, body=counts, size=size, cosine=cosine) if packed else None,
        collection=asked.collection,
        own_link=own_link,
    )


def _place(hit: IssueHit) -> tuple[bool, bool, float]:
    return not hit.same_signature, hit.own_link is None, -round(hit.text_score, 4)


def _made(noun: type[N], **values: Any) -> N:
    """The noun with all its values given, none of them looked at: they were when they were stored.

    `model_construct` would look for a default of every field; over two hundred hits that is half the search.
    """
    made = noun.__new__(noun)
    object.__setattr__(made, "__dict__", values)
    object.__setattr__(made, "__pydantic_fields_set__", set(values))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made
