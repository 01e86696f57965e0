"""Each rule once where it fires and at least once where it must not; lane and verdict with them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.report.error_report import Conflict, ErrorEvent, ErrorReport, Reading, Submission
from agent.usage.account import UsageAssessment
from agent.usage.assess import assess
from agent.usage.contradictions import DISAGREEMENTS, EXPLANATIONS, RULES

NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)
OUT = "You're out of extra usage. Add more at claude.ai/settings/usage and keep going."
ACCOUNT = "This request would exceed your account's rate limit. Please try again later."
CREDIT = "Your credit balance is too low to access the Anthropic API."
LONG = "Extra usage is required for long context requests."


@dataclasses.dataclass
class Case:
    message: str | None = None
    status: int | None = 400
    text: str = "It fails."
    usage: Any = None
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    request_id: str = "req_011CZqwT95fczsmYtLxPyNk9"
    banner: str | None = None
    provider: Any = "anthropic"

    def assess(self) -> UsageAssessment:
        kind = {400: "invalid_request_error", 429: "rate_limit_error"}.get(self.status or 0)
        event = ErrorEvent(
            status=self.status, type=kind, message=self.message, group=None, request_ids=[self.request_id],
            signature=None, retryable=None, provider=self.provider, spans=[],
        )  # fmt: skip
        conflicts = []
        if self.banner:
            readings = [
                Reading(value=self.banner, source="banner"),
                Reading(value=self.environment["plan"], source="form"),
            ]
            conflicts = [Conflict(field="plan", readings=readings)]
        report = ErrorReport(
            text=self.text,
            errors=[event] if self.message else [],
            environment={k: Reading(value=v, source="form") for k, v in self.environment.items()},
            conflicts=conflicts,
        )
        return assess(Submission(text=self.text, usage=self.usage), report, NOW)

    def rules(self) -> set[str]:
        return {found.rule for found in self.assess().contradictions}


ALLOWED = {
    "anthropic-ratelimit-unified-status": "allowed",
    "anthropic-ratelimit-unified-representative-claim": "five_hour",
    "anthropic-ratelimit-unified-overage-status": "rejected",
}
FIRES: list[tuple[str, Case]] = [
    ("extra-usage-refusal-while-plan-low", Case(OUT, usage="session 3%, weekly 78%")),
    ("extra-usage-refusal-while-plan-low", Case(OUT, text="plan barely touched")),
    ("lane-400-without-reset", Case(OUT)),
    (
        "balance-left-but-cap-reached",
        Case(OUT, text="extra usage: $20.00/$20.00 spent, $5.00 current balance"),
    ),
    (
        "cap-left-but-balance-empty",
        Case(OUT, text="$14.20 spent, 28% used of $50 monthly spend limit; $0.00 current balance"),
    ),
    ("long-context-refusal-on-short-prompt", Case(LONG, 429, text="the request has only ~22,905 tokens")),
    ("credit-error-for-subscription-user", Case(CREDIT, environment={"plan": "max"})),
    ("credit-error-for-subscription-user", Case(CREDIT, text="although I have the Max plan")),
    ("credit-error-for-subscription-user", Case(CREDIT, environment={"plan": "max", "auth": "api key"})),
    (
        "exhausted-window-not-the-one-named",
        Case("You've hit your org's monthly usage limit", 429, text="session usage exhausted"),
    ),
    (
        "exhausted-window-not-the-one-named",
        Case("You've hit your session limit", 429, usage={"session_5h": 4, "weekly_all": 100}),
    ),
    ("reset-time-already-past", Case("You're out of extra usage · resets Apr 7 at 10pm (UTC)", 429)),
    (
        "reset-time-already-past",
        Case(ACCOUNT, 429, text='"out of extra usage - resets 7pm (Europe/Madrid)" but it\'s 9:24pm CEST'),
    ),
    (
        "banner-plan-differs-from-account",
        Case(ACCOUNT, 429, environment={"plan": "pro"}, banner="Claude Max"),
    ),
    ("foreign-request-id", Case("not found", 404, request_id="req_f8e3e09c9db9db59aa1f846a")),
    ("limit-message-on-claimed-zero", Case(OUT, text="I used 0% of my normal limit")),
    (
        "limit-message-while-windows-open",
        Case("You've hit your limit · resets 9pm (UTC)", 429, usage="weekly 85%, 5-hour 2%"),
    ),
    (
        "displays-disagree",
        Case(ACCOUNT, 429, text="Claude Code says weekly usage 100% while the dashboard shows 73% weekly"),
    ),
    (
        "org-limit-on-personal-plan",
        Case("You've hit your org's monthly usage limit", 429, environment={"plan": "pro"}),
    ),
    ("overage-header-while-plan-allowed", Case(ACCOUNT, 429, usage=ALLOWED)),
    ("credit-bought-but-refused", Case(OUT, text="extra usage: CA$139.55 balance")),
    ("credit-bought-but-refused", Case(CREDIT, text="console shows US$105.00 credit balance")),
    (
        "reset-further-than-session",
        Case("You've hit your limit · resets Apr 10, 9pm (UTC)", 429, usage="session 2%"),
    ),
]
SILENT: list[tuple[str, Case]] = [
    ("extra-usage-refusal-while-plan-low", Case(OUT, usage="session 100%, weekly 32%")),
    (
        "extra-usage-refusal-while-plan-low",
        Case("You're out of extra usage · resets Apr 10, 8pm (UTC)", 429, usage="session 0%"),
    ),
    (
        "extra-usage-refusal-while-plan-low",
        Case("unable to get local issuer certificate", None, usage="session 3%"),
    ),
    ("lane-400-without-reset", Case("You're out of extra usage · resets 10pm (UTC)", 429)),
    ("lane-400-without-reset", Case("image exceeds 5 MB maximum", 400, text="image too large, at 0% usage")),
    (
        "balance-left-but-cap-reached",
        Case(OUT, text="extra usage: $2.00/$20.00 spent, $5.00 current balance"),
    ),
    (
        "cap-left-but-balance-empty",
        Case(OUT, text="$14.20 spent, 28% used of $50 monthly spend limit; $3.00 current balance"),
    ),
    ("long-context-refusal-on-short-prompt", Case(LONG, 429, text="the request has 412,000 tokens")),
    ("long-context-refusal-on-short-prompt", Case(OUT, text="the request has 22,905 tokens")),
    ("credit-error-for-subscription-user", Case(CREDIT, environment={"auth": "api key"})),
    ("credit-error-for-subscription-user", Case(CREDIT)),
    (
        "exhausted-window-not-the-one-named",
        Case("You've hit your session limit", 429, usage={"session_5h": 100, "weekly_all": 100}),
    ),
    ("reset-time-already-past", Case("You're out of extra usage · resets Apr 9 at 10pm (UTC)", 429)),
    ("reset-time-already-past", Case("You've hit your limit · resets 7am (UTC)", 429)),
    (
        "banner-plan-differs-from-account",
        Case(ACCOUNT, 429, environment={"plan": "max"}, banner="Claude Max"),
    ),
    ("foreign-request-id", Case(OUT)),
    ("limit-message-on-claimed-zero", Case(OUT, text="I used 40% of my normal limit")),
    ("limit-message-on-claimed-zero", Case("image exceeds 5 MB maximum", 400, text="0% usage")),
    (
        "limit-message-while-windows-open",
        Case("You've hit your limit · resets 9pm (UTC)", 429, usage="weekly 100%, 5-hour 2%"),
    ),
    (
        "limit-message-while-windows-open",
        Case("You've hit your limit · resets 9pm (UTC)", 429, usage="5-hour 2%"),
    ),
    (
        "displays-disagree",
        Case(ACCOUNT, 429, text="Claude Code says weekly usage 75% while the dashboard shows 73% weekly"),
    ),
    ("displays-disagree", Case(ACCOUNT, 429, text="weekly 20% on Monday. weekly 60% on Tuesday.")),
    (
        "org-limit-on-personal-plan",
        Case("You've hit your org's monthly usage limit", 429, environment={"plan": "team"}),
    ),
    (
        "overage-header-while-plan-allowed",
        Case(ACCOUNT, 429, usage={**ALLOWED, "anthropic-ratelimit-unified-status": "rejected"}),
    ),
    ("credit-bought-but-refused", Case(OUT, text="extra usage balance $0.00")),
    ("reset-further-than-session", Case("You've hit your limit · resets 3pm (UTC)", 429, usage="session 2%")),
]


@pytest.mark.parametrize(("rule", "case"), FIRES, ids=[f"{i}-{r}" for i, (r, _) in enumerate(FIRES)])
def test_the_rule_fires(rule: str, case: Case) -> None:
    found = {c.rule: c for c in case.assess().contradictions}
    assert rule in found
    assert all(
        len(words) > 10 and "None" not in words
        for words in (found[rule].error_says, found[rule].account_shows, found[rule].means)
    )


@pytest.mark.parametrize(("rule", "case"), SILENT, ids=[f"{i}-{r}" for i, (r, _) in enumerate(SILENT)])
def test_the_rule_is_silent(rule: str, case: Case) -> None:
    assert rule not in case.rules()


def test_every_rule_has_both_tests_and_is_sorted_into_one_kind() -> None:
    names = {rule.__name__.replace("_", "-") for rule in RULES}
    assert {rule for rule, _ in FIRES} == {rule for rule, _ in SILENT} == names
    assert names == DISAGREEMENTS | EXPLANATIONS
    assert not DISAGREEMENTS & EXPLANATIONS


def test_the_texts_carry_the_real_figures() -> None:
    found = next(c for c in Case(OUT, usage="session 3%, weekly 78%").assess().contradictions)
    assert "out of extra usage" in found.error_says
    assert "3 %" in found.account_shows
    assert "78 %" in found.account_shows


@pytest.mark.parametrize(
    "message", ["unable to get local issuer certificate", "image exceeds 5 MB maximum", "Overloaded"]
)
def test_no_limit_rule_fires_for_another_kind_of_error(message: str) -> None:
    text = "I use 0% of my limit, extra usage: $20 balance, Max plan, session 3%, weekly limits not hit"
    found = Case(message, None, text=text, environment={"plan": "max"}).assess()
    assert found.contradictions == []
    assert (found.lane, found.verdict) == ("unknown", "unknown")
