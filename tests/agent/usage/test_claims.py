"""Figures stated in prose: what becomes a bucket, and what must not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.report.error_report import ErrorReport, Submission
from agent.usage.account import UsageAssessment
from agent.usage.assess import assess

NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)


def read(text: str) -> UsageAssessment:
    return assess(Submission(text=text), ErrorReport(text=text), NOW)


def percents(text: str) -> dict[str, float]:
    return {b.name: b.used_percent for b in reversed(read(text).buckets) if b.used_percent is not None}


S, W, OP, N, P, C = (
    "session_5h",
    "weekly_all",
    "weekly_opus",
    "weekly_sonnet",
    "plan_overall",
    "extra_usage_cap",
)
CLAIMS: list[tuple[str, dict[str, float]]] = [
    ("I have used 0% of my normal limit.", {P: 0}),
    ("0% of my limit", {P: 0}),
    ("Rate limit error with 0% usage", {P: 0}),
    ("session 3%, weekly 78%", {S: 3, W: 78}),
    ("Usage: session 3%, week all models 78%, week Sonnet 18%", {S: 3, W: 78, N: 18}),
    ("72% session, 68% weekly remaining", {S: 28, W: 32}),
    ("despite available quota (72% session, 68% weekly remaining)", {S: 28, W: 32}),
    ("Session 72% used, week all models 68%, Sonnet only 3%", {S: 72, W: 68, N: 3}),
    ("Session 30%, weekly all models 3%, Sonnet 2%", {S: 30, W: 3, N: 2}),
    ("5-hour limit 35% remaining", {S: 65}),
    ("the Max 5-hour limit shows 35% remaining", {S: 65}),
    ("primary usage at 6%", {P: 6}),
    ("extra usage should not matter if primary usage is at 6%", {P: 6}),
    ("dashboard 5%", {P: 5}),
    ("Dashboard 5% of the 5-hour window", {S: 5}),
    ("weekly exhausted", {W: 100}),
    ("session usage exhausted", {S: 100}),
    ("My weekly limit is completely used up.", {W: 100}),
    ("I maxed out the weekly limit.", {W: 100}),
    ("I have used up my session limit", {S: 100}),
    ("weekly limit and extra credits both consumed", {W: 100, C: 100}),
    ("it is really the session limit", {S: 100}),
    ("monthly spend limit truly hit; session 4%", {S: 4, C: 100}),
    ("80% of the 5 hour window and 8% of the weekly quota remaining", {S: 20, W: 92}),
    ("Usage: around 30%", {P: 30}),
    ("Account limits around 30%", {P: 30}),
    ("only 16% usage", {P: 16}),
    ("50% weekly usage, $47.50 extra usage balance", {W: 50}),
    ("50% of weekly usage", {W: 50}),
    ("weekly 85%, 5-hour 2%", {W: 85, S: 2}),
    ("5-hour 2% used, 7-day 73.7%", {S: 2, W: 73.7}),
    ("five_hour with 98% left", {S: 2}),
    ("current session 0%, weekly 15%", {S: 0, W: 15}),
    ("Current session at 0%, weekly at 15%, still this error", {S: 0, W: 15}),
    ("1% session, 34% weekly", {S: 1, W: 34}),
    ("session ~12%, weekly ~23%", {S: 12, W: 23}),
    ("Usage limits show 0% daily but 41% weekly", {S: 0, W: 41}),
    ("52% of a 5-hour window after one message", {S: 52}),
    ("all limits under 25% except Claude Design 88%", {P: 25}),
    ("Usage: 1 message moved the window 0 to 24%", {P: 24}),
    ("Usage: 14% -> 50% -> 70% -> 100% in 3 prompts", {P: 100}),
    ("5-hour window 0 to 100% with one message", {S: 100}),
    ("Usage: 4% used after upgrade", {P: 4}),
    ("2% of the monthly cap", {C: 2}),
    ("CA$139.55 balance, 2% of the monthly cap", {C: 2}),
    ("$14.20 spent, 28% used of $50 monthly spend limit; $0.00 current balance, auto-reload off", {C: 28}),
    ("extra usage EUR 5.91 of EUR 5.00 cap (118%)", {C: 118}),
    ("charged 150% of the monthly limit", {C: 150}),
    ("extra usage 77% ($15.40/$20.00 spent)", {C: 77}),
    ("weekly limits showed 13%", {W: 13}),
    ("The weekly limit stands at 40 percent.", {W: 40}),
    ("Opus 12%, Sonnet 3%", {OP: 12, N: 3}),
    ("weekly Opus limit is at 91%", {OP: 91}),
    ("used 20% of my weekly allowance", {W: 20}),
    ("my plan is at 7%", {P: 7}),
    ("I still have 90% of my quota left", {P: 10}),
    ("Session: 3%\nWeekly: 78%", {S: 3, W: 78}),
    ("session (5h): 3%, week (all models): 78%", {S: 3, W: 78}),
    ("I'm at 4% of my 5h limit and 9% of the weekly one", {S: 4, W: 9}),
    ("org at 75% of its usage", {P: 75}),
    ("Sitzung 3 %, Woche 78 %", {S: 3, W: 78}),
    ("Mein Wochenlimit ist zu 12 % verbraucht", {W: 12}),
    ("sesión 3%, semana 78%", {S: 3, W: 78}),
    ("session 3%, semaine 78 % restants", {S: 97, W: 22}),
    ("本周用量 20%", {W: 20}),
    ("会话 3%", {S: 3}),
]


@pytest.mark.parametrize(("text", "expected"), CLAIMS, ids=[text[:50] for text, _ in CLAIMS])
def test_a_claim_becomes_its_buckets(text: str, expected: dict[str, float]) -> None:
    assert percents(text) == expected
    assert all(b.basis == "claimed" for b in read(text).buckets)


NOT_ABOUT_USAGE = [
    "CPU usage is at 95%",
    "memory usage 80%",
    "The CPU was at 100% all the time",
    "test coverage is 87%",
    "87% coverage",
    "I am 100% sure that I am within bounds",
    "100% sure I never reached my session limit",
    "20% discount on the Max plan",
    "we got 50% off the subscription",
    "Context left until auto-compact: 12%",
    "Context low (8% remaining) · Run /compact to compact & continue",
    'sonnet-4-5[1m]: "Context low" at 25-29% instead of near 1000k tokens',
    "Claude Design at 88%",
    "Claude Design 88%",
    "99.9% cache reads",
    "cache hit rate 99% this session",
    "reproducible 100% of the time",
    "100% reproducible",
    "fails 30% of the time",
    "about 40% of requests fail",
    "it is 3% faster now",
    "disk 80% used",
    "battery at 15%",
    "downloaded 45%",
    "the update stops at 99% progress",
    "12% of tests fail",
    "success rate of 97%",
    "5% packet loss",
    "GPU usage: 71%",
    "zoom level 150%",
    "width: 100%",
    "19% VAT was added to my plan",
    "Opus 4.6 is 20% cheaper",
    "URL ends with %20limit%20reached",
    "95% confident this is a bug",
    "the context window was at 60%",
    "60% of my context is used",
    "RAM is 60% used",
    "TLS handshake fails on 100% of connections with success 0%",
    "heap usage at 92%",
    "I've hit 3 limits and nothing else",
    "no percentages here at all",
    "signal 5%",
]


@pytest.mark.parametrize("text", NOT_ABOUT_USAGE)
def test_a_percentage_of_something_else_is_no_bucket(text: str) -> None:
    assert percents(text) == {}


def test_two_moments_of_one_window_are_both_kept() -> None:
    values = [b.used_percent for b in read("weekly usage 100% while claude.ai shows 73% weekly").buckets]
    assert values == [100, 73]


def test_a_title_fills_gaps_but_does_not_argue_with_the_text() -> None:
    text = "Session 72% used."
    report = ErrorReport(text=text, title="despite quota (72% session, 68% weekly remaining)")
    found = assess(Submission(text=text), report, NOW)
    assert {(b.name, b.used_percent) for b in found.buckets} == {(S, 72), (W, 32)}


def test_a_line_wrapped_by_a_terminal_is_read_as_one() -> None:
    text = "I get this error in the console on my machine although I have used 0% of my\nnormal limit today."
    assert percents(text) == {P: 0}
