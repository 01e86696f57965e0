"""Clusters of duplicates: whatever calls itself a duplicate of what, each cluster has one canonical issue.

The canonical one is chosen by rule and not by what was said: the open one, then the oldest, then the one
that most people took part in. What is older than it is no duplicate of it but an earlier report, so that
no duplicate has a canonical issue that is younger than itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from agent.issues.circles import Circle, circles
from agent.issues.issue import Issue
from agent.issues.references import Thread
from agent.report.error_report import Noun

_END = datetime.max.replace(tzinfo=UTC)
_BEFORE = timedelta(microseconds=1)
_ORDER = {"open": 0, "unknown": 1}


class Cluster(Noun):
    """Issues that are one matter, as "owner/name#n"; `duplicates` and `earlier` from the oldest on.

    `earlier` are closed reports that are older than the open canonical one. `circles` are chains of
    duplicates that led back to themselves. `closed_only`: none of the stored ones is open.
    `unseen` are members that are not stored.
    """

    canonical: str
    duplicates: list[str]
    earlier: list[str] = []
    circles: list[Circle] = []
    closed_only: bool
    unseen: list[str] = []

    @property
    def members(self) -> list[str]:
        """All of them, the canonical one first."""
        return [self.canonical, *self.duplicates, *self.earlier]


def name_of(thread: Thread) -> str:
    """ "owner/name#n"."""
    return f"{thread[0]}#{thread[1]}"


def folded(thread: Thread) -> Thread:
    """The thread with its repository in lower case: names do not differ by case."""
    return thread[0].lower(), thread[1]


def clusters(pairs: Iterable[tuple[Thread, Thread]], known: Mapping[Thread, Issue]) -> list[Cluster]:
    """The clusters that pairs of (duplicate, what it is one of) make, the largest first.

    `known` are the stored issues by thread, the repository in lower case; a member need not be there.
    """
    ties: list[tuple[Thread, Thread]] = []
    spelled: dict[Thread, Thread] = {}
    for one, other in pairs:
        ties.append((folded(one), folded(other)))
        spelled.setdefault(folded(one), one)
        spelled.setdefault(folded(other), other)
    spelled |= {key: (issue.repository, issue.number) for key, issue in known.items()}
    parts = _united(ties)
    within: dict[Thread, list[tuple[Thread, Thread]]] = {}
    root_of = {member: root for root, members in parts.items() for member in members}
    for one, other in ties:
        within.setdefault(root_of[one], []).append((one, other))
    found = [
        _cluster(members, within[root], known, spelled) for root, members in parts.items() if len(members) > 1
    ]
    return sorted(found, key=lambda cluster: (-len(cluster.members), cluster.canonical))


def _united(ties: list[tuple[Thread, Thread]]) -> dict[Thread, list[Thread]]:
    """Union-find: a root of each connected part to all its members."""
    above: dict[Thread, Thread] = {}

    def root(thread: Thread) -> Thread:
        while (up := above.setdefault(thread, thread)) != thread:
            above[thread] = thread = above.setdefault(up, up)
        return thread

    for one, other in ties:
        above[root(one)] = root(other)
    parts: dict[Thread, list[Thread]] = {}
    for thread in sorted(above):
        parts.setdefault(root(thread), []).append(thread)
    return parts


def _cluster(
    members: list[Thread],
    ties: list[tuple[Thread, Thread]],
    known: Mapping[Thread, Issue],
    spelled: Mapping[Thread, Thread],
) -> Cluster:
    born = _births(members, known)
    # Of one moment the lower number is the older: it was given first.
    named = {other for one, other in ties if one != other}
    age = {thread: (born[thread], thread[1], thread[0]) for thread in members}

    def rule(thread: Thread) -> tuple[int, datetime, int, tuple[datetime, int, str]]:
        return (
            _openness(known.get(thread), thread in named),
            born[thread],
            -_engaged(known.get(thread)),
            age[thread],
        )

    canonical = min(members, key=rule)
    by_age = sorted(members, key=lambda thread: age[thread])
    others = [thread for thread in by_age if thread != canonical]
    return Cluster(
        canonical=name_of(spelled[canonical]),
        duplicates=[name_of(spelled[t]) for t in others if born[t] >= born[canonical]],
        earlier=[name_of(spelled[t]) for t in others if born[t] < born[canonical]],
        circles=circles((name_of(spelled[one]), name_of(spelled[other])) for one, other in ties),
        closed_only=all(known[t].state != "open" or known[t].deleted_at for t in members if t in known),
        unseen=[name_of(spelled[t]) for t in by_age if t not in known],
    )


def _openness(issue: Issue | None, is_named: bool) -> int:
    """0 is open. One that is not stored may be open too, where others call themselves its duplicates."""
    if issue is None:
        return _ORDER["unknown"] if is_named else 2
    return 3 if issue.deleted_at else _ORDER.get(issue.state, 2)


def _engaged(issue: Issue | None) -> int:
    if issue is None:
        return 0
    comments = issue.comment_count or len(issue.comments)
    return comments + (issue.participants or 0) + sum(issue.reactions.values())


def _births(members: list[Thread], known: Mapping[Thread, Issue]) -> dict[Thread, datetime]:
    """When each was created. One that is not known came before the next higher number of its repository,
    else after all others."""
    dated = {t: issue.created_at for t in members if (issue := known.get(t)) and issue.created_at}
    found = dict(dated)
    for thread in members:
        if thread not in dated:
            later = [at for (name, number), at in dated.items() if name == thread[0] and number > thread[1]]
            found[thread] = min(later) - _BEFORE if later else _END
    return found
