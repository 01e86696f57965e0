"""The nouns of a wave: many reports of one error in a short time, and what they have in common."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

from agent.report.error_report import ErrorReport, Noun

Seen = Literal["issue", "report"]


class Sighting(Noun):
    """One time that an error was seen: a stored issue, or a stored report (then `ref` is its diagnosis).

    `case` is the same for two sightings of one case (see `case_key`). `cause` and `lane` are what its
    diagnosis settled on; None for an issue and where nothing was settled.
    """

    kind: Seen
    ref: str
    case: str
    url: str | None = None
    at: datetime
    client_version: str | None = None
    platform: str | None = None
    plan: str | None = None
    cause: str | None = None
    lane: str | None = None
    is_open: bool = False
    is_duplicate: bool = False
    engagement: int = 0


class VersionCount(Noun):
    """How many of a wave run a version, and how many reports of quiet times did."""

    version: str
    wave: int
    quiet: int


class Skew(Noun):
    """The versions of a wave lie on one side of a bound: older than `than`, or newer.

    `wave` of the `wave_known` members with a known version do, and `quiet` of `quiet_known` reports of
    quiet times; `lift` is how many times more often (half a report is added to `quiet`), `p_value` the
    chance of so one-sided a draw, corrected for the bounds that were tried.
    """

    side: Literal["older", "newer"]
    than: str
    wave: int
    wave_known: int
    quiet: int
    quiet_known: int
    lift: float
    p_value: float


class Member(Noun):
    """One member of a wave: `ref` is "owner/name#n", or the id of a diagnosis."""

    kind: Seen
    ref: str
    url: str | None
    at: datetime
    client_version: str | None
    platform: str | None


class ContradictingMember(Noun):
    """A member that does not fit the rest of its wave, and in what."""

    ref: str
    url: str | None
    why: str


class Wave(Noun):
    """A burst of one signature. `count` is `reports` and `issues` together.

    `baseline_per_day` is the rate of quiet times, `expected` what it would have brought in this time,
    `factor` the count over that; `p_value` the chance of so many. `found_at` is the report at which the
    rule spoke. `members` are the oldest; `canonical` is the issue to point to: open before closed, then
    the oldest, then the most engaged.
    """

    signature: str
    message: str | None = None
    count: int
    reports: int
    issues: int
    first_seen: datetime
    last_seen: datetime
    found_at: datetime
    active: bool
    baseline_per_day: float
    expected: float
    factor: float
    p_value: float
    versions: list[VersionCount] = []
    skew: Skew | None = None
    platforms: dict[str, int] = {}
    plans: dict[str, int] = {}
    members: list[Member] = []
    contradicting: list[ContradictingMember] = []
    canonical: Member | None = None


def thread_key(url: str) -> str:
    """The case of a thread, whoever reports it."""
    return _digest(url.rstrip("/").lower())


def case_key(report: ErrorReport) -> str | None:
    """What two submissions of one case have in common: their thread, or a request and the client that
    made it. None where nothing tells them apart from others; then each counts for itself.
    """
    if report.source_url:
        return thread_key(report.source_url)
    ids = sorted(request_id for event in report.errors for request_id in event.request_ids)
    if not ids:
        return None
    client = (report.value("client_version") or "", report.value("platform") or "")
    return _digest("\n".join([ids[0], *client]))


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:32]
