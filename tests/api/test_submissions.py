from __future__ import annotations

from typing import Any

import pytest

from agent.errors import BadInput
from api.submissions import fields_of, parse_json, settings_from, submission_from


@pytest.mark.parametrize(
    "text",
    [
        "just words",
        '{"type":"error","error":{"type":"api_error","message":"x"},"request_id":"req_1"}',
        '{"title": "as GitHub exports it", "body": "..."}',
        '{"broken": ',
        "[1, 2]",
        "{}",
        "[" * 10_000,
    ],
)
def test_what_is_no_submission_is_the_paste_itself(text: str) -> None:
    assert fields_of(text) == {"text": text}


def test_a_json_submission_gives_its_fields() -> None:
    assert fields_of('{"text": "x", "title": "y"}') == {"text": "x", "title": "y"}
    assert fields_of('{"error": {"message": "x"}}') == {"error": {"message": "x"}}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"titel": "x", "text": "y"}, "unknown field 'titel' (did you mean title?)"),
        ({"text": "x", "environment": {"client": "1"}}, "did you mean client_version?"),
        ({"text": "x", "environment": {"zzz": "1"}}, "known fields: client_version, platform"),
        ({"text": 7}, "text: Input should be a valid string"),
        ({"text": "x", "usage": 5}, "usage: must be text, an object or a list"),
        ({"text": "x", "error": True}, "error: must be text, an object or a list"),
        ({"text": "x", "source": {"reported_at": "soon"}}, "source.reported_at: "),
        ({"title": "only a title"}, "at least one of text, error or source.url"),
        ({"text": "x", "id": "i" * 201}, "id: "),
        ([], "JSON object"),
    ],
)
def test_each_fault_is_named(value: Any, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        submission_from(value)
    assert says in str(refused.value)


def test_a_misspelt_submission_is_not_taken_for_a_paste() -> None:
    with pytest.raises(BadInput, match="did you mean title"):
        submission_from(fields_of('{"titel": "x", "text": "y"}'))


def test_an_unknown_product_is_accepted() -> None:
    assert submission_from({"text": "x", "product": "toaster"}).product == "toaster"


@pytest.mark.parametrize(
    "text", ["{", "[" * 10_000 + "]" * 10_000, "[" * 200 + "]" * 200, '{"a": NaN}', "1" * 5000, ""]
)
def test_bad_json_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        parse_json(text)


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert submission_from(parse_json('{"text": "a\\ud800b", "id": "\\ud83d\\ude00"}')).text == "a\ufffdb"
    assert parse_json('"\\ud83d\\ude00"') == "\U0001f600"


def test_settings_part_environment_and_product() -> None:
    assert settings_from(["plan=max", "product=claude-code"]) == ({"plan": "max"}, "claude-code")


def test_an_unknown_setting_names_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"known fields: client_version, .*product"):
        settings_from(["zzz=1"])
