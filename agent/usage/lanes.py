"""Which billing lane the refusal was made in.

Rule, first match wins: a cloud provider's error or set-up is `cloud`; credit-balance and workspace
refusals are `api_credits`; an extra-usage refusal is `extra_usage`, except where the same report
shows a 429 `rate_limit_error`: there the plan's window is spent as well and the lane is `plan`;
spend limits and extra-usage-for-long-context refusals are `extra_usage`; limits of windows are `plan`,
or `api_credits` where the credential is a key; a header block of the overage lane is `extra_usage`.
Facts: 400 without a reset time is about the lane, 429 with one about the quota.
"""

from __future__ import annotations

import re

from agent.report.error_report import ErrorReport
from agent.usage.account import Lane
from agent.usage.figures import Figures
from agent.usage.refusal import Refusal

_CLOUD = re.compile(r"bedrock|vertex|foundry|amazonaws|aiplatform", re.I)
_KEY = re.compile(r"api[ _-]?key|\bconsole\b|x-api-key", re.I)


def uses_key(report: ErrorReport) -> bool:
    """Whether the credential is an API key rather than a subscription login."""
    return bool(_KEY.search(report.value("auth") or ""))


def lane_of(report: ErrorReport, refusal: Refusal | None, figures: Figures) -> Lane:
    """The lane that the refusal names; `unknown` where nothing names one."""
    if any(event.provider in ("bedrock", "vertex") for event in report.errors):
        return "cloud"
    setup = f"{report.value('auth') or ''} {report.value('base_url') or ''}"
    if _CLOUD.search(setup):
        return "cloud"
    if refusal is not None:
        lane = _lane_named(refusal, uses_key(report))
        if lane != "unknown":
            return lane
    if figures.flags.get("overage_lane_only"):
        return "extra_usage"
    if any(bucket.name.startswith("rate_") for bucket in figures.buckets) or uses_key(report):
        return "api_credits"
    return "plan" if figures.flags.get("plan_blocked") else "unknown"


def _lane_named(refusal: Refusal, keyed: bool) -> Lane:
    if refusal.kind in ("credit_balance", "workspace_limit", "api_rate"):
        return "api_credits"
    if refusal.kind == "extra_usage":
        return "plan" if refusal.rate_limited else "extra_usage"
    if refusal.kind == "long_context":
        return "plan" if "not yet available" in refusal.quoted else "extra_usage"
    if refusal.kind == "spend_limit":
        return "extra_usage"
    if refusal.kind == "org_limit":
        return "extra_usage" if "spend" in refusal.quoted.lower() else "plan"
    if refusal.kind in ("plan_limit", "rate_limit"):
        return "api_credits" if keyed else "plan"
    return "unknown"
