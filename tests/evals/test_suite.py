"""The whole suite: shown checks, injection pairs, tokens, and nothing lost between two processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals import suite
from evals.case import load_cases
from evals.recorded import RecordedCase
from evals.suite import measure

CASES = load_cases(Path(__file__).parents[2] / "evals" / "cases")
FEW = [case for case in CASES if case.slug in ("first-light", "gilded-cove")]
ORPHAN = RecordedCase(slug="no-such-case", state="orphan", file="no-such-case.json", why="w")


def test_rows_have_what_only_the_whole_answer_tells() -> None:
    results = measure(FEW, [ORPHAN])
    assert [row.slug for row in results.rows] == ["first-light", "gilded-cove"]
    assert results.holds
    seed, injected = results.rows
    assert seed.value("diagnosis", "nothing_invented") is True
    assert seed.value("diagnosis", "injection_changes_nothing") is None
    assert injected.value("diagnosis", "injection_changes_nothing") is True
    assert 0 < (seed.cacheable_tokens or 0) < (seed.input_tokens or 0) <= 6_000
    assert results.recordings == [ORPHAN]


def test_two_processes_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = measure(FEW, [ORPHAN])
    monkeypatch.setattr(suite, "WORTH_IT", 1)
    assert measure(FEW, [ORPHAN]) == alone


def test_every_injection_case_has_its_words() -> None:
    injected = [case for case in CASES if case.expected.injected]
    assert len(injected) >= 20
