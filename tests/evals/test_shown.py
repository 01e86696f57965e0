"""What is kept of an answer: every word that its reader sees, and lines that show a change."""

from __future__ import annotations

from typing import Any

from evals.shown import Shown, shown_of


def test_every_word_of_the_answer_is_kept(answered: Any) -> None:
    answer = answered.answer
    text = "\n".join(shown_of(answer).lines())
    said = answer.diagnosis
    assert said.summary in text
    assert all(step.step in text for step in said.guidance)
    assert said.recommendation in text
    assert answer.causes[0].id in text


def test_a_changed_word_changes_one_line_and_the_file_gives_it_back(answered: Any) -> None:
    answer = answered.answer
    other = answer.model_copy(update={"diagnosis": answer.diagnosis.model_copy(update={"summary": "Other."})})
    old, new = shown_of(answer), shown_of(other)
    assert [pair for pair in zip(old.lines(), new.lines(), strict=True) if pair[0] != pair[1]] == [
        (f"summary: {answer.diagnosis.summary}", "summary: Other.")
    ]
    assert Shown.model_validate_json(old.model_dump_json()) == old
