"""A verdict with everything in it that a report must show, and text that tries to break out of one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple

import pytest

from evals.baseline import baseline_of
from evals.graders import ROOMS, Result, Room
from evals.lock import Accepted
from evals.recorded import RecordedCase
from evals.results import Results, Row
from evals.selftest import SelfTest
from evals.shown import Shown
from evals.verdict import Verdict, judge

NASTY = "<script>alert('x')</script> | `a` & \x07 [l](http://x)"


class Told(NamedTuple):
    verdict: Verdict
    results: Results
    selftest: SelfTest


def row(slug: str, words: str, *, top3: bool = True) -> Row:
    rooms: dict[Room, list[Result]] = {room: [] for room in ROOMS}
    rooms["causes"] = [
        Result(name="top3", value=top3, reason=words),
        Result(name="top1", value=1.0, reason="-"),
    ]
    shown = Shown(
        action="answer",
        confidence=0.9,
        summary=words,
        causes=[("service-overloaded", 0.9)],
        steps=[("Wait.", "It passes.", "free")],
        recommendation="Wait.",
        verdict="unknown",
    )
    return Row(
        slug=slug,
        split="holdout",
        cause="service-overloaded",
        allowed=["answer"],
        provenance="made",
        tags=[],
        action="answer",
        confidence=0.9,
        error=None,
        rooms=rooms,
        shown=shown,
        input_tokens=3000,
        cacheable_tokens=1500,
    )


@pytest.fixture
def told() -> Told:
    by = Accepted(reviewer="A", reason=None, at=datetime(2026, 6, 1, tzinfo=UTC), git_commit=None)
    before = baseline_of([row("blue-mill", "Old words."), row("red-mill", "Same.")], "x", by)
    stale = RecordedCase(
        slug="red-mill", state="stale", file="red-mill.json", trial=0, why=NASTY, next="record it"
    )
    gap = RecordedCase(
        slug="blue-mill", state="missing", why="declared", declared=f"{NASTY} (until 2027-01-01)"
    )
    results = Results(
        catalogue="x",
        prompts="y",
        rows=[row("blue-mill", NASTY, top3=False), row("red-mill", "Same.")],
        recordings=[stale, gap],
    )
    selftest = SelfTest(answers=2)
    return Told(judge(results, selftest, before, [], date(2026, 6, 1)), results, selftest)
