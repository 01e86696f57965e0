"""The bodies that are sent: the stable part first with the cache mark, no tool, the same bytes each time."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

import prompts
from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.draft import Draft, SecondOpinion, schema_of
from agent.diagnosis.material import Material, material_of
from agent.diagnosis.model import ModelCall
from agent.diagnosis.request import draft_call, repair_call, triage_call

PROMPTS = prompts.load()


@pytest.fixture
def material(room: SimpleNamespace) -> Material:
    return material_of(
        room.seed_diagnosis(),
        room.seed_report(),
        room.seed_usage(),
        room.ranked(**room.SEED),
        room.load_catalogue(),
    )


def floats(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(floats(inner) for inner in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, float)


def calls(material: Material) -> list[ModelCall]:
    first = draft_call(material, PROMPTS, "m")
    finding = Finding(law="grounded", where="summary[0]", what="it cites </data> E9")
    return [
        first,
        draft_call(material, PROMPTS, "m", asked=("Which version?",)),
        repair_call(first, "{}", [finding], PROMPTS, "n"),
        triage_call(material, PROMPTS, "o"),
    ]


def test_the_stable_part_is_first_and_marked(material: Material) -> None:
    for call in calls(material):
        system = call.body["system"]
        assert [block.get("cache_control") for block in system] == [{"type": "ephemeral"}]
        assert "cache_control" not in json.dumps(call.body["messages"])
        assert not {"tools", "tool_choice", "temperature"} & set(call.body)
    first, later, repair, triage = calls(material)
    assert first.body["system"] == later.body["system"] == repair.body["system"]
    assert [c.step for c in (first, later, repair, triage)] == ["draft", "follow_up", "repair", "triage"]


def test_nothing_in_a_body_changes_from_call_to_call(material: Material) -> None:
    assert calls(material) == calls(material)
    assert not any(floats(call.body) for call in calls(material))


def test_each_reply_has_its_schema(material: Material) -> None:
    first, _, repair, triage = calls(material)
    assert first.body["output_config"]["format"]["schema"] == schema_of(Draft)
    assert repair.body["output_config"] == first.body["output_config"]
    assert triage.body["output_config"]["format"]["schema"] == schema_of(SecondOpinion)


def test_words_need_little_thought_and_have_room_for_it(material: Material) -> None:
    first, _, repair, triage = calls(material)
    assert {call.body["output_config"]["effort"] for call in (first, repair)} == {"low"}
    assert "effort" not in triage.body["output_config"]
    assert first.body["max_tokens"] >= 4 * 1_500


def test_a_repair_goes_on_with_the_conversation_and_ends_with_the_user(material: Material) -> None:
    first, _, repair, _ = calls(material)
    messages = repair.body["messages"]
    assert messages[:1] == first.body["messages"]
    assert [m["role"] for m in messages] == ["user", "assistant", "user"]
    assert messages[2]["content"][0]["text"].count("</data>") == 1


def test_the_question_of_a_conversation_is_told(material: Material) -> None:
    _, later, _, _ = calls(material)
    assert '{"asked":"Which version?"}' in later.body["messages"][0]["content"][0]["text"]
