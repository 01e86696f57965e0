"""Results: written whole, read back with the types of their values, refused when broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.case import BadCase, Case
from evals.graders import failed
from evals.results import Results, read_results, row_of, write_results


def test_results_come_back_with_bools_numbers_and_labels(tmp_path: Path, make_case: object) -> None:
    assert callable(make_case)
    case: Case = make_case()
    results = Results(catalogue="x", rows=[row_of(case, failed(case, "fell"), error="fell")])
    write_results(results, tmp_path / "r.json")
    back = read_results(tmp_path / "r.json")
    assert back == results
    values = [back.rows[0].value("causes", name) for name in ("rank", "top1", "top3")]
    assert [type(value) for value in values] == [str, float, bool]
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


def test_no_rows_do_not_hold() -> None:
    assert not Results(catalogue="x", rows=[]).holds


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2, "catalogue": "x", "rows": []}'])
def test_a_broken_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(BadCase, match="not a results file"):
        read_results(tmp_path / "r.json")
