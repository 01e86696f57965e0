"""What is asked next: a second opinion where causes are close, then the draft, then one repair."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import prompts
from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.drafting import Drafting
from agent.diagnosis.material import material_of
from agent.diagnosis.model import Budget, ModelReply
from agent.diagnosis.next_call import Models, next_call

MODELS = Models("small", "middle", "large")
WRONG = [Finding(law="grounded", where="summary[0]", what="x")]


@pytest.mark.parametrize(
    ("second", "said", "findings", "wanted"),
    [
        (0.1, None, [], ("draft", "middle")),
        (0.6, None, [], ("triage", "small")),
        (0.6, '{"cause": "server-misrouted-to-extra-usage", "clear": true}', [], ("draft", "large")),
        (0.1, None, WRONG, ("repair", "large")),
    ],
)
def test_what_is_asked_next(
    room: SimpleNamespace, second: float, said: str | None, findings: list[Finding], wanted: tuple[str, str]
) -> None:
    ranked = room.ranked(legacy_client_misclassified=0.65, server_misrouted_to_extra_usage=second)
    plain = room.seed_diagnosis()
    material = material_of(plain, room.seed_report(), room.seed_usage(), ranked, room.load_catalogue())
    drafting = Drafting(plain=plain, left=Budget(tokens=1000, seconds=1, usd=1))
    if said:
        drafting = drafting.heard("triage", ModelReply(outcome="ok", text=said))
    if findings:
        drafting = drafting.heard("draft", ModelReply(outcome="ok", text="{}"))
    call = next_call(drafting, material, findings, prompts.load(), MODELS)
    assert (call.step, call.body["model"]) == wanted
