"""In words: what a query and a hit have in common."""

from __future__ import annotations

import re

from agent.issues.features import idf
from agent.issues.issue import IssueHit, IssueQuery
from agent.issues.query import is_error_line, telling

_MOST_NAMED, _MOST_WORDS = 3, 4
_SHORTEST_LINE, _LONGEST_SHOWN = 16, 90
_SIMILAR_TITLE = 0.6
"""The share of a title's idf that must be in the other title."""
_LEAST_IDF = 2.0
_JOINED = re.compile(r"[^\W_](?:_|::|\.)[^\W_]|[a-z]\d|\d[a-z]")
_NO_NAME = re.compile(r"v?\d.*|..?")
"""A version, a size or a number is no identifier, and neither is a letter with a figure."""
_NUMBER = re.compile(r"0x[0-9a-f]+|\d+")


def what_matches(text: str, query: IssueQuery, hit: IssueHit) -> list[str]:
    """What `text`, from which the query was made, shares with the hit, the strongest first; may be empty."""
    found = []
    if line := _shared_line(text, hit.issue.body):
        found.append(f'shares the error line "{line}"')
    if names := _shared_names(query, hit):
        found.append(f"same identifier{'s' if len(names) > 1 else ''} {', '.join(names)}")
    if _is_title_similar(query, hit):
        found.append("similar title")
    if not found and hit.matched_terms:
        found.append(f"similar words ({', '.join(best_terms(hit.matched_terms))})")
    return found


def share_held(query: IssueQuery, hit: IssueHit) -> float:
    """How much of what the query's tokens tell is in the issue, 0 to 1; 0 for a hit without tokens."""
    if hit.forward is None or hit.collection is None:
        return 0.0
    docs, having = hit.collection.docs, hit.collection.having
    told = {token: idf(docs, having.get(token, 0)) for token in query.weights}
    held = told.keys() & (hit.forward.body.keys() | set(hit.forward.title))
    return sum(told[token] for token in held) / (sum(told.values()) or 1.0)


def best_terms(terms: list[str]) -> list[str]:
    """The terms that tell most."""
    return sorted(terms, key=lambda term: (-telling(term), term.lower()))[:_MOST_WORDS]


def _shared_line(text: str, body: str) -> str | None:
    """The longest line that tells of an error and stands in both, but for numbers and spaces."""
    ours = {_plain(line) for line in text.splitlines() if is_error_line(line)}
    shared = [line for line in body.splitlines() if len(line) >= _SHORTEST_LINE and _plain(line) in ours]
    if not shared:
        return None
    line = " ".join(max(shared, key=len).split())
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1].rstrip() + "…"


def _plain(line: str) -> str:
    return _NUMBER.sub("0", " ".join(line.lower().split()))


def _shared_names(query: IssueQuery, hit: IssueHit) -> list[str]:
    """Whole identifiers that both have, the ones that tell most."""
    if hit.forward is None or hit.collection is None:
        return []
    docs, having = hit.collection.docs, hit.collection.having
    held = hit.forward.body.keys() | set(hit.forward.title)
    told = {
        token: weight * rare
        for token, weight in query.weights.items()
        if token in held and _is_name(token) and (rare := idf(docs, having.get(token, 0))) >= _LEAST_IDF
    }
    return sorted(told, key=lambda token: (-told[token], token))[:_MOST_NAMED]


def _is_name(token: str) -> bool:
    return _JOINED.search(token) is not None and not _NO_NAME.fullmatch(token)


def _is_title_similar(query: IssueQuery, hit: IssueHit) -> bool:
    if hit.forward is None or hit.collection is None or len(query.title) < 2:
        return False
    docs, having = hit.collection.docs, hit.collection.having
    told = {token: idf(docs, having.get(token, 0)) for token in query.title}
    shared = sum(told[token] for token in told.keys() & set(hit.forward.title))
    return len(told.keys() & set(hit.forward.title)) > 1 and shared >= _SIMILAR_TITLE * sum(told.values())
