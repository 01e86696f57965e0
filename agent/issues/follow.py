"""Where related issues lead: from a duplicate to its canonical issue, and to what resolved that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from agent.issues.clusters import Cluster, folded, name_of
from agent.issues.issue import Issue, IssueHit, RelatedIssue
from agent.issues.links import clusters_among, url_of
from agent.issues.rank import MOST_RELATED
from agent.issues.references import Thread, own_thread, parse_thread, same_thread
from agent.issues.resolution import end_of, fixed_by, fixes_round
from agent.report.error_report import ErrorReport

STEPS = 2
"""From a duplicate to its canonical issue, and from there to the pull that fixed it."""


def duplicates_among(related: Iterable[RelatedIssue], hits: Iterable[IssueHit]) -> list[Thread]:
    """Those of the related issues that are known to be duplicates of others."""
    marked = {folded(_own(hit.issue)) for hit in hits if hit.issue.duplicate_of}
    return [_own(one) for one in related if folded(_own(one)) in marked]


def led_on(
    report: ErrorReport, related: list[RelatedIssue], duplicates: list[Thread], around: Mapping[Thread, Issue]
) -> list[RelatedIssue]:
    """`related` with the way on from each of `duplicates`: in its `why`, and as the issue that follows it.
    Where that is shown anyway, it is told what fixed it.

    `around` are the stored issues at most `STEPS` links away from the duplicates. At most `MOST_RELATED`;
    the report's own thread does not come in.
    """
    ways = _Ways(around)
    led = {folded(thread): way for thread in duplicates if (way := ways.on_from(thread))}
    ends = {folded(_own(way.to)) for way in led.values() if way.to}
    shown = {folded(_own(one)) for one in related}
    own = own_thread(report)
    found: list[RelatedIssue] = []
    for one in related:
        key = folded(_own(one))
        way = led.get(key)
        why = way.why if way else ways.fixed(key) if key in ends else None
        found.append(one.model_copy(update={"why": f"{one.why}; {why}"}) if why else one)
        if way and way.to and folded(_own(way.to)) not in shown and not same_thread(own, _own(way.to)):
            shown.add(folded(_own(way.to)))
            found.append(_canonical(way.to, way.end, one))
    return found[:MOST_RELATED]


def _own(issue: Issue | RelatedIssue) -> Thread:
    return issue.repository, issue.number


class _Way(NamedTuple):
    """The canonical issue where it is stored and another one, what became of it, and the way in words."""

    to: Issue | None
    end: str | None
    why: str


class _Ways:
    """The ways from duplicates among stored issues; what several lead to is looked at once."""

    def __init__(self, around: Mapping[Thread, Issue]) -> None:
        self._known = {folded(thread): issue for thread, issue in around.items()}
        self._clusters = {
            name: cluster for cluster in clusters_among(self._known.values()) for name in cluster.members
        }
        self._ends: dict[Thread, str | None] = {}

    def on_from(self, thread: Thread) -> _Way | None:
        """The way from a duplicate; None where it is not stored."""
        duplicate = self._known.get(folded(thread))
        if duplicate is None:
            return None
        name = name_of(_own(duplicate))
        cluster = self._clusters.get(name)
        if cluster is None:
            return _Way(None, None, f"a duplicate of {duplicate.duplicate_of}")
        canonical = self._issue(cluster.canonical)
        end = self._end(canonical) if canonical else None
        if cluster.canonical == name:
            return _Way(None, end, f"the {_first(cluster)} of {len(cluster.members)} duplicates{_comma(end)}")
        state = f" ({canonical.state})" if canonical else " (not stored)"
        said = "reported again as" if name in cluster.earlier else "a duplicate of"
        return _Way(canonical, end, f"{said} {cluster.canonical}{state}{_comma(end)}")

    def fixed(self, key: Thread) -> str | None:
        """What fixed a stored issue, where that is known."""
        issue = self._known[key]
        return fixed_by(name_of(_own(issue)), fixes_round(issue, self._known.values()))

    def _issue(self, name: str) -> Issue | None:
        thread = parse_thread(name)
        return self._known.get(folded(thread)) if thread else None

    def _end(self, issue: Issue) -> str | None:
        key = folded(_own(issue))
        if key not in self._ends:
            self._ends[key] = end_of(issue, self._known.values())
        return self._ends[key]


def _comma(end: str | None) -> str:
    return f", {end}" if end else ""


def _first(cluster: Cluster) -> str:
    return "oldest" if cluster.closed_only else "open one"


def _canonical(issue: Issue, end: str | None, duplicate: RelatedIssue) -> RelatedIssue:
    why = f"the issue that {name_of(_own(duplicate))} is a duplicate of"
    return RelatedIssue(
        repository=issue.repository,
        number=issue.number,
        url=url_of(issue),
        title=issue.title,
        state=issue.state,
        relation="linked",
        score=duplicate.score,
        why=why + (f"; {end}" if end else ""),
    )
