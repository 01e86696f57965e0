"""What to ask a model next: a second opinion where causes are close, the draft, or its one repair."""

from __future__ import annotations

from typing import NamedTuple

from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.drafting import Drafting
from agent.diagnosis.escalation import is_close, rung
from agent.diagnosis.material import Material
from agent.diagnosis.model import ModelCall
from agent.diagnosis.request import draft_call, repair_call, triage_call
from prompts import PromptSet


class Models(NamedTuple):
    """The names of the models of the three rungs: cheap, ordinary, strong."""

    triage: str
    draft: str
    strong: str


def next_call(
    drafting: Drafting,
    material: Material,
    findings: list[Finding],
    prompts: PromptSet,
    models: Models,
    asked: tuple[str, ...] = (),
) -> ModelCall:
    """The next request of a case. `findings` are those of the draft before; `asked` the questions so far.

    The same case asks the same: nothing but its arguments gets in.
    """
    if not drafting.triaged and not drafting.drafts and is_close(material.causes):
        return triage_call(material, prompts, models.triage)
    wanted = rung(
        material.causes, drafting.opinion, contradiction=material.contradiction, failed=bool(findings)
    )
    name = models.strong if wanted == "strong" else models.draft
    call = draft_call(material, prompts, name, asked)
    return repair_call(call, drafting.text, findings, prompts, name) if findings else call
