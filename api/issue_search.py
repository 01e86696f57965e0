"""The search of stored issues, as the command and the API give it."""

from __future__ import annotations

from typing import Any

from agent.issues.issue import IssueHit
from agent.issues.query import SEARCH_DEPTH, build_query
from agent.issues.ranking import Ranking, rerank
from agent.issues.why import what_matches
from agent.ports import IssueIndex
from agent.report.error_report import Submission
from agent.report.lexicon import Lexicon
from agent.report.read import read
from agent.report.signature import first_signature

_SAME_MESSAGE = 0.6
"""Where the scores of hits with the very same error message begin; words alone stay below."""
_LEAST = 0.01
"""The probability below which an issue without that message is too weak to be shown."""


async def search_rows(
    index: IssueIndex, lexicon: Lexicon, query: str, limit: int, ranking: Ranking | None = None
) -> list[dict[str, Any]]:
    """The best `limit` issues for words or an error message, each with its score and why it was found.

    With a `ranking` a score says how probable it is that the issue is what was asked for, and those that
    share next to nothing are left out; without one they keep the order of the store.
    """
    report = read(Submission(title=query, text=query), lexicon)
    wanted = build_query(report, lexicon)
    if ranking is None:
        hits = await index.search(wanted, limit)
        best = max((hit.text_score for hit in hits), default=0.0) or 1.0
        rows = [_row(hit, max(hit.text_score, 0.0) / best, []) for hit in hits]
        return sorted(rows, key=lambda row: (-row["score"], row["repository"], row["number"]))
    scored = rerank(wanted, await index.search(wanted, SEARCH_DEPTH), ranking)
    kept = [each for each in scored if each.hit.same_signature or each.probability >= _LEAST]
    return [_row(each.hit, each.probability, what_matches(query, wanted, each.hit)) for each in kept[:limit]]


def signature_of(text: str, lexicon: Lexicon) -> str | None:
    """The signature of the first error in an issue's text that is of a known message."""
    return first_signature(text, lexicon)


def _row(hit: IssueHit, share: float, matches: list[str]) -> dict[str, Any]:
    words = ", ".join(matches) or f"matches {', '.join(hit.matched_terms[:6])}"
    why = "same error message" if hit.same_signature else words
    if hit.issue.outcome:
        why = f"{why}; {hit.issue.outcome}"
    least, room = (_SAME_MESSAGE, 1 - _SAME_MESSAGE) if hit.same_signature else (0.0, 0.99 * _SAME_MESSAGE)
    shown = hit.issue.model_dump(include={"repository", "number", "url", "title", "state"})
    return {**shown, "score": round(least + room * share, 3), "why": why}
