"""The whole import, measured over few rows."""

from __future__ import annotations

import json
from pathlib import Path

from evals.bench.scale_import import measure_import


def test_rows_are_imported_and_a_diagnosis_is_made_with_them(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text(json.dumps({"title": "Request fails", "body": "overloaded"}) + "\n")
    found = measure_import(30, corpus)
    assert found.rows == 30
    assert found.per_second > 0
    assert found.rss_mb > 20
    assert found.diagnosis.runs == 100
    assert "import of 30 rows" in found.lines()[0]
