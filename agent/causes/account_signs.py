"""Signs of the account: windows, balances, lane and contradictions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.causes.evidence import Evidence
from agent.causes.sign import Reading, SignSet

SIGNS = SignSet()

FULL_AT = 99.5
"""Per cent used from which a window counts as used up: displays round."""
LOW_BELOW = 90.0


@SIGNS.sign("usage.windows", "the plan's windows are all low, or one of them is used up", "state")
def _windows(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    used = [b.used_percent for b in evidence.usage.plan_windows if b.used_percent is not None]
    if args["state"] == "exhausted":
        if evidence.usage.flags.get("plan_blocked"):
            return True
        return max(used) >= FULL_AT if used else None
    if used:
        return max(used) < LOW_BELOW
    return True if evidence.usage.flags.get("limits_not_reached") else None


@SIGNS.sign(
    "usage.bucket",
    "how far one window, cap or balance is used",
    "name",
    "at_least below left_below left_above",
)
def _bucket(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    bucket = evidence.usage.bucket(args["name"])
    if bucket is None:
        return None
    if "left_below" in args or "left_above" in args:
        if bucket.remaining is None:
            return None
        low = bucket.remaining < float(args.get("left_below", "inf"))
        return low and bucket.remaining > float(args.get("left_above", "-inf"))
    if bucket.used_percent is None:
        return None
    at_least = bucket.used_percent >= float(args.get("at_least", "-inf"))
    return at_least and bucket.used_percent < float(args.get("below", "inf"))


@SIGNS.sign("usage.lane", "the billing lane that the refusal names", "is")
def _lane(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    lane = evidence.usage.lane
    return None if lane == "unknown" else lane in args["is"]


@SIGNS.sign("usage.verdict", "whether error and account agree", "is")
def _verdict(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    verdict = evidence.usage.verdict
    return None if verdict == "unknown" else verdict in args["is"]


@SIGNS.sign("usage.contradiction", "a rule about error against account that fired", "any")
def _contradiction(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    fired = {c.rule for c in evidence.usage.contradictions}
    return True if fired & set(args["any"]) else None


@SIGNS.sign("usage.flag", "a yes/no fact of the account", "name")
def _flag(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    return evidence.usage.flags.get(args["name"])
