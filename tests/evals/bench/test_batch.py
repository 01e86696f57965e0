"""Batches: the lines that are made, and a small one through the real command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.report.error_report import Submission
from evals.bench.batch import Progress, measure_batch, write_lines

REPORTS = [Submission(text="API Error: 529 Overloaded"), Submission(text="Context low")]


def test_no_two_lines_are_alike(tmp_path: Path) -> None:
    write_lines(REPORTS, 5, tmp_path / "in.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "in.jsonl").read_text().splitlines()]
    assert len({line["id"] for line in lines}) == len({line["text"] for line in lines}) == 5
    assert all(Submission.model_validate(line) for line in lines)


def test_the_start_ends_with_the_first_answer(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "out.jsonl")
    progress.look(1.0)
    (tmp_path / "out.jsonl").write_text("{}\n{}\n")
    progress.look(2.0)
    progress.look(3.0)
    assert (progress.first, progress.first_lines, progress.last) == (2.0, 2, 3.0)


def test_a_small_batch_goes_through_the_real_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_CAUSES", "/nowhere")
    batch = measure_batch(REPORTS, 3, 1)
    assert (batch.lines, batch.jobs) == (3, 1)
    assert 0 < batch.start_s <= batch.total_s
