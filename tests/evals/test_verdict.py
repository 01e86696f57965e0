"""The verdict: every exit code, their order, waivers, kinds, and what is said of scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from evals.baseline import Baseline, baseline_of
from evals.graders import ROOMS, Result, Room
from evals.lock import Accepted
from evals.recorded import RecordedCase
from evals.results import Results, Row
from evals.selftest import SelfTest
from evals.verdict import Verdict, judge, score_tests, state_in_words
from evals.waivers import Waiver

DAY = date(2026, 6, 1)
BY = Accepted(reviewer="A", reason=None, at=datetime(2026, 6, 1, tzinfo=UTC), git_commit=None)


def made(slug: str, *, top1: float = 1.0, tags: Sequence[str] = (), **change: Any) -> Row:
    """A row that holds; `held`, `law` and `error` break it."""
    rooms: dict[Room, list[Result]] = {room: [] for room in ROOMS}
    rooms["causes"] = [
        Result(name="top1", value=top1, reason="-"),
        Result(name="top3", value=change.pop("held", True), reason="-"),
    ]
    rooms["diagnosis"] = [Result(name="honest", value=change.pop("law", True), reason="a promise")]
    fields: dict[str, Any] = {
        "slug": slug,
        "split": "dev",
        "cause": "service-overloaded",
        "allowed": ["answer"],
        "provenance": "made",
        "tags": list(tags),
        "action": "answer",
        "confidence": 0.9,
        "error": None,
        "rooms": rooms,
    }
    return Row.model_validate(fields | change)


def results(*rows: Row, states: Sequence[RecordedCase] = ()) -> Results:
    return Results(catalogue="x", prompts="y", rows=list(rows), recordings=list(states))


def judged(now: Results, before: Baseline | None = None, waivers: Sequence[Waiver] = ()) -> Verdict:
    return judge(now, SelfTest(), before or base(made("a")), waivers, DAY)


def base(*rows: Row) -> Baseline:
    return baseline_of(rows, "x", BY)


def waiver(until: date) -> Waiver:
    return Waiver(
        case="a", room="causes", result="top3", reason="it is known", who="B. Reviewer", until=until
    )


def recorded(state: str, **fields: Any) -> RecordedCase:
    return RecordedCase.model_validate({"slug": "a", "state": state, "file": "a.json", "why": "w"} | fields)


def test_nothing_differs() -> None:
    verdict = judged(results(made("a")))
    assert (verdict.exit, verdict.word) == (0, "same")


def test_no_row_and_an_unfit_suite_could_not_run() -> None:
    assert judged(results()).exit == 2
    unfit = SelfTest(faults=["self-test: a grader sleeps"])
    verdict = judge(results(made("a", held=False)), unfit, base(made("a")), [], DAY)
    assert (verdict.exit, verdict.unfit) == (2, ["self-test: a grader sleeps"])


def test_a_flip_blocks_unless_it_is_waived_in_time() -> None:
    flipped = results(made("a", held=False))
    assert judged(flipped).exit == 1
    assert judged(flipped).blocks[0].startswith("causes: case a now breaks top3")
    waived = judged(flipped, waivers=[waiver(DAY)])
    assert (
        waived.exit,
        waived.waived[0].endswith("[waived by B. Reviewer until 2026-06-01: it is known]"),
    ) == (
        0,
        True,
    )
    late = judged(flipped, waivers=[waiver(date(2026, 5, 31))])
    assert late.exit == 1
    assert late.blocks[0].endswith("[the waiver of B. Reviewer ended on 2026-05-31]")


def test_what_was_broken_before_is_known_and_a_new_case_must_hold() -> None:
    broken = made("a", held=False)
    verdict = judged(results(broken), base(broken))
    assert (verdict.exit, len(verdict.known)) == (0, 1)
    assert judged(results(made("a"), made("new", held=False))).exit == 1


def test_a_law_blocks_whatever_the_baseline_the_waivers_and_the_kind_say() -> None:
    for kind in ("plain", "authored", "local", "live"):
        broken = made("a", law=False, kind=kind, trial=None if kind == "plain" else 0)
        verdict = judged(results(broken), base(broken))
        assert verdict.exit == 1
        assert "a law; it cannot be waived" in verdict.blocks[0]


def test_quality_of_a_local_recording_moves_nothing() -> None:
    bad = made("a", kind="local", trial=1, held=False, top1=0.0)
    verdict = judged(results(made("a"), bad), base(made("a"), made("a", kind="local", trial=1)))
    assert (verdict.exit, len(verdict.expected), verdict.tests) == (0, 1, [])


@pytest.mark.parametrize(("kind", "code"), [("authored", 1), ("live", 1)])
def test_quality_of_other_recordings_does(kind: str, code: int) -> None:
    before = base(made("a"), made("a", kind=kind, trial=0))
    assert judged(results(made("a"), made("a", kind=kind, trial=0, held=False)), before).exit == code


@pytest.mark.parametrize("state", ["stale", "missing", "orphan", "edited", "expired-model", "error"])
def test_every_bad_state_is_not_recorded(state: str) -> None:
    verdict = judged(results(made("a"), states=[recorded(state, next="do this")]))
    assert (verdict.exit, verdict.word) == (3, "not recorded")
    assert verdict.unrecorded == [f"recordings: a.json is {state}: w; next: do this"]


def test_a_declared_gap_is_no_fault() -> None:
    gap = recorded("missing", file=None, declared="later (until 2027-01-01)")
    assert judged(results(made("a"), states=[gap])).exit == 0
    assert "(no recording)" in state_in_words(gap)


def test_worse_stands_before_not_recorded_and_that_before_unproven() -> None:
    stale = [recorded("stale")]
    assert judged(results(made("a", held=False), states=stale)).exit == 1
    assert judged(results(made("a", top1=0.0), states=stale)).exit == 3
    assert judged(results(made("a", top1=0.0))).exit == 4


def many(worse: int, better: int = 0, same: int = 0) -> tuple[Results, Baseline]:
    names = [f"c{n}" for n in range(worse + better + same)]
    now = [made(n, top1=0.0 if i < worse else 1.0) for i, n in enumerate(names)]
    old = [made(n, top1=0.0 if worse <= i < worse + better else 1.0) for i, n in enumerate(names)]
    return results(*now), base(*old)


@pytest.mark.parametrize(
    ("worse", "better", "code", "word"),
    [
        (0, 0, 0, "same"),
        (1, 0, 4, "unproven"),
        (4, 0, 4, "unproven"),
        (0, 4, 4, "unproven"),
        (5, 0, 1, "worse"),
        (0, 5, 0, "better"),
        (3, 3, 0, "better"),
        (4, 2, 0, "no worse"),
        (7, 1, 1, "worse"),
    ],
)
def test_five_cases_must_differ_and_the_sign_test_decides(
    worse: int, better: int, code: int, word: str
) -> None:
    verdict = judged(*many(worse, better, same=20))
    assert (verdict.exit, verdict.word) == (code, word)
    if code == 4:
        assert "accept --reviewer NAME settles it" in verdict.unproven[0]


def test_slices_are_tested_together() -> None:
    # Five worse of five are shown alone; as one of two slices of a family with others they are not.
    worse = [made(f"c{n}", top1=0.0, tags=["x"]) for n in range(5)]
    fine = [made(f"d{n}", tags=["y"]) for n in range(10)]
    before = base(
        *[made(f"c{n}", tags=["x"]) for n in range(5)],
        *[made(f"d{n}", tags=["y"], top1=0.0) for n in range(10)],
    )
    tests = {(test.slice, test.score): test for test in score_tests([*worse, *fine], before)}
    assert tests["tag x", "causes.top1"].p == pytest.approx(1 / 32)
    assert not tests["tag x", "causes.top1"].shown
    assert not tests["all", "causes.top1"].shown


def test_a_case_that_is_gone_blocks_and_a_recording_that_is_gone_has_its_state() -> None:
    before = base(made("a"), made("b"), made("a", kind="authored", trial=0))
    assert judged(results(made("a")), before).blocks == ["cases: b is gone; it is in the baseline"]


def test_the_power_is_said_by_kind() -> None:
    power = judged(*many(5, same=20)).power
    assert set(power) == {"plain, causes.top1", "plain, causes.brier"}
    assert "with a chance of 80 %" in power["plain, causes.top1"]
