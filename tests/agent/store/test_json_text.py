"""JSON that every database takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.store.json_text import JsonText, dumps, plain_text


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"a": [1, "é", None, 1.5]}, {"a": [1, "é", None, 1.5]}),
        ("a\x00b", "ab"),
        ({"k\x00": "\ud800x"}, {"k": "\ufffdx"}),
        ([float("nan"), float("inf"), 2.0], [None, None, 2.0]),
        ({"a": float("nan"), "b": "\x00"}, {"a": None, "b": ""}),
        ("a backslash \\u0000 in the text", "a backslash \\u0000 in the text"),
        ("a pair \U0001f600", "a pair \U0001f600"),
    ],
)
def test_what_a_database_cannot_keep_is_left_out(value: Any, kept: Any) -> None:
    assert json.loads(dumps(value)) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [(r'"a\u0000b"', "ab"), (r'"a\\u0000b"', r"a\u0000b"), (r'"a\\\u0000b"', "a\\b"), ('{"a":1}', {"a": 1})],
)
def test_json_that_is_written_already(written: str, kept: Any) -> None:
    assert json.loads(dumps(JsonText(written))) == kept


def test_text() -> None:
    assert plain_text("a\x00\udfffb") == "a\ufffdb"
