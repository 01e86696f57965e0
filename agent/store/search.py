"""One statement that finds issues: exact signatures and full text together, in one round trip."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Float, Row, column, text

from agent.issues.issue import Issue, IssueHit, IssueQuery
from agent.store.tables import issues

BODY_SHOWN = 8_000
"""Characters of the body that a hit carries."""

_COLUMNS = (
    issues.c.repository, issues.c.number, issues.c.url, issues.c.title, issues.c.state, issues.c.labels,
    issues.c.created_at, issues.c.updated_at, issues.c.closed_at, issues.c.signature,
    issues.c.client_version, issues.c.outcome,
)  # fmt: skip

_NAMES = tuple(kept.name for kept in _COLUMNS)
_ISSUE_FIELDS = {"body", *_NAMES}

_SHARED = """
SELECT {columns}, substr(i.body, 1, {body}) AS body, f.same, f.score
FROM (SELECT id, max(same) AS same, max(score) AS score FROM (
        SELECT id, 1 AS same, 0.0 AS score FROM (
            SELECT id FROM issues
            WHERE tenant = :tenant AND signature IN ({signatures}) AND NOT {own}
            ORDER BY created_at DESC {nulls_last} LIMIT :limit) AS exact
        UNION ALL
        SELECT id, 0 AS same, score FROM ({full_text}) AS words
    ) AS both_ways GROUP BY id) AS f
