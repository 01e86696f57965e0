"""The door: lane, verdict and the seed case."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.report.error_report import ErrorEvent, ErrorReport, Reading, Submission
from agent.usage.account import UsageAssessment
from agent.usage.assess import assess

NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)
OUT = "You're out of extra usage. Add more at claude.ai/settings/usage and keep going."
ACCOUNT = "This request would exceed your account's rate limit. Please try again later."


def event(message: str, status: int | None = 400, provider: Any = "anthropic") -> ErrorEvent:
    kind = "rate_limit_error" if status == 429 else None
    return ErrorEvent(
        status=status, type=kind, message=message, group=None, request_ids=[], signature=None, retryable=None,
        provider=provider, spans=[],
    )  # fmt: skip


def run(
    message: str | None, status: int | None = 400, text: str = "x", usage: Any = None, **env: str
) -> UsageAssessment:
    report = ErrorReport(
        text=text,
        errors=[event(message, status)] if message else [],
        environment={k: Reading(value=v, source="field") for k, v in env.items()},
    )
    return assess(Submission(text=text, usage=usage), report, NOW)


def test_the_seed_case() -> None:
    said = "I'm getting the below error in console on my mac even when I have used 0% of my normal limit."
    text = f"{said}\n\nAPI Error: 400 {OUT}"
    found = run(OUT, text=text)
    assert (found.lane, found.verdict) == ("extra_usage", "contradiction")
    assert [(b.name, b.used_percent, b.basis) for b in found.buckets] == [("plan_overall", 0, "claimed")]
    assert [c.rule for c in found.contradictions] == [
        "extra-usage-refusal-while-plan-low",
        "lane-400-without-reset",
        "limit-message-on-claimed-zero",
    ]


@pytest.mark.parametrize(
    ("message", "status", "env", "lane"),
    [
        (OUT, 400, {}, "extra_usage"),
        ("Third-party apps now draw from your extra usage, not your plan limits.", 400, {}, "extra_usage"),
        ("You're out of extra usage · resets 9pm (UTC)", 429, {}, "plan"),
        ("You've hit your session limit · resets 9pm", 429, {}, "plan"),
        (ACCOUNT, 429, {}, "plan"),
        (ACCOUNT, 429, {"auth": "api key"}, "api_credits"),
        ("You've hit your monthly spend limit", 429, {}, "extra_usage"),
        ("Extra usage is required for long context requests.", 429, {}, "extra_usage"),
        ("The long context beta is not yet available for this subscription.", 400, {}, "plan"),
        ("Your credit balance is too low to access the Anthropic API.", 400, {}, "api_credits"),
        ("You have reached your specified workspace API usage limits.", 400, {}, "api_credits"),
        (ACCOUNT, 429, {"auth": "bedrock"}, "cloud"),
        ("Server is temporarily limiting requests", 429, {}, "unknown"),
        ("invalid x-thing", 400, {}, "unknown"),
        ("invalid x-thing", 400, {"auth": "api key"}, "api_credits"),
    ],
)
def test_the_lane(message: str, status: int, env: dict[str, str], lane: str) -> None:
    assert run(message, status, **env).lane == lane


def test_wording_in_prose_alone_names_the_lane() -> None:
    assert run(None, text='It says "out of extra usage · resets 9pm".').lane == "extra_usage"


def test_a_cloud_error_is_in_the_cloud_lane() -> None:
    report = ErrorReport(text="x", errors=[event("on-demand throughput", 400, "bedrock")])
    assert assess(Submission(text="x"), report, NOW).lane == "cloud"


@pytest.mark.parametrize(
    ("message", "status", "usage", "verdict"),
    [
        (
            "You've hit your session limit · resets 3pm (UTC)",
            429,
            {"session_5h": 100, "weekly_all": 32},
            "consistent",
        ),
        (OUT, 400, "session 3%, weekly 7%", "contradiction"),
        (OUT, 400, None, "unknown"),
        ("image exceeds 5 MB maximum", 400, {"session_5h": 100}, "unknown"),
        (ACCOUNT, 429, {"session_5h": 50}, "unknown"),
        (OUT, 400, {"session_5h": 3, "as_of": "2026-04-08T06:00:00Z"}, "stale"),
        (OUT, 400, {"session_5h": 3, "as_of": "2026-04-08T08:00:00Z"}, "contradiction"),
        (OUT, 400, {"five_hour": {"utilization": 3, "resets_at": "2026-04-08T10:00:00Z"}}, "stale"),
    ],
)
def test_the_verdict(message: str, status: int, usage: Any, verdict: str) -> None:
    assert run(message, status, usage=usage).verdict == verdict


def test_the_time_of_the_report_beats_the_clock() -> None:
    report = ErrorReport(text="x", errors=[event(OUT)], reported_at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    usage = {"session_5h": 3, "as_of": "2026-01-01T11:00:00Z"}
    assert assess(Submission(text="x", usage=usage), report, NOW).verdict == "contradiction"


@pytest.mark.parametrize(
    "unit",
    ["session 5%, ", "5% ", "$5 of extra usage ", "limit not ", "current session\n", '{"five_hour":{', "a "],
)
def test_a_huge_paste_takes_bounded_time(unit: str) -> None:
    text = (unit * (65_536 // len(unit) + 1))[:65_536]
    start = time.process_time()
    run(OUT, text=text)
    assert time.process_time() - start < 0.5  # ten times the aim: the machine of a test may be slow
