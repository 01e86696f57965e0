from __future__ import annotations

import json

import pytest

from api.batch_lines import Line
from api.batch_process import BatchStopped, Worker


def test_a_worker_says_its_limit_answers_and_ends(refusal: str) -> None:
    with Worker() as worker:
        assert worker.hello() == 6_000_000
        raw = json.dumps({"id": "a", "text": refusal}).encode()
        good, passed_over, bad = worker.answer([Line(1, raw), Line(2, b"", "Too long."), Line(3, b"{")])
    assert json.loads(good)["client_id"] == "a"
    assert (json.loads(passed_over)["detail"], json.loads(passed_over)["line"]) == ("Too long.", 2)
    assert json.loads(bad)["line"] == 3


def test_a_worker_that_ended_is_said(refusal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # How long an interpreter takes to end on a busy machine is not what is looked at here.
    monkeypatch.setattr("api.batch_process._PATIENCE_SECONDS", 60)
    with Worker() as worker:
        worker.hello()
        worker.end()
        with pytest.raises(BatchStopped, match="ended with status 0"):
            worker.answer([Line(1, b"{}")])


@pytest.mark.parametrize(("model", "noted"), [("replay", True), ("none", False), (None, False)])
def test_a_worker_is_told_which_model_words_the_diagnoses(
    refusal: str, monkeypatch: pytest.MonkeyPatch, model: str | None, noted: bool
) -> None:
    monkeypatch.setenv("CASEWORKER_MODEL", "none")
    with Worker(model) as worker:
        worker.hello()
        [answer] = worker.answer([Line(1, json.dumps({"text": refusal}).encode())])
    notes = json.loads(answer)["diagnosis"]["notes"]
    assert any("model cannot be used" in note for note in notes) == noted
