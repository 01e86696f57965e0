"""The lines: kinds apart, the plain word about live recordings, sections by gravity, the verdict last."""

from __future__ import annotations

from typing import Any

from evals.reports.text import NO_LIVE, headlines, lines_of, sections


def test_the_verdict_stands_last_and_the_findings_before(told: Any) -> None:
    lines = list(lines_of(*told))
    assert lines[-1].startswith("verdict: worse (exit 1)")
    assert [title for title, _ in sections(told.verdict)] == ["worse", "recordings"]
    assert "clean by room: report 0 of 0, usage 0 of 0, issues 0 of 0, causes 1 of 2" in "\n".join(lines)
    assert any("50% of all stand in the cacheable prefix" in line for line in lines)


def test_kinds_are_never_added_up_and_quality_is_said_of_models_alone(told: Any) -> None:
    rows = [
        told.results.rows[1].model_copy(update={"kind": kind, "trial": n})
        for n, kind in enumerate(("authored", "local"))
    ]
    results = told.results.model_copy(update={"rows": [*told.results.rows, *rows]})
    lines = list(headlines(results))
    assert lines[0].startswith("plain: 2 rows")
    assert lines[1].startswith("local: 1 rows")
    assert "words of the model stood in 0" in lines[1]
    assert lines[2] == "authored: 1 rows, the laws hold in 1"
    assert NO_LIVE in lines
    live = results.model_copy(update={"rows": [rows[0].model_copy(update={"kind": "live"})]})
    assert NO_LIVE not in list(headlines(live))
