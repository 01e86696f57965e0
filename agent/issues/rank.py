"""The door of the issues room: hits of the store in, at most eight related issues with their why out."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from agent.issues.issue import Issue, IssueHit, IssueQuery, RelatedIssue, Relation
from agent.issues.ranking import Ranking, Scored, rerank
from agent.issues.references import Thread, mentioned_threads, own_thread, same_thread
from agent.issues.why import what_matches
from agent.report.error_report import ErrorReport

MOST_RELATED = 8
_MOST_SIMILAR = 3
_PLATFORM_LABEL = {"darwin": "platform:macos", "linux": "platform:linux", "windows": "platform:windows"}
_PLATFORM_NAME = {"darwin": "macOS", "linux": "Linux", "windows": "Windows"}
_CLOSED_AS = ("invalid", "duplicate", "stale", "wontfix")
_OWN = {
    "duplicate": "known to be the same case as the report's own thread",
    "linked": "linked with the report's own thread",
}
_MOST_ERRORS = 50
"""Different errors of a report that are looked for in a stored text: a log may show hundreds."""
_VERSION = re.compile(r"\d+")


class _Match(NamedTuple):
    """One hit with how near it is, each from 0 to 1."""

    hit: IssueHit
    relation: Relation
    version: float
    time: float
    platform: bool
    text: float

    @property
    def score(self) -> float:
        near = 0.15 * self.version + 0.10 * self.time + 0.05 * self.platform
        # A mark of the forge says at least as much as the same message.
        if self.hit.same_signature or self.hit.own_link == "duplicate":
            return 0.60 + near + 0.10 * self.text
        base = 0.30 if self.relation == "similar" else 0.45
        return min(0.59, base * (0.4 + 0.6 * self.text) + near)


def rank(
    report: ErrorReport, hits: list[IssueHit], query: IssueQuery, ranking: Ranking | None
) -> list[RelatedIssue]:
    """At most eight related issues, best first; none rather than weak ones; never the report's own.

    `query` is what the hits were found by. A hit that has neither the same message nor is named in the
    report must be the same matter with at least the probability `ranking.floor`; without a `ranking` there
    is no such hit.
    """
    own = own_thread(report)
    mentioned = mentioned_threads(report)
    ids = {request_id for event in report.errors for request_id in event.request_ids}
    spans = (span for event in report.errors for span in event.spans)
    shown = list(dict.fromkeys(_plain(report.text[start:end]) for start, end in spans))[:_MOST_ERRORS]
    words = _own_words(report.text[:20_000], shown)
    others = [hit for hit in hits if not _is_own(own, ids, words, shown, hit.issue)]
    scored = rerank(query, others, ranking) if ranking else [Scored(hit, 0.0, 0.0) for hit in others]
    matches: dict[Thread, _Match] = {}
    for hit, _, probability in scored:
        thread = (hit.issue.repository.lower(), hit.issue.number)
        is_near = ranking is not None and probability >= ranking.floor
        relation = _relation(hit, mentioned.get(thread), is_near=is_near)
        if relation is None:
            continue
        match = _Match(
            hit=hit,
            relation=relation,
            version=_nearness_of_versions(report.value("client_version"), hit.issue.client_version),
            time=_nearness_of_dates(report.reported_at, hit.issue.created_at),
            platform=_PLATFORM_LABEL.get(report.value("platform") or "") in hit.issue.labels,
            text=probability,
        )
        if thread not in matches or match.score > matches[thread].score:
            matches[thread] = match
    _keep_best_similar(matches)
    order = sorted(matches.values(), key=lambda m: (-m.score, m.hit.issue.repository, m.hit.issue.number))
    return [_shown(report, query, match) for match in order[:MOST_RELATED]]


def _keep_best_similar(matches: dict[Thread, _Match]) -> None:
    similar = [thread for thread, match in matches.items() if match.relation == "similar"]
    similar.sort(key=lambda thread: (-matches[thread].score, thread))
    for thread in similar[_MOST_SIMILAR:]:
        del matches[thread]


def _is_own(own: Thread | None, ids: set[str], words: str, shown: list[str], issue: Issue) -> bool:
    """Its own thread by name, or a stored text with a request id of the report or the same `words`."""
    if same_thread(own, (issue.repository, issue.number)):
        return True
    if any(request_id in issue.body for request_id in ids):
        return True
    start = _own_words(issue.body[:2_000], shown)[:200]
    return len(start) >= 120 and start in words


def _own_words(text: str, shown: list[str]) -> str:
    """The text without the errors that the report has `shown`: any other thread may show the same ones."""
    plain = _plain(text)
    for error in shown:
        plain = plain.replace(error, "")
    return plain


def _plain(text: str) -> str:
    return " ".join(text.split())


def _relation(hit: IssueHit, mentioned: bool | None, *, is_near: bool) -> Relation | None:
    if hit.own_link == "duplicate":
        return "duplicate"
    if hit.same_signature:
        return "same-signature"
    if mentioned is not None or hit.own_link:
        return "duplicate" if mentioned else "linked"
    return "similar" if is_near else None


def _nearness_of_versions(one: str | None, other: str | None) -> float:
    if not one or not other:
        return 0.0
    left, right = ([int(part) for part in _VERSION.findall(v)[:3]] for v in (one, other))
    if left == right:
        return 1.0
    if left[:1] != right[:1]:
        return 0.0
    if left[:2] != right[:2] or len(left) < 3 or len(right) < 3:
        return 0.2
    return 0.3 + 0.6 / (1 + abs(left[2] - right[2]) / 10)


def _days_between(one: datetime | None, other: datetime | None) -> int | None:
    """Whole calendar days from `one` to `other`; a date without a zone is taken as it stands."""
    return (other.date() - one.date()).days if one and other else None


def _nearness_of_dates(reported: datetime | None, created: datetime | None) -> float:
    days = _days_between(reported, created)
    return 0.0 if days is None else 1 / (1 + abs(days) / 14)


def _when(reported: datetime | None, created: datetime | None) -> str:
    days = _days_between(reported, created)
    if days is None:
        return f"{created.day} {created:%B %Y}" if created else ""
    if days == 0:
        return "the same day"
    side, count = ("later" if days > 0 else "earlier"), abs(days)
    for size, unit in ((365, "year"), (30, "month"), (7, "week"), (1, "day")):
        if count >= 2 * size or size == 1:
            count //= size
            return f"{count} {unit}{'s' if count > 1 else ''} {side}"
    return ""


def _what_came_of_it(issue: Issue) -> str:
    if issue.outcome:
        return issue.outcome
    reason = next((label for label in _CLOSED_AS if label in issue.labels), None)
    if reason and issue.state == "closed":
        return f"closed as {reason}"
    return issue.state if issue.state in ("open", "closed", "merged") else ""


def _reasons(report: ErrorReport, query: IssueQuery, match: _Match) -> list[str]:
    """Why it was chosen, the strongest first; at least one."""
    if match.relation == "similar":
        return [", ".join(what_matches(report.text, query, match.hit)) or "similar words"]
    found = ["same message"] if match.hit.same_signature else []
    own = match.hit.own_link
    if own and match.relation in (own, "same-signature"):
        return [*found, _OWN[own]]
    if match.relation == "duplicate":
        return [*found, "named in the report as the same case"]
    return found or ["named in the report"]


def _shown(report: ErrorReport, query: IssueQuery, match: _Match) -> RelatedIssue:
    issue = match.hit.issue
    parts = _reasons(report, query, match)
    if issue.client_version:
        parts.append(f"{'also ' if match.version == 1 else ''}client {issue.client_version}")
    if match.platform:
        parts.append(f"also on {_PLATFORM_NAME[report.value('platform') or '']}")
    if when := _when(report.reported_at, issue.created_at):
        parts.append(when)
    outcome = _what_came_of_it(issue)
    return RelatedIssue(
        repository=issue.repository,
        number=issue.number,
        url=issue.url,
        title=issue.title,
        state=issue.state,
        relation=match.relation,
        score=round(min(1.0, match.score), 3),
        why=", ".join(parts) + (f"; {outcome}" if outcome else ""),
    )
