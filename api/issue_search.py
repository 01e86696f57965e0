"""The search of stored issues, as the command and the API give it."""

from __future__ import annotations

import re
from typing import Any

from agent.issues.issue import Issue, IssueHit, IssueQuery
from agent.issues.query import SEARCH_DEPTH, build_query
from agent.issues.ranking import Ranking, Scored, rerank
from agent.issues.references import REPOSITORY_OF, Thread, parse_thread
from agent.issues.tokens import tokens
from agent.issues.why import best_terms, share_held, what_matches
from agent.ports import IssueGraph, IssueIndex
from agent.report.error_report import Submission
from agent.report.lexicon import Lexicon
from agent.report.read import read
from agent.report.signature import first_signature

_SAME_MESSAGE = 0.6
"""Where the scores of hits with the very same error message begin; words alone stay below."""
_LEAST, _SURE = 0.01, 0.05
"""The probability below which an issue without that message is too weak to be shown, and from which on it is
not: between them it must hold half of what is asked for, or one usual word of five would do."""
_HALF = 0.5
_MOST_WORDS = 2_000
"""Characters of a query whose words are named as shared."""
_BARE = re.compile(r"#([1-9]\d{0,8})", re.ASCII)
_WORD = re.compile(r"[^\W_]+")


async def search_rows(
    index: IssueIndex,
    lexicon: Lexicon,
    query: str,
    limit: int,
    ranking: Ranking | None = None,
    graph: IssueGraph | None = None,
) -> list[dict[str, Any]]:
    """The best `limit` issues for words or an error message, each with its score and why it was found.

    With a `ranking` a score says how probable it is that the issue is what was asked for, and those that
    share next to nothing are left out; without one they keep the order of the store. A query that is the
    address of an issue gives this one, where `graph` holds it.
    """
    if graph and (threads := _named(query)):
        found = [await graph.issue(*thread) for thread in threads]
        return [
            {**_shown(issue), "score": 1.0, "why": "the issue that was asked for"} for issue in found if issue
        ]
    report = read(Submission(title=query, text=query), lexicon)
    # An issue that is named among the words is no report of its own, to be left out.
    wanted = build_query(report, lexicon).model_copy(update={"exclude": None})
    if ranking is None:
        hits = await index.search(wanted, limit)
        best = max((hit.text_score for hit in hits), default=0.0) or 1.0
        rows = [_row(hit, max(hit.text_score, 0.0) / best, []) for hit in hits]
        return sorted(rows, key=lambda row: (-row["score"], row["repository"], row["number"]))
    scored = rerank(wanted, await index.search(wanted, SEARCH_DEPTH), ranking)
    kept = [each for each in scored if _is_strong(wanted, each)]
    return [
        _row(each.hit, each.probability, what_matches(query, wanted, each.hit) or _shared(query, each.hit))
        for each in kept[:limit]
    ]


def signature_of(text: str, lexicon: Lexicon) -> str | None:
    """The signature of the first error in an issue's text that is of a known message."""
    return first_signature(text, lexicon)


def _is_strong(query: IssueQuery, found: Scored) -> bool:
    if found.hit.same_signature or found.probability >= _SURE:
        return True
    return found.probability >= _LEAST and share_held(query, found.hit) >= _HALF


def _named(query: str) -> list[Thread]:
    """The issue whose address the whole query is; a bare #N means one of the products'."""
    text = query.strip()
    if found := _BARE.fullmatch(text):
        return [(repository, int(found[1])) for repository in dict.fromkeys(REPOSITORY_OF.values())]
    thread = parse_thread(text) if len(text.split()) == 1 else None
    return [thread] if thread else []


def _shared(query: str, hit: IssueHit) -> list[str]:
    """The words that hold what both have, where that is no more than parts of names."""
    if hit.forward is None:
        return []
    held = hit.forward.body.keys() | set(hit.forward.title)
    found = dict.fromkeys(word for word in _WORD.findall(query[:_MOST_WORDS]) if held & {*tokens(word)})
    return [f"similar words ({', '.join(best_terms(list(found)))})"] if found else []


def _shown(issue: Issue) -> dict[str, Any]:
    return issue.model_dump(include={"repository", "number", "url", "title", "state"})


def _row(hit: IssueHit, share: float, matches: list[str]) -> dict[str, Any]:
    terms = f"matches {', '.join(hit.matched_terms[:6])}" if hit.matched_terms else "similar words"
    words = ", ".join(matches) or terms
    why = "same error message" if hit.same_signature else words
    if hit.issue.outcome:
        why = f"{why}; {hit.issue.outcome}"
    least, room = (_SAME_MESSAGE, 1 - _SAME_MESSAGE) if hit.same_signature else (0.0, 0.99 * _SAME_MESSAGE)
    return {**_shown(hit.issue), "score": round(least + room * share, 3), "why": why}
