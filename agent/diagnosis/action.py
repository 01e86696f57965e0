"""What to do with a differential: answer, ask, hand off or abstain. All thresholds stand here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.causes.cause import Differential, WeighedCause
from agent.diagnosis.diagnosis import Action

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue

ANSWER_LIKELIHOOD = 0.48
"""The first cause must be at least this likely to be acted on."""
ANSWER_LEAD = 0.12
"""And this far ahead of the second one."""
ALONE_LIKELIHOOD, ALONE_SHARE = 0.40, 0.50
"""A cause this likely may be acted on too where no other has this share of its likelihood."""
NONE_LIMIT = 0.58
"""From this likelihood of "none of these" on, nothing is concluded, however far the first leads."""
TURN_LIMIT = 0.15
"""Where one answer would put another cause first with this probability, an unconfirmed cause is not
acted on: the question comes first."""
ASK_FLOOR = 0.12
"""Below this the first cause is too faint for a question about it to help."""
LEADING_FLOOR = 0.10
LEADING_SHARE = 0.33
"""A leading cause has at least `LEADING_FLOOR`, and this share of the first one's likelihood."""
LEADING_MOST = 3


def stands_out(causes: list[WeighedCause]) -> bool:
    """Whether the first of the sorted causes may be acted on: likely enough, and clear of the second."""
    if not causes:
        return False
    second = causes[1].likelihood if len(causes) > 1 else 0.0
    first = causes[0].likelihood
    if first >= ALONE_LIKELIHOOD and second <= ALONE_SHARE * first:
        return True
    return first >= ANSWER_LIKELIHOOD and round(first - second, 9) >= ANSWER_LEAD


def leading(causes: list[WeighedCause]) -> list[WeighedCause]:
    """The causes that are still in the race, at most three; empty where none is likely enough to name."""
    if not causes or causes[0].likelihood < LEADING_FLOOR:
        return []
    bar = max(LEADING_FLOOR, LEADING_SHARE * causes[0].likelihood)
    return [c for c in causes[:LEADING_MOST] if c.likelihood >= bar]


def parts_the_leaders(differential: Differential) -> bool:
    """Whether there is a question whose answer moves one of the leading causes."""
    if differential.question is None or not differential.ranked:
        return False
    if differential.ranked[0].likelihood < ASK_FLOOR:
        return False
    return bool({c.id for c in leading(differential.ranked)} & set(differential.question.splits))


def choose(differential: Differential, catalogue: Catalogue) -> Action:
    """The action for a differential. Anything short of a cause that stands out asks or abstains."""
    ranked = differential.ranked
    first = catalogue.by_id.get(ranked[0].id) if ranked else None
    if first and stands_out(ranked) and differential.none < NONE_LIMIT:
        if not first.confirmed and differential.turns >= TURN_LIMIT and parts_the_leaders(differential):
            return "ask"
        return "handoff" if first.needs_person else "answer"
    return "ask" if parts_the_leaders(differential) else "abstain"
