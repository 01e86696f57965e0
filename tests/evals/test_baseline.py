"""The baseline: one row a line, back as it was written, refused when it is broken or missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evals.baseline import Baseline, baseline_of, read_baseline, values_of, write_baseline
from evals.case import BadCase, Case
from evals.graders import grade
from evals.lock import Accepted
from evals.results import row_of
from evals.shown import shown_of

Make = Callable[..., Case]
BY = Accepted(reviewer="A. Reviewer", reason=None, at=datetime(2026, 6, 1, tzinfo=UTC), git_commit=None)


@pytest.fixture
def baseline(make_case: Make, answered: Any) -> Baseline:
    rows = []
    for slug, kind, trial in (("red-mill", "local", 1), ("blue-mill", "plain", None)):
        case = make_case(slug)
        rooms = grade(case, answered.answer, answered.catalogue)
        shown = shown_of(answered.answer)
        rows.append(row_of(case, rooms, kind=kind, trial=trial, shown=shown))  # type: ignore[arg-type]
    return baseline_of(rows, "digest", BY)


def test_a_baseline_comes_back_with_the_types_of_its_values(tmp_path: Path, baseline: Baseline) -> None:
    path = tmp_path / "deep" / "baseline.json"
    write_baseline(baseline, path)
    back = read_baseline(path)
    assert back == baseline
    values = back.by_key()["blue-mill"].values
    names = ("causes.rank", "causes.top1", "causes.top3")
    assert [type(values[name]) for name in names] == [str, float, bool]
    assert list(back.by_key()) == ["blue-mill", "red-mill (local, trial 1)"]


def test_each_row_stands_on_a_line_of_its_own(tmp_path: Path, baseline: Baseline) -> None:
    write_baseline(baseline, tmp_path / "b.json")
    lines = (tmp_path / "b.json").read_text().splitlines()
    assert sum('"slug"' in line for line in lines) == len(baseline.rows)
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]


def test_values_are_named_by_room(make_case: Make, answered: Any) -> None:
    case = make_case()
    row = row_of(case, grade(case, answered.answer, answered.catalogue))
    assert values_of(row)["diagnosis.grounded"] is True


@pytest.mark.parametrize("text", [None, "", "{}", '{"format": 2}'])
def test_a_missing_or_broken_file_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "b.json").write_text(text)
    with pytest.raises(BadCase, match=r"no baseline|not a baseline"):
        read_baseline(tmp_path / "b.json")
