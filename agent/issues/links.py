"""The links round one issue: typed, directed, with who said so and when, within bounds.

What a thread says of itself and what others say of it is brought to one direction: a pull *fixes* an issue,
whoever recorded it; who mentions whom is read from both ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from agent.issues.circles import circles
from agent.issues.clusters import Cluster, clusters, folded, name_of
from agent.issues.issue import Issue, IssueLink
from agent.issues.link import ORDER, LinkedThread, Links, Said, ThreadKind, ThreadState, Tie, TieKind
from agent.issues.references import Thread, parse_thread

MOST_DEPTH = 4
MOST_THREADS = 100
MOST_LINKS = 400
_WEB = re.compile(r"(https?://[A-Za-z0-9.-]{1,200}(?::\d{1,5})?)/")
_URL = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9._~/?#&=%+:,@-]*\Z")

Key = tuple[Thread, Thread, TieKind]


def links_round(root: Issue, around: Iterable[Issue], depth: int = 2, most: int = MOST_THREADS) -> Links:
    """The links of `root`, and of what is round it, up to `depth` of them away and `most` threads.

    `around` are stored threads with their links, `root` with its timeline too.
    """
    known = {folded(_own(issue)): issue for issue in (*around, root)}
    start = folded(_own(root))
    said, spelled = _gathered(known)
    distances, left_out = _near(start, said, known, min(depth, MOST_DEPTH), most)
    spelled |= {key: _own(issue) for key, issue in known.items()}
    names = {key: name_of(spelled.get(key, key)) for key in distances}
    ties = [
        Tie(source=names[source], target=names[target], kind=kind, said=_distinct(where))
        for (source, target, kind), where in sorted(said.items(), key=lambda item: _place(item[0], distances))
        if source in names and target in names
    ]
    told = dict(_told_of(root))
    web = found[1] if (found := _WEB.match(root.url)) else "https://github.com"
    return Links(
        root=names[start],
        depth=depth,
        threads=[
            _shown(spelled.get(key, key), known.get(key), told.get(key), distance, web)
            for key, distance in distances.items()
        ],
        ties=ties[:MOST_LINKS],
        circles=circles((tie.source, tie.target) for tie in ties),
        clusters=_clusters_of({name_of(thread).lower() for thread in distances}, start, known),
        left_out=left_out,
    )


def _clusters_of(shown: set[str], start: Thread, known: Mapping[Thread, Issue]) -> list[Cluster]:
    """The clusters that have a shown thread among their members, that of the root first.

    The others of a cluster may be further away: a chain of duplicates ends where it ends.
    """
    found = [
        cluster
        for cluster in clusters_among(known.values())
        if any(name.lower() in shown for name in cluster.members)
    ]
    return sorted(found, key=lambda cluster: name_of(start) not in map(str.lower, cluster.members))


def clusters_among(stored: Iterable[Issue]) -> list[Cluster]:
    """The clusters of duplicates that stored issues make with what they are duplicates of."""
    known = {folded(_own(issue)): issue for issue in stored}
    pairs = [
        (_own(issue), target) for issue in known.values() if (target := parse_thread(issue.duplicate_of))
    ]
    return clusters(pairs, known)


def _own(issue: Issue) -> Thread:
    return issue.repository, issue.number


def _gathered(known: Mapping[Thread, Issue]) -> tuple[dict[Key, list[Said]], dict[Thread, Thread]]:
    """Every link in one direction with where it was said, and how the threads that it names are written."""
    said: dict[Key, list[Said]] = {}
    spelled: dict[Thread, Thread] = {}
    for own, issue in known.items():
        for link in issue.links:
            target = (link.target_repository, link.target_number)
            spelled.setdefault(folded(target), target)
            if folded(target) != own:
                where = Said(via=link.via, actor=link.actor, at=link.at)
                said.setdefault(_directed(own, folded(target), link), []).append(where)
    strong = {(source, target) for source, target, kind in said if kind != "mentions"}
    return {
        key: where for key, where in said.items() if key[2] != "mentions" or key[:2] not in strong
    }, spelled


def _directed(own: Thread, target: Thread, link: IssueLink) -> Key:
    if link.kind == "fixed_by":
        return target, own, "fixes"
    if link.kind == "cross_referenced":
        return target, own, "mentions"
    if link.kind == "closes":
        return own, target, "fixes"
    return own, target, link.kind


def _near(
    start: Thread, said: Mapping[Key, list[Said]], known: Mapping[Thread, Issue], depth: int, most: int
) -> tuple[dict[Thread, int], int]:
    """How far each thread is, whichever way a link points, strong links first; and how many are left out."""
    beside: dict[Thread, list[tuple[int, bool, Thread]]] = {}
    for source, target, kind in said:
        for one, other in ((source, target), (target, source)):
            beside.setdefault(one, []).append((ORDER.index(kind), other not in known, other))
    distances, over = {start: 0}, set[Thread]()
    wave = [start]
    for distance in range(1, depth + 1):
        reached = sorted({step for here in wave for step in beside.get(here, ())})
        wave = []
        for _, _, thread in reached:
            if thread in distances or thread in over:
                continue
            if len(distances) >= most:
                over.add(thread)
                continue
            distances[thread] = distance
            wave.append(thread)
    return distances, len(over)


def _place(key: Key, distances: Mapping[Thread, int]) -> tuple[int, int, Thread, Thread]:
    source, target, kind = key
    far = max(distances.get(source, MOST_DEPTH), distances.get(target, MOST_DEPTH))
    return far, ORDER.index(kind), source, target


def _distinct(where: list[Said]) -> list[Said]:
    """Each once, in order of time."""
    found = {(one.via, one.actor, one.at): one for one in where}
    return sorted(
        found.values(), key=lambda one: (one.at is None, one.at.timestamp() if one.at else 0, one.via)
    )


class _Told(NamedTuple):
    """What a timeline says of a thread that need not be stored."""

    kind: ThreadKind
    state: ThreadState
    title: str | None = None


def _told_of(root: Issue) -> Iterator[tuple[Thread, _Told]]:
    """What the root's own timeline says of others; of one that is told twice the later counts."""
    for event in root.timeline:
        if thread := parse_thread(event.data.get("closer")):
            yield folded(thread), _Told("pull", "unknown")
        thread = parse_thread(event.data.get("source"))
        if thread and event.data.get("source_kind") in ("issue", "pull"):
            kind: ThreadKind = "pull" if event.data["source_kind"] == "pull" else "issue"
            yield folded(thread), _Told(kind, _state_told(kind, event.data), event.data.get("source_title"))


