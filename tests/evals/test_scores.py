"""Scores: calibration with counted bins, stops both ways, and failed rows that count."""

from __future__ import annotations

from typing import Any

import pytest

from evals.graders import ROOMS, Result, Room
from evals.results import Row
from evals.scores import calibration, held, mean, share, slices, stop_rate, stop_recall


def row(right: bool, confidence: float | None, **change: Any) -> Row:
    rooms: dict[Room, list[Result]] = {room: [] for room in ROOMS}
    rooms["causes"] = [
        Result(name="top1", value=float(right), reason="r"),
        Result(name="top3", value=right, reason="r"),
    ]
    filled: dict[str, Any] = {
        "slug": "s", "split": "dev", "cause": "c", "allowed": ["answer"], "provenance": "made", "tags": [],
        "action": "answer", "confidence": confidence, "error": None, "rooms": rooms,
    }  # fmt: skip
    return Row(**{**filled, **change})


def test_calibration_is_the_weighted_gap_with_counts() -> None:
    gave = calibration([row(True, 0.9), row(False, 0.9), row(True, 0.35), row(True, 1.0)])
    assert [(b.low, b.count) for b in gave.bins] == [(0.3, 1), (0.9, 3)]
    assert gave.error == pytest.approx((abs(2.8 / 3 - 2 / 3) * 3 + 0.65) / 4)


def test_a_failed_row_is_the_worst_gap_and_no_rows_have_no_error() -> None:
    gave = calibration([row(True, 1.0), row(False, None)])
    assert (gave.error, gave.failed) == (0.5, 1)
    assert calibration([]).error is None
    assert calibration([row(True, 0.2, cause="undetermined")]).error is None


def test_stops_are_counted_both_ways() -> None:
    rows = [
        row(True, 1.0),
        row(True, 1.0, action="ask"),
        row(True, 1.0, allowed=["ask", "abstain"], action="abstain"),
        row(True, 1.0, allowed=["ask"], action=None),
    ]
    assert (stop_rate(rows), stop_recall(rows)) == (0.5, 0.5)
    assert share([], lambda _: True) is None


def test_held_and_mean_count_every_row_that_checks() -> None:
    rows = [row(True, 1.0), row(False, 1.0)]
    causes = next(of for of in held(rows) if of.room == "causes")
    assert (causes.rows, causes.clean, causes.checks, causes.broken) == (2, 1, 2, 1)
    assert mean(rows, "causes", "top3") == 0.5
    assert mean(rows, "usage", "verdict") is None


def test_a_row_stands_in_each_of_its_slices() -> None:
    found = slices([row(True, 1.0, tags=["trap", "ask"]), row(True, 1.0, tags=["trap"], split="holdout")])
    assert {tag: len(of) for tag, of in found["tag"].items()} == {"ask": 1, "trap": 2}
    assert set(found["split"]) == {"dev", "holdout"}
