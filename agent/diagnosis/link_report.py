"""The report of an issue's links: what stands in it, what it is linked to, and the diagnosis of its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from agent.causes.cause import WeighedCause
from agent.diagnosis.diagnosis import Answer, Diagnosis
from agent.diagnosis.laws import lawful, money
from agent.diagnosis.ledger import error_text
from agent.diagnosis.wording import likelihood_word, percent
from agent.issues.clusters import Cluster
from agent.issues.issue import Issue, RelatedIssue
from agent.issues.link import LinkedThread, Links
from agent.issues.links import links_round, url_of
from agent.issues.references import REPOSITORY_OF, parse_thread, same_thread
from agent.issues.resolution import LinkedPull, end_of, pulls_of, resolution_of
from agent.issues.told import Told, code_in, errors_in, helped_in, tried_in
from agent.report.error_report import EnvironmentFields, Noun, Source, Submission

_MOST_SUPPORTS = 3
_MOST_NAMED = 8
_LEAST_LIKELY = 0.1
"""The likelihood below which a cause is not even named as the nearest."""


class Statistics(Noun):
    """Counts of an issue; None is not known. `timeline` and `links` are counts by kind."""

    comments: int | None
    participants: int | None
    timeline: dict[str, int]
    reactions: dict[str, int]
    links: dict[str, int]


class Parts(Noun):
    """What the issue and its comments tell, in the order in which a reader needs it.

    `error_lines` are lines that tell of an error, as they stand, where there is no API error.
    `helped` is what people say that helped them: nobody has checked it. `fixes` are facts: merged pulls,
    releases, changelogs.
    """

    error_messages: list[str]
    error_lines: list[str]
    tried: list[Told]
    root_cause: str
    code_example: str | None
    fixes: list[str]
    helped: list[Told]


class LinkReport(Noun):
    """An issue with its links. `diagnosis` is that of its own text, made without a model; `related` are
    stored issues that the search finds like it and that are not among its links.

    `unseen` says what was not stored and could not be looked at. `as_of` is when the report was made.
    """

    issue: LinkedThread
    labels: list[str]
    updated_at: datetime | None
    statistics: Statistics
    parts: Parts
    links: Links
    pulls: list[LinkedPull]
    cluster: Cluster | None
    resolution: str | None
    related: list[RelatedIssue]
    causes: list[WeighedCause]
    diagnosis: Diagnosis
    unseen: list[str]
    as_of: datetime


def submission_of(issue: Issue) -> Submission:
    """The issue's own text as a submission: its comments are other people's."""
    product = next((name for name, home in REPOSITORY_OF.items() if home == issue.repository.lower()), None)
    version = issue.client_version
    known = version if version and version not in issue.body else None
    return Submission(
        title=issue.title,
        text=issue.body.strip() or issue.title,
        environment=EnvironmentFields(client_version=known) if known else None,
        source=Source(url=url_of(issue), reported_at=issue.created_at),
        product=product,
    )


def link_report(
    issue: Issue,
    around: Iterable[Issue],
    answer: Answer,
    depth: int,
    releases: Mapping[str, str] | None = None,
    unseen: Iterable[str] = (),
) -> LinkReport:
    """The report of `issue`; `around` are stored threads with their links, `answer` is that of its text.

    `releases` are first releases after a merge, by the pull's name; `unseen` is what is known to be missing.
    """
    known = list(around)
    links = links_round(issue, known, depth)
    cluster = links.cluster_of(links.root)
    resolution = resolution_of(links.root, links)
    return LinkReport(
        issue=links.threads[0],
        labels=issue.labels,
        updated_at=issue.updated_at,
        statistics=_statistics(issue, links),
        parts=_parts(issue, answer, links, resolution, _canonical_end(cluster, links, known)),
        links=links,
        pulls=pulls_of(links, dict(releases or {})),
        cluster=cluster,
        resolution=resolution,
        related=[one for one in answer.issues if links.thread(f"{one.repository}#{one.number}") is None],
        causes=answer.causes,
        diagnosis=answer.diagnosis,
        unseen=[*unseen, *_unseen(issue, links)],
        as_of=answer.created_at,
    )


def _statistics(issue: Issue, links: Links) -> Statistics:
    timeline = Counter(event.kind for event in issue.timeline)
    if issue.comments:
        timeline["commented"] = len(issue.comments)
    people = {issue.author, *(comment.author for comment in issue.comments)} - {None}
    are_known = bool(issue.comments) or issue.comment_count == 0
    return Statistics(
        comments=issue.comment_count if issue.comment_count is not None else len(issue.comments) or None,
        participants=issue.participants or (len(people) or None if are_known else None),
        timeline=dict(sorted(timeline.items(), key=lambda item: (-item[1], item[0]))),
        reactions=issue.reactions,
        links=dict(Counter(tie.kind for tie in links.ties_of(links.root))),
    )


def _canonical_end(cluster: Cluster | None, links: Links, known: list[Issue]) -> str | None:
    """What became of the issue that this one is a duplicate of, where that is known."""
    if cluster is None or cluster.canonical == links.root:
        return None
    thread = parse_thread(cluster.canonical)
    issue = next((one for one in known if same_thread(thread, (one.repository, one.number))), None)
    end = end_of(issue, known) if issue else None
    return f"{cluster.canonical}, which is the same matter: {end}" if end else None


def _parts(
    issue: Issue, answer: Answer, links: Links, resolution: str | None, canonical_end: str | None
) -> Parts:
    is_by_a_pull = any(links.root in pull.fixes for pull in pulls_of(links))
    fixes = [resolution] if resolution and is_by_a_pull else []
    fixes += [canonical_end] if canonical_end else []
    fixes += [
        f"version {fix.version} ({fix.relation.replace('_', ' ')}): {fix.line}"
        for fix in answer.diagnosis.fix_versions
    ]
    messages = [error_text(event) for event in answer.report.errors]
    return Parts(
        error_messages=messages,
        error_lines=[] if messages else errors_in(issue),
        tried=tried_in(issue),
        root_cause=_root_cause(answer),
        code_example=code_in(issue),
        fixes=fixes,
        helped=[told for told in helped_in(issue) if _may_be_shown(told.text)],
    )


def _may_be_shown(text: str) -> bool:
    """What readers advise each other is not passed on where it speaks of paying, disguise or evasion."""
    return not lawful.problems(text) and not money.asks_to_pay(text) and not money.names_cost(text)


def _root_cause(answer: Answer) -> str:
    """The first cause and what speaks for it, never as more certain than it is."""
    settled = answer.diagnosis.action in ("answer", "handoff")
    if not answer.causes or not (settled or answer.causes[0].likelihood >= _LEAST_LIKELY):
        return "Not known: the text shows nothing that a known cause explains."
    first = answer.causes[0]
    word = likelihood_word(first.likelihood, False) if settled else "not settled; the nearest is"
    said = f"{word}: {first.title} ({percent(first.likelihood)})"
    if first.supports:
        said += f"; for it: {'; '.join(first.supports[:_MOST_SUPPORTS])}"
    return said[:1].upper() + said[1:] + "."


def _unseen(issue: Issue, links: Links) -> list[str]:
    found = []
    if issue.comment_count and issue.comment_count > len(issue.comments):
        found.append(f"It has {issue.comment_count} comments, of which {len(issue.comments)} are stored.")
    if not issue.timeline:
        found.append("Its timeline is not stored: links that others made to it may be missing.")
    if names := [thread.name for thread in links.threads if not thread.stored]:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        found.append(f"Linked but not stored: {', '.join(names[:_MOST_NAMED])}{more}.")
    if links.left_out:
        found.append(f"{links.left_out} more linked threads are not shown.")
    return found
