"""The nouns of the links round an issue: what is tied to what, by whom, and what stands round it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from agent.issues.circles import Circle
from agent.issues.clusters import Cluster
from agent.issues.issue import LinkVia
from agent.report.error_report import Noun

TieKind = Literal["duplicate_of", "fixes", "transferred_to", "linked", "mentions"]
ThreadKind = Literal["issue", "pull", "unknown"]
ThreadState = Literal["open", "closed", "merged", "deleted", "unknown"]
ORDER: tuple[TieKind, ...] = ("duplicate_of", "transferred_to", "fixes", "linked", "mentions")
"""The strongest first."""


class Said(Noun):
    """Where a link was found, by whom it was made and when, as far as that is known."""

    via: LinkVia
    actor: str | None = None
    at: datetime | None = None


class Tie(Noun):
    """One link, from `source` to `target` ("owner/name#n"): the source fixes the target, mentions it, ..."""

    source: str
    target: str
    kind: TieKind
    said: list[Said]


class LinkedThread(Noun):
    """An issue or pull request. `distance` is how many links it is away; what is not `stored` is a name.

    `released_in` is the release that is known to be the first to hold a merged pull.
    """

    name: str
    url: str
    kind: ThreadKind
    state: ThreadState
    distance: int
    stored: bool
    title: str | None = None
    author: str | None = None
    state_reason: str | None = None
    outcome: str | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    released_in: str | None = None


class Links(Noun):
    """What stands round the thread `root`: it comes first in `threads`, the nearest and strongest next.

    `left_out` counts threads that were found and not shown. `circles` are threads that lead to each other.
    """

    root: str
    depth: int
    threads: list[LinkedThread]
    ties: list[Tie]
    circles: list[Circle]
    clusters: list[Cluster]
    left_out: int = 0

    def thread(self, name: str) -> LinkedThread | None:
        """The thread of this name, if it is shown."""
        return next((thread for thread in self.threads if thread.name == name), None)

    def ties_of(self, name: str) -> list[Tie]:
        """Links from or to a thread."""
        return [tie for tie in self.ties if name in (tie.source, tie.target)]

    def cluster_of(self, name: str) -> Cluster | None:
        """The duplicates among which a thread is."""
        return next((cluster for cluster in self.clusters if name in cluster.members), None)
