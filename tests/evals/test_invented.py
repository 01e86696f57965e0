"""What is shown: inventions of every kind, leaks, cut texts, missing citations, another language."""

from __future__ import annotations

from typing import Any

import pytest

from evals.invented import SHOWN, grade_shown
from evals.mutants.operator import first_step, recommending, saying
from prompts import load as load_prompts


def broken(answer: Any, answered: Any) -> dict[str, str]:
    results = grade_shown(answer, answered.catalogue)
    assert [result.name for result in results] == list(SHOWN)
    return {result.name: result.reason for result in results if result.value is False}


def test_a_right_answer_holds(answered: Any) -> None:
    assert broken(answered.answer, answered) == {}


@pytest.mark.parametrize(
    "words",
    [
        "Wait 7777 seconds.",
        "Take v9.8.7.",
        "See https://example.com/x.",
        "Run `rm -rf /`.",
        f"It is {'req_' + '0' * 20}.",
    ],
)
def test_what_stands_nowhere_is_invented(answered: Any, words: str) -> None:
    noted = saying(answered.answer, notes=[words])
    for answer in (recommending(answered.answer, words), noted):
        assert "stands nowhere in the case" in broken(answer, answered)["nothing_invented"]


def test_what_the_report_says_is_not_invented(answered: Any) -> None:
    assert broken(recommending(answered.answer, "It was 529, Overloaded."), answered) == {}


def test_a_count_of_our_own_is_not_invented(answered: Any) -> None:
    note = "Of the model's draft 7777 places did not stand on the evidence and were left out."
    assert broken(saying(answered.answer, notes=[note]), answered) == {}


def test_why_our_own_request_failed_is_not_invented(answered: Any) -> None:
    why = "These words are plain, because no model could be used: The model's provider failed."
    cause = "Likely cause: An incident (7777 errors)."
    assert broken(saying(answered.answer, notes=[f"{why} {cause}"]), answered) == {}
    assert "nothing_invented" in broken(saying(answered.answer, notes=[cause]), answered)


def test_a_leak_is_seen(answered: Any) -> None:
    prompts = load_prompts()
    line = next(line for line in prompts["system"].text.splitlines() if len(line.split()) > 14)
    for words in (prompts.canaries[0], line):
        assert "no_prompt_shown" in broken(recommending(answered.answer, f"{words}."), answered)


def test_cut_uncited_and_foreign_words_are_seen(answered: Any) -> None:
    answer = answered.answer
    assert broken(saying(answer, summary="The cause is pro"), answered)["whole"] == "not whole: summary"
    bare = first_step(answer, cites=[])
    assert broken(bare, answered)["each_step_cites"] == "cites nothing: step 1"
    german = "Das ist wahrscheinlich eine Störung und nicht die Schuld von einem Konto."
    assert "in_the_language" in broken(saying(answer, recommendation=german), answered)
    assert "in_the_language" in broken(
        answer.model_copy(
            update={
                "mode": "model",
                "report": answer.report.model_copy(
                    update={"text": f"{german} Ich habe das nicht gemacht.", "errors": []}
                ),
            }
        ),
        answered,
    )
