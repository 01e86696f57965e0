"""The answer says what it was made with, and whether words of a model are in it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from agent.diagnosis.answer import answer_of
from agent.diagnosis.diagnosis import Answer, Provenance
from agent.diagnosis.drafting import Drafting
from agent.diagnosis.model import Budget, ModelReply, ModelUsage
from agent.report.error_report import Submission

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


@pytest.fixture
def rooms(room: SimpleNamespace) -> dict[str, Any]:
    nouns = {
        "report": room.seed_report(),
        "usage": room.seed_usage(),
        "causes": room.differential(**room.SEED),
        "diagnosis": room.seed_diagnosis(),
    }
    return {name: noun.model_dump(mode="json") for name, noun in nouns.items()} | {"issues": []}


def answer(rooms: dict[str, Any]) -> Answer:
    made_with = Provenance(catalogue="c", prompt="p", issues_as_of=NOON)
    return answer_of(Submission(id="mine", text="x"), rooms, "dx_1", NOON, made_with, {"read": 1.0})


def test_without_a_model_nothing_names_one(rooms: dict[str, Any]) -> None:
    made = answer(rooms)
    assert (made.id, made.client_id, made.mode, made.cost.usd) == ("dx_1", "mine", "plain", 0)
    assert made.provenance == Provenance(catalogue="c", issues_as_of=NOON)
    assert made.causes[0].id == "legacy-client-misclassified"


@pytest.mark.parametrize(("stood", "mode"), [(True, "model"), (False, "plain")])
def test_with_a_model_its_cost_is_told_whether_its_words_stood_or_not(
    rooms: dict[str, Any], room: SimpleNamespace, stood: bool, mode: str
) -> None:
    usage = ModelUsage(input_tokens=10, output_tokens=2, cache_read_tokens=5)
    reply = ModelReply(outcome="ok", text="{}", model="m", usage=usage, usd=0.5, recorded=True)
    drafting = Drafting(plain=room.seed_diagnosis(), left=Budget(tokens=99, seconds=1, usd=1))
    rooms["draft"] = (
        drafting.heard("draft", reply).model_copy(update={"stood": stood}).model_dump(mode="json")
    )
    made = answer(rooms)
    assert made.mode == mode
    assert (made.cost.input_tokens, made.cost.output_tokens, made.cost.usd) == (15, 2, 0.5)
    assert made.provenance == Provenance(
        catalogue="c", prompt="p", model="m", recorded=True, issues_as_of=NOON
    )
