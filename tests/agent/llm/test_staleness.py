"""Staleness: which of prompt, evidence, schema, model or parameter changed, with the old and the new."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from agent.llm.recordings import VERSIONS
from agent.llm.staleness import SHOWN, nearest, what_changed
from prompts import data_lines, load
from tests.agent.llm.conftest import BODY, SCHEMA

LINES = [
    {"plain": {"summary": "It is overloaded.", "recommendation": "Wait."}},
    {"cause": "service-overloaded", "likelihood": "90 %"},
    {"evidence": "E1", "kind": "error", "text": "529 Overloaded"},
]


def body(lines: Any = LINES, action: str = "answer", **changed: Any) -> dict[str, Any]:
    """A request as the road makes it, with the packaged prompts."""
    prompts = load()
    text = prompts["diagnose"].render(action=action, language="English", data=data_lines(lines))
    system = {"type": "text", "text": prompts["system"].text, "cache_control": {"type": "ephemeral"}}
    messages = [{"role": "user", "content": [{"type": "text", "text": text}]}]
    return {**deepcopy(BODY), "system": [system], "messages": messages, **changed}


def told(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str | None, str | None]]:
    return [(c.what, c.field, c.old, c.new) for c in what_changed(old, new, prompts=load())]


def test_nothing_changed_is_nothing() -> None:
    assert what_changed(body(), body(), prompts=load()) == []
    assert what_changed(body(), body() | {"stream": True}) == []


def test_evidence_is_told_by_the_line_and_field_that_changed() -> None:
    lines = deepcopy(LINES)
    lines[1]["likelihood"] = "70 %"
    lines[2]["text"] = "529 overloaded_error"
    assert told(body(), body([*lines, {"evidence": "E2", "kind": "usage", "text": "0 %"}])) == [
        ("evidence", "messages[0].data.service-overloaded.likelihood", "90 %", "70 %"),
        ("evidence", "messages[0].data.E1.text", "529 Overloaded", "529 overloaded_error"),
        (
            "evidence",
            "messages[0].data.E2",
            None,
            '{"evidence": "E2", "kind": "usage", "text": "0 %"}',
        ),
    ]
    assert told(body(), body(LINES[:2]))[0][1:3] == (
        "messages[0].data.E1",
        '{"evidence": "E1", "kind": "error", "text": "529 Overloaded"}',
    )


def test_a_value_that_is_filled_in_is_not_the_prompt() -> None:
    assert told(body(), body(action="ask")) == [("evidence", "messages[0].action", "answer", "ask")]


def test_a_prompt_is_told_from_its_data() -> None:
    old, lines = body(), deepcopy(LINES)
    old["system"][0]["text"] = old["system"][0]["text"].replace("You", "Thou", 1)
    first = old["messages"][0]["content"][0]
    first["text"] = first["text"].replace("The action is", "What to do is")
    lines[2]["text"] = "500"
    found = told(old, body(lines))
    assert [(what, field) for what, field, _, _ in found] == [
        ("prompt", "system[0]"),
        ("prompt", "messages[0]"),
        ("evidence", "messages[0].data.E1.text"),
    ]
    assert "Thou" in str(found[0][2])
    assert "You" in str(found[0][3])
    assert "What to do is answer" in str(found[1][2])


@pytest.mark.parametrize(
    ("changed", "what", "field"),
    [
        ({"model": "claude-opus-5-5"}, "model", "model"),
        ({"max_tokens": 900}, "parameter", "max_tokens"),
        ({"stop_sequences": ["x"]}, "parameter", "stop_sequences"),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {**SCHEMA, "required": []}}}},
            "schema",
            "output_config.format.schema.required",
        ),
        ({"output_config": {**BODY["output_config"], "effort": "high"}}, "parameter", "output_config.effort"),
    ],
)
def test_each_other_field_has_its_name(changed: dict[str, Any], what: str, field: str) -> None:
    (change,) = what_changed(body(), body(**changed), prompts=load())
    assert (change.what, change.field) == (what, field)
    assert change.words.startswith(f"{what} {field}: ")


def test_headers_are_parameters_and_long_values_are_cut_where_they_part() -> None:
    (change,) = what_changed(BODY, BODY, VERSIONS, {**VERSIONS, "anthropic-version": "2030-01-01"})
    assert (change.what, change.field, change.new) == ("parameter", "anthropic-version", "2030-01-01")
    old, new = deepcopy(BODY), deepcopy(BODY)
    old["system"][0]["text"] = "a" * 500 + "X" + "b" * 500
    new["system"][0]["text"] = "a" * 500 + "Y" + "b" * 500
    (change,) = what_changed(old, new)
    assert (change.old or "").startswith("..." + "a" * 20 + "Xb")
    assert len(change.new or "") == SHOWN + 6


def test_the_repair_shows_what_the_model_said_as_evidence() -> None:
    said = [{"role": "assistant", "content": [{"type": "text", "text": "one"}]}]
    other = [{"role": "assistant", "content": [{"type": "text", "text": "two"}]}]
    old, new = body(), body()
    changes = what_changed(
        {**old, "messages": old["messages"] + said}, {**new, "messages": new["messages"] + other}
    )
    assert [(c.what, c.field, c.old, c.new) for c in changes] == [("evidence", "messages[1]", "one", "two")]


def test_the_nearest_is_the_one_with_the_same_lines() -> None:
    others = [body(LINES[:1]), body(), body([{"evidence": "E9", "kind": "x", "text": "y"}])]
    assert nearest(body(max_tokens=1), others) == 1
    assert nearest(body(), []) is None
