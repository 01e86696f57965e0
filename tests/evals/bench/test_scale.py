"""`scale`: a small run goes through, and what cannot be measured is said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evals.bench.__main__ import main


def test_a_small_run_gives_figures_of_both(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scale", "--issues", "1000", "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert set(document) == {"sqlite", "fts5"}
    for figures in document.values():
        assert figures["size_mb"] > 0.1
        assert figures["search"]["runs"] == 98
        assert 0 < figures["search"]["p50_ms"] <= figures["search"]["p95_ms"]
        assert 0 < figures["cpu"]["p50_ms"] <= figures["cpu"]["p95_ms"]


@pytest.mark.parametrize("given", [["--issues", "5"], ["--corpus", "/nowhere/at/all.jsonl"]])
def test_what_cannot_be_measured_is_said(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scale", *given]) == 2
    assert "could not measure" in capsys.readouterr().err
