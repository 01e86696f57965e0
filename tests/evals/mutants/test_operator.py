"""Putting words into an answer: where they were meant to go, and nowhere else."""

from __future__ import annotations

from typing import Any

from evals.mutants.operator import first_step, recommending, saying, summing_up, with_step


def test_words_go_where_they_are_put(answered: Any) -> None:
    answer = answered.answer
    said = answer.diagnosis
    assert recommending(answer, "X.").diagnosis.recommendation == f"{said.recommendation} X."
    assert summing_up(answer, "X.").diagnosis.summary == f"{said.summary} X."
    made = with_step(answer, "X.", at=1, cost="charges").diagnosis.guidance
    assert (made[1].step, made[1].cost, len(made)) == ("X.", "charges", len(said.guidance) + 1)
    other = first_step(answer, step="X.")
    assert other is not None
    assert other.diagnosis.guidance[1:] == said.guidance[1:]
    assert first_step(saying(answer, guidance=[]), step="X.") is None
