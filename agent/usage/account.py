"""The nouns of the usage room: what the account shows, and where it contradicts the error."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from agent.report.error_report import Noun

Basis = Literal["measured", "claimed"]
Lane = Literal["plan", "extra_usage", "api_credits", "cloud", "unknown"]
Verdict = Literal["consistent", "contradiction", "stale", "unknown"]

BucketName = Literal[
    "session_5h",
    "weekly_all",
    "weekly_opus",
    "weekly_sonnet",
    "weekly_other",
    "plan_overall",
    "extra_usage_cap",
    "extra_usage_balance",
    "api_credits",
    "workspace_spend",
    "rate_requests",
    "rate_tokens",
    "rate_input_tokens",
    "rate_output_tokens",
]
"""`plan_overall`: a claim about the plan that names no window ("0% of my limit").
`extra_usage_cap`: spent against the monthly cap. `extra_usage_balance`, `api_credits`: money left,
in `remaining`. Percentages are *used*, 0 to 100 and above; money is in units, not cents."""

FlagName = Literal[
    "extra_usage_enabled",
    "auto_reload",
    "plan_blocked",
    "overage_rejected",
    "overage_lane_only",
    "limits_not_reached",
    "org_has_credit",
]


class Bucket(Noun):
    """One window, cap or balance. `measured` came from a structured form, `claimed` from prose."""

    name: BucketName
    used_percent: float | None = None
    limit: float | None = None
    used: float | None = None
    remaining: float | None = None
    currency: str | None = None
    resets_at: datetime | None = None
    basis: Basis


class Contradiction(Noun):
    """One rule that fired: what the error says, what the account shows, what follows."""

    rule: str
    error_says: str
    account_shows: str
    means: str


class UsageAssessment(Noun):
    """What the account shows. `flags` holds yes/no facts; a missing one is unknown.

    `notes` says in plain sentences what was given but could not be read.
    """

    as_of: datetime | None = None
    buckets: list[Bucket] = []
    lane: Lane = "unknown"
    verdict: Verdict = "unknown"
    contradictions: list[Contradiction] = []
    plan: str | None = None
    flags: dict[FlagName, bool] = {}
    notes: list[str] = []

    def bucket(self, name: BucketName) -> Bucket | None:
        """The bucket of that name, a measured one before a claimed one."""
        found = [b for b in self.buckets if b.name == name]
        found.sort(key=lambda b: b.basis != "measured")
        return found[0] if found else None

    @property
    def plan_windows(self) -> list[Bucket]:
        """The windows of the plan with a known percentage."""
        names = ("session_5h", "weekly_all", "weekly_opus", "weekly_sonnet", "weekly_other", "plan_overall")
        return [b for b in self.buckets if b.name in names and b.used_percent is not None]
