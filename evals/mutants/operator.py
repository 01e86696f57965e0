"""What an operator is: a name, the check that must notice, and the change of one answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.diagnosis.diagnosis import Answer, Guidance
from evals.case import Case

Change = Callable[[Case, Answer], Answer | None]
"""Gives the spoiled answer, or None where the answer has nothing to spoil."""
Expect = Callable[[Case, Answer], Case]
"""Gives the case an expectation that the whole answer meets, where cases seldom state one."""


@dataclass(frozen=True)
class Operator:
    """One way to spoil an answer. `check` is "room.result", the one that must break or get worse."""

    name: str
    check: str
    change: Change
    expect: Expect | None = None


def saying(answer: Answer, **fields: object) -> Answer:
    """The answer with other fields of its diagnosis."""
    return answer.model_copy(update={"diagnosis": answer.diagnosis.model_copy(update=fields)})


def with_step(answer: Answer, words: str, *, at: int = 0, cost: str = "free") -> Answer:
    """The answer with one more step at a place, which cites what the answer has."""
    cites = [answer.diagnosis.evidence[0].id] if answer.diagnosis.evidence else []
    step = Guidance.model_validate(
        {"step": words, "why": "It may help.", "cost": cost, "reversible": True, "cites": cites}
    )
    steps = list(answer.diagnosis.guidance)
    return saying(answer, guidance=[*steps[:at], step, *steps[at:]])


def first_step(answer: Answer, **fields: object) -> Answer | None:
    """The answer with other fields of its first step; None where it has none."""
    steps = answer.diagnosis.guidance
    if not steps:
        return None
    return saying(answer, guidance=[steps[0].model_copy(update=fields), *steps[1:]])


def recommending(answer: Answer, words: str) -> Answer:
    """The answer with more words at the end of its recommendation."""
    return saying(answer, recommendation=f"{answer.diagnosis.recommendation} {words}")


def summing_up(answer: Answer, words: str) -> Answer:
    """The answer with more words at the end of its summary."""
    return saying(answer, summary=f"{answer.diagnosis.summary} {words}")