def _state_told(kind: ThreadKind, data: Mapping[str, object]) -> ThreadState:
    """A pull that REST calls closed may have been merged, unless it says so."""
    state, merged = data.get("source_state"), data.get("source_merged")
    if state == "merged" or merged:
        return "merged"
    if state == "open":
        return "open"
    return "closed" if state == "closed" and (kind == "issue" or merged is False) else "unknown"


def _shown(thread: Thread, issue: Issue | None, told: _Told | None, distance: int, web: str) -> LinkedThread:
    if issue is None:
        kind, state, title = told or _Told("unknown", "unknown")
        path = "pull" if kind == "pull" else "issues"
        return LinkedThread(
            name=name_of(thread),
            url=f"{web}/{thread[0]}/{path}/{thread[1]}",
            kind=kind,
            state=state,
            distance=distance,
            stored=False,
            title=title,
        )
    return LinkedThread(
        name=name_of(thread),
        url=url_of(issue, web),
        kind=issue.kind,
        state=state_of(issue),
        distance=distance,
        stored=True,
        title=issue.title,
        **issue.model_dump(
            include={
                "author", "state_reason", "outcome", "created_at", "closed_at", "merged_at", "released_in"
            }
        ),
    )  # fmt: skip


def url_of(issue: Issue, web: str = "https://github.com") -> str:
    """The stored address where it is a plain web address, else the one that it has on a forge."""
    if _URL.match(issue.url):
        return issue.url
    path = "pull" if issue.kind == "pull" else "issues"
    return f"{web}/{issue.repository}/{path}/{issue.number}"


def state_of(issue: Issue) -> ThreadState:
    """Open, closed, merged, deleted, or not known."""
    if issue.deleted_at:
        return "deleted"
    if issue.merged_at or issue.state == "merged":
        return "merged"
    if issue.state == "open":
        return "open"
    return "closed" if issue.state == "closed" else "unknown"
