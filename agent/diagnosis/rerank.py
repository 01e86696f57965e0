"""What a model's order of the causes may change: little, with a reason, and never the action.

Where code answers or hands off, the first cause stands out, and it stays first. Elsewhere a cause may
move above one that is close to it. Both then share their likelihood, so the list stays sorted and no
cause becomes likelier than the weighing made the first of the two.
"""

from __future__ import annotations

from agent.causes.cause import Differential, WeighedCause
from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.draft import Draft
from agent.diagnosis.material import Material
from agent.diagnosis.wholeness import moved_up

SHARE = 0.6
"""A cause may pass another one only with this share of its likelihood."""


def reranked(
    differential: Differential, draft: Draft, material: Material, findings: list[Finding]
) -> Differential:
    """The differential with the moves of `draft` that stand; `differential` itself where none does."""
    struck = {finding.where for finding in findings}
    causes = list(differential.ranked)
    given = [cause.id for cause in material.causes]
    moves = moved_up([cause.id for cause in draft.causes], given)
    for i, said in enumerate(draft.causes):
        if said.id in moves and f"causes[{i}]" not in struck:
            above = [c.id for c in draft.causes[i + 1 :] if c.id in given and c.id != said.id]
            causes = _moved(causes, said.id, above, fixed=material.first)
    if causes == differential.ranked:
        return differential
    return differential.model_copy(update={"ranked": causes})


def _moved(causes: list[WeighedCause], name: str, above: list[str], fixed: str | None) -> list[WeighedCause]:
    """`name` moved up past those of `above` that stand right before it and are close."""
    causes = list(causes)
    at = next(i for i, cause in enumerate(causes) if cause.id == name)
    while at > 0 and causes[at - 1].id in above and causes[at - 1].id != fixed:
        before, mine = causes[at - 1], causes[at]
        if mine.likelihood < SHARE * before.likelihood:
            break
        shared = round((before.likelihood + mine.likelihood) / 2, 4)
        causes[at - 1] = mine.model_copy(update={"likelihood": shared})
        causes[at] = before.model_copy(update={"likelihood": shared})
        at -= 1
    return sorted(causes, key=lambda cause: -cause.likelihood)
