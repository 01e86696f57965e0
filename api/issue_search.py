"""The search of stored issues, as the command and the API give it."""

from __future__ import annotations

from typing import Any

from agent.issues.issue import IssueHit
from agent.issues.query import build_query
from agent.ports import IssueIndex
from agent.report.error_report import Submission
from agent.report.lexicon import Lexicon
from agent.report.read import read
from agent.report.signature import first_signature

_SAME_MESSAGE = 0.6
"""Where the scores of hits with the very same error message begin; words alone stay below."""


async def search_rows(index: IssueIndex, lexicon: Lexicon, query: str, limit: int) -> list[dict[str, Any]]:
    """The best `limit` issues for words or an error message, each with its score and why it was found."""
    report = read(Submission(title=query, text=query), lexicon)
    hits = await index.search(build_query(report, lexicon), limit)
    best = max((hit.text_score for hit in hits), default=0.0) or 1.0
    rows = [_row(hit, max(hit.text_score, 0.0) / best) for hit in hits]
    return sorted(rows, key=lambda row: (-row["score"], row["repository"], row["number"]))


def signature_of(text: str, lexicon: Lexicon) -> str | None:
    """The signature of the first error in an issue's text that is of a known message."""
    return first_signature(text, lexicon)


def _row(hit: IssueHit, text: float) -> dict[str, Any]:
    words = ", ".join(hit.matched_terms[:6])
    why = "same error message" if hit.same_signature else f"matches {words}"
    if hit.issue.outcome:
        why = f"{why}; {hit.issue.outcome}"
    score = _SAME_MESSAGE + (1 - _SAME_MESSAGE) * text if hit.same_signature else _SAME_MESSAGE * text * 0.99
    shown = hit.issue.model_dump(include={"repository", "number", "url", "title", "state"})
    return {**shown, "score": round(score, 3), "why": why}
