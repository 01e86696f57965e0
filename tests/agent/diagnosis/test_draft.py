"""A reply is a draft or it is none; the schema is what structured outputs take."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.diagnosis.draft import LONGEST, Draft, SecondOpinion, parse, parse_opinion, places, schema_of

GOOD: dict[str, Any] = {
    "summary": [{"text": "a", "cites": ["E1"]}],
    "steps": [{"id": "S1", "text": "b", "why": "c", "cites": []}],
    "notes": [{"id": "N1", "text": "d", "cites": []}],
    "recommendation": {"text": "e", "cites": []},
    "question": "f?",
    "causes": [{"id": "x", "reason": "g", "cites": []}],
    "language": "en",
}


def test_a_draft_is_read_and_all_its_texts_have_a_place() -> None:
    draft, wrong = parse(json.dumps(GOOD))
    assert draft is not None
    assert wrong == []
    assert [(p.where, p.text) for p in places(draft)] == [
        ("summary[0]", "a"),
        ("steps[0]", "b\nc"),
        ("notes[0]", "d"),
        ("recommendation", "e"),
        ("question", "f?"),
        ("causes[0]", "g"),
    ]


def test_a_fence_round_it_is_no_harm() -> None:
    assert parse(f"```json\n{json.dumps(GOOD)}\n```")[0] == parse(json.dumps(GOOD))[0]


@pytest.mark.parametrize("field", sorted(GOOD))
def test_every_field_must_be_there(field: str) -> None:
    draft, wrong = parse(json.dumps({k: v for k, v in GOOD.items() if k != field}))
    assert draft is None
    assert [(f.law, f.where) for f in wrong] == [("shape", "draft")]
    assert field in wrong[0].what


@pytest.mark.parametrize("extra", ["action", "confidence", "cost", "guidance"])
def test_nothing_else_may_be_there(extra: str) -> None:
    assert parse(json.dumps({**GOOD, extra: "answer"}))[0] is None


@given(st.text(max_size=60))
def test_a_broken_reply_is_a_finding_that_quotes_nothing(text: str) -> None:
    draft, wrong = parse('{"summary": [' + text)
    assert draft is None
    assert [f.what for f in wrong] == ["it is not one whole JSON object"]


def test_deep_and_long_replies_are_refused() -> None:
    assert parse("[" * 20_000)[0] is None
    assert "longer" in parse(" " * LONGEST + json.dumps(GOOD))[1][0].what


def test_too_much_is_a_finding_at_its_place() -> None:
    draft, wrong = parse(json.dumps({**GOOD, "summary": GOOD["summary"] * 8, "question": "x" * 2000}))
    assert draft is not None
    assert [f.where for f in wrong] == ["summary[6]", "summary[7]", "question"]


@pytest.mark.parametrize("noun", [Draft, SecondOpinion])
def test_the_schema_is_closed_and_every_field_required(noun: Any) -> None:
    schema = schema_of(noun)
    for node in [schema, *schema.get("$defs", {}).values()]:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])
    assert not {"description", "default", "maxLength", "minItems"} & set(json.dumps(schema).split('"'))
    schema.clear()
    assert schema_of(noun)


def test_a_second_opinion_is_read_or_none() -> None:
    assert parse_opinion('{"cause": "x", "clear": true}') == SecondOpinion(cause="x", clear=True)
    assert parse_opinion('{"cause": "x"') is None
