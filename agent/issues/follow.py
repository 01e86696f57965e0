"""Where related issues lead: from a duplicate to its canonical issue, and to what resolved that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.issues.clusters import Cluster, folded, name_of
from agent.issues.issue import Issue, IssueHit, RelatedIssue
from agent.issues.links import links_round, url_of
from agent.issues.rank import MOST_RELATED
from agent.issues.references import Thread, own_thread, parse_thread, same_thread
from agent.issues.resolution import end_of, fixed_by
from agent.report.error_report import ErrorReport

STEPS = 2
"""From a duplicate to its canonical issue, and from there to the pull that fixed it."""
MOST_ROUND = 100


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
    known = {folded(thread): issue for thread, issue in around.items()}
    wanted = {folded(thread) for thread in duplicates}
    shown = {folded(_own(one)) for one in related}
    found: list[RelatedIssue] = []
    ways = {key: _way_on(known[key], known) for key in wanted & known.keys()}
    ends = {folded(_own(to)) for to, _ in ways.values() if to}
    for one in related:
        key = folded(_own(one))
        if key not in ways:
            end = _fixed(known[key], known) if key in ends else None
            found.append(one.model_copy(update={"why": f"{one.why}; {end}"}) if end else one)
            continue
        to, why = ways[key]
        found.append(one.model_copy(update={"why": f"{one.why}; {why}"}))
        own = own_thread(report)
        if to and folded(_own(to)) not in shown and not same_thread(own, _own(to)):
            shown.add(folded(_own(to)))
            found.append(_canonical(to, one, known))
    return found[:MOST_RELATED]


def _own(issue: Issue | RelatedIssue) -> Thread:
    return issue.repository, issue.number


def _way_on(duplicate: Issue, known: Mapping[Thread, Issue]) -> tuple[Issue | None, str]:
    """The canonical issue where it is stored and another one, and the way to it in words."""
    name = name_of(_own(duplicate))
    links = links_round(duplicate, known.values(), STEPS, MOST_ROUND)
    cluster = links.cluster_of(name)
    if cluster is None:
        return None, f"a duplicate of {duplicate.duplicate_of}"
    if cluster.canonical == name:
        end = end_of(name, known.values())
        return None, f"the {_first(cluster)} of {len(cluster.members)} duplicates{_comma(end)}"
    thread = parse_thread(cluster.canonical)
    canonical = known.get(folded(thread)) if thread else None
    state = f" ({canonical.state})" if canonical else " (not stored)"
    end = end_of(cluster.canonical, known.values())
    said = "reported again as" if name in cluster.earlier else "a duplicate of"
    return canonical, f"{said} {cluster.canonical}{state}{_comma(end)}"


def _fixed(issue: Issue, known: Mapping[Thread, Issue]) -> str | None:
    return fixed_by(name_of(_own(issue)), links_round(issue, known.values(), 1))


def _comma(end: str | None) -> str:
    return f", {end}" if end else ""


def _first(cluster: Cluster) -> str:
    return "oldest" if cluster.closed_only else "open one"


def _canonical(issue: Issue, duplicate: RelatedIssue, known: Mapping[Thread, Issue]) -> RelatedIssue:
    name = name_of(_own(issue))
    end = end_of(name, known.values())
    way = f"the issue that {name_of(_own(duplicate))} is a duplicate of"
    return RelatedIssue(
        repository=issue.repository,
        number=issue.number,
        url=url_of(issue),
        title=issue.title,
        state=issue.state,
        relation="linked",
        score=duplicate.score,
        why=way + (f"; {end}" if end else ""),
    )
