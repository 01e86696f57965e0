"""The self-test: what it says of a sound suite, what it says of others, and how it chooses cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals import selftest
from evals.case import load_cases
from evals.kills import OPERATORS, Kill
from evals.selftest import SAMPLE, SelfTest, run, spread

CASES = load_cases(Path(__file__).parents[2] / "evals" / "cases")
FEW = [case for case in CASES if case.slug in ("first-light", "gilded-cove", "brass-marsh")]


def test_a_sound_suite_is_fit() -> None:
    found = run(FEW)
    assert found.faults == []
    assert found.overall == 1.0
    assert found.false_alarms == 0
    assert found.answers == 3
    assert len(found.kills) == len(OPERATORS)
    assert found.in_words()[0].endswith("0 false alarms against itself, 3 answers")


def test_a_baseline_that_differs_from_itself_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "moves", lambda *_: [None])
    monkeypatch.setattr(selftest, "try_out", lambda *_, **__: [])
    assert "self-test: a baseline differs from itself in 1 places" in run(FEW).faults


def test_survivors_and_faults_are_said() -> None:
    kill = Kill(operator="o", check="causes.top3", made=2, killed=1, survivors=["blue-mill"])
    words = "\n".join(SelfTest(answers=2, kills=[kill], faults=["self-test: bad"]).in_words())
    assert "1 of 2 spoiled answers noticed (50.00%" in words
    assert "survived: o (causes.top3): blue-mill" in words
    assert words.endswith("self-test: bad")


def test_the_sample_has_what_is_rare_and_no_more_than_it_may() -> None:
    chosen = spread(CASES)
    assert len(chosen) <= SAMPLE + 1 or len(chosen) == len([c for c in CASES if c.expected.injected])
    assert {c.slug for c in CASES if c.expected.injected} <= {c.slug for c in chosen}
    assert spread(CASES) == chosen
    assert spread(FEW) == FEW
