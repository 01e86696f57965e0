"""Which model words a case: a rule over confidence and disagreement, not a habit.

The cheap model is asked for a second opinion only where the first causes are close. The strong one
drafts where that opinion disagrees, and mends a draft that did not stand. Everything else is for the
ordinary model.
"""

from __future__ import annotations

from typing import Literal

from agent.causes.cause import WeighedCause
from agent.diagnosis.action import ANSWER_LEAD, ASK_FLOOR
from agent.diagnosis.draft import SecondOpinion

Rung = Literal["draft", "strong"]


def is_close(causes: list[WeighedCause]) -> bool:
    """Whether the first two of the sorted causes are so close that a second opinion may tell."""
    if len(causes) < 2 or causes[0].likelihood < ASK_FLOOR:
        return False
    return round(causes[0].likelihood - causes[1].likelihood, 9) < ANSWER_LEAD


def rung(
    causes: list[WeighedCause],
    opinion: SecondOpinion | None,
    *,
    contradiction: bool = False,
    failed: bool = False,
) -> Rung:
    """Who drafts. `failed`: a draft of this case did not stand on its evidence.

    Close causes go to the strong model where the second opinion names another cause, is missing, or
    where the account contradicts the error, which is where a wrong word costs money.
    """
    if failed:
        return "strong"
    if not is_close(causes):
        return "draft"
    if contradiction or opinion is None:
        return "strong"
    return "draft" if opinion.clear and opinion.cause == causes[0].id else "strong"