JOIN issues AS i ON i.id = f.id AND i.tenant = :tenant
ORDER BY f.same DESC, f.score DESC, i.id LIMIT :limit
"""
_OWN = "(lower(repository) = :own_repository AND number = :own_number)"

_SQLITE = _SHARED.format(
    columns=", ".join(f"i.{c.name}" for c in _COLUMNS),
    body=BODY_SHOWN,
    own=_OWN,
    nulls_last="",
    signatures="SELECT value FROM json_each(:signatures)",
    # The weights are those of title, body and outcome; bm25() is better the lower it is.
    full_text=f"""
        SELECT t.id, -bm25(issues_fts, 5.0, 1.0, 1.0) AS score
        FROM issues_fts JOIN issues AS t ON t.id = issues_fts.rowid
        WHERE issues_fts MATCH :words AND t.tenant = :tenant AND NOT {_OWN}
        ORDER BY score DESC LIMIT :limit""",
)
# PostgreSQL's own ranks know nothing of rare words. So rows are ranked as FTS5 does it: bm25 with k1 = 1.2
# and b = 0.75, a word in the title counting five times; a phrase counts once. How often a word stands in a
# row is looked up only for the rows whose words tell most.
_BM25 = f"""
    WITH given AS MATERIALIZED (
        SELECT words, min(term) AS term FROM (
            SELECT to_tsquery('english', term) AS words, term
            FROM json_array_elements_text(CAST(:terms AS json)) AS every(term)
        ) AS parsed WHERE numnode(words) > 0 GROUP BY words
    ), pairs AS MATERIALIZED (
        SELECT g.term, d.id FROM given AS g JOIN issues AS d ON d.search @@ g.words WHERE d.tenant = :tenant
    ), terms AS MATERIALIZED (
        SELECT g.term, to_tsquery('english', g.term || '\\:A') AS titled,
               CASE WHEN numnode(g.words) = 1 THEN btrim(g.words::text, '''') END AS lexeme,
               greatest(1e-6, ln((stored.rows - df.rows + 0.5) / (df.rows + 0.5))) AS idf
        FROM given AS g JOIN (SELECT term, count(*) AS rows FROM pairs GROUP BY term) AS df USING (term),
             (SELECT count(*) AS rows FROM issues AS n WHERE n.tenant = :tenant) AS stored
    ), best AS MATERIALIZED (
        SELECT t.id, t.search, length(t.search) AS size
        FROM (SELECT pairs.id, sum(terms.idf) AS told FROM pairs JOIN terms USING (term)
              GROUP BY pairs.id ORDER BY told DESC, pairs.id LIMIT 2 * :limit + 1) AS telling
        JOIN issues AS t ON t.id = telling.id AND t.tenant = :tenant AND NOT {_OWN}
    ), often AS MATERIALIZED (
        SELECT b.id, l.lexeme, cardinality(l.positions) AS times
        FROM best AS b, unnest(b.search) AS l WHERE l.lexeme IN (SELECT lexeme FROM terms)
    ), counts AS (
        SELECT b.id, terms.idf, coalesce(often.times, 1) + 4 * (b.search @@ terms.titled)::int AS times,
               1.2 * (0.25 + 0.75 * b.size / (SELECT avg(size) FROM best)) AS long
        FROM pairs JOIN best AS b USING (id) JOIN terms USING (term)
        LEFT JOIN often ON often.id = b.id AND often.lexeme = terms.lexeme
    )
    SELECT id, CAST(sum(idf * 2.2 * times / (times + long)) AS double precision) AS score
    FROM counts GROUP BY id ORDER BY score DESC LIMIT :limit"""
_POSTGRESQL = _SHARED.format(
    columns=", ".join(f"i.{c.name}" for c in _COLUMNS),
    body=BODY_SHOWN,
    own=_OWN,
    nulls_last="NULLS LAST",
    signatures="SELECT json_array_elements_text(CAST(:signatures AS json))",
    full_text=_BM25,
)

_NOT_WORDS = re.compile(r"[^\w]+", re.UNICODE)


def statement(dialect: str) -> Any:
    """The search of that dialect, with the types of its columns. Made once and kept."""
    clause = text(_SQLITE if dialect == "sqlite" else _POSTGRESQL)
    return clause.columns(*_COLUMNS, issues.c.body, column("same", Boolean), column("score", Float))


def parameters(dialect: str, query: IssueQuery, limit: int) -> dict[str, Any] | None:
    """What the statement is run with, or None where there is nothing to look for."""
    phrases = [phrase for term in query.terms if (phrase := _NOT_WORDS.sub(" ", term).strip())]
    if not phrases and not query.signatures:
        return None
    mark = '"' if dialect == "sqlite" else "'"
    own = query.exclude or ("", -1)
    terms = [f"{mark}{phrase}{mark}" for phrase in phrases] or [f"{mark}nothing_is_called_this{mark}"]
    words = {"words": " OR ".join(terms)} if dialect == "sqlite" else {"terms": json.dumps(terms)}
    return {
        "signatures": json.dumps(query.signatures),
        "own_repository": own[0].lower(),
        "own_number": own[1],
        "limit": limit,
        **words,
    }


def to_hits(rows: Sequence[Row[Any]], terms: list[str]) -> list[IssueHit]:
    """The hits of the rows. `matched_terms` are those of `terms` that stand in what the hit carries."""
    stems = [(term, _stem(term.lower())) for term in terms]
    return [_to_hit(row, stems) for row in rows]


def _to_hit(row: Row[Any], stems: list[tuple[str, str]]) -> IssueHit:
    *values, body, same, score = tuple(row)
    found = dict(zip(_NAMES, values, strict=True))
    seen = f"{found['title']}\n{body}\n{found['outcome'] or ''}".lower()
    matched = [term for term, stem in stems if stem in seen and _begins_a_word(stem, seen)]
    # The values come from our own table, where they were validated when they were written.
    issue = Issue.model_construct(_ISSUE_FIELDS, body=body, **found)
    return IssueHit.model_construct(
        issue=issue, same_signature=bool(same), text_score=float(score or 0.0), matched_terms=matched
    )


def _stem(term: str) -> str:
    """A plural finds its singular, as in the index."""
    return term[:-1] if len(term) > 4 and term.endswith("s") else term


def _begins_a_word(stem: str, text: str) -> bool:
    at = text.find(stem)
    while at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at = text.find(stem, at + 1)
    return at >= 0
