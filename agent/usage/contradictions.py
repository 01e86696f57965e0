"""The rules that hold the error against the account. One rule, one pure function."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from agent.report.error_report import ErrorReport
from agent.usage.account import Contradiction, UsageAssessment
from agent.usage.account_rules import (
    banner_plan_differs_from_account,
    credit_bought_but_refused,
    credit_error_for_subscription_user,
    displays_disagree,
    foreign_request_id,
    org_limit_on_personal_plan,
)
from agent.usage.lane_rules import (
    balance_left_but_cap_reached,
    cap_left_but_balance_empty,
    extra_usage_refusal_while_plan_low,
    lane_400_without_reset,
    long_context_refusal_on_short_prompt,
    overage_header_while_plan_allowed,
)
from agent.usage.window_rules import (
    exhausted_window_not_the_one_named,
    limit_message_on_claimed_zero,
    limit_message_while_windows_open,
    reset_further_than_session,
    reset_time_already_past,
)

Rule = Callable[[ErrorReport, UsageAssessment, datetime], Contradiction | None]

RULES: tuple[Rule, ...] = (
    extra_usage_refusal_while_plan_low,
    lane_400_without_reset,
    balance_left_but_cap_reached,
    cap_left_but_balance_empty,
    long_context_refusal_on_short_prompt,
    credit_error_for_subscription_user,
    exhausted_window_not_the_one_named,
    reset_time_already_past,
    banner_plan_differs_from_account,
    foreign_request_id,
    limit_message_on_claimed_zero,
    limit_message_while_windows_open,
    displays_disagree,
    org_limit_on_personal_plan,
    overage_header_while_plan_allowed,
    credit_bought_but_refused,
    reset_further_than_session,
)

EXPLANATIONS = frozenset({
    "lane-400-without-reset",  # says which lane refused; on its own it argues with no figure
    "balance-left-but-cap-reached",  # the account does stop the request, at its other gate
    "cap-left-but-balance-empty",
    "foreign-request-id",  # about the way, not about the limit
    "reset-further-than-session",  # tells which window is meant
})  # fmt: skip
DISAGREEMENTS = frozenset(rule.__name__.replace("_", "-") for rule in RULES) - EXPLANATIONS
"""Rule ids by which error and account disagree about the limit; the other rules explain the error."""


def find_contradictions(report: ErrorReport, usage: UsageAssessment, now: datetime) -> list[Contradiction]:
    """Every rule that fires, in the order of `RULES`."""
    return [found for rule in RULES if (found := rule(report, usage, now)) is not None]
