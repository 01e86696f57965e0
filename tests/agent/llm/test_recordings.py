"""Recordings: one key for one request, floats refused, every edit found, the same bytes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.llm.recordings import (
    VERSIONS,
    BadRecording,
    Recording,
    canonical,
    digest_of,
    dump,
    file_name,
    files_in,
    parse,
    read,
    request_key,
    write,
)
from tests.agent.llm.conftest import BODY, recorded

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(st.text(min_size=1, max_size=6), VALUES, max_size=6)


def _backwards(value: Any) -> Any:
    """The same value with the keys of every object in the opposite order."""
    if isinstance(value, dict):
        return {name: _backwards(value[name]) for name in reversed(list(value))}
    return [_backwards(inner) for inner in value] if isinstance(value, list) else value


@given(BODIES)
@settings(max_examples=150, deadline=None)
def test_the_key_depends_on_the_value_alone(body: dict[str, Any]) -> None:
    assert request_key(_backwards(body)) == request_key(body)
    assert json.loads(canonical(body)) == body


@given(BODIES, BODIES)
@settings(max_examples=150, deadline=None)
def test_other_values_have_other_keys(one: dict[str, Any], other: dict[str, Any]) -> None:
    one.pop("stream", None)
    other.pop("stream", None)
    assert (canonical(one) == canonical(other)) == (request_key(one) == request_key(other))


@given(BODIES, st.floats(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_float_anywhere_is_refused(body: dict[str, Any], number: float, deep: bool) -> None:
    with pytest.raises(ValueError, match="float"):
        request_key(body | {"x": {"y": [1, {"z": number}]} if deep else number})


def test_the_key_is_known_and_headers_belong_to_it() -> None:
    assert canonical({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}'.encode()
    assert request_key({}) == digest_of({"body": {}, "headers": dict(VERSIONS)})
    assert request_key({}) != request_key({}, {**VERSIONS, "anthropic-version": "2024-01-01"})
    assert request_key({}) != request_key({}, {**VERSIONS, "anthropic-beta": "x"})
    assert request_key({}) == request_key({}, {**VERSIONS, "authorization": "not looked at"})
    assert request_key(BODY | {"stream": True}) == request_key(BODY)
    assert request_key(BODY | {"stop_sequences": []}) != request_key(BODY)


def test_a_file_is_pretty_sorted_and_comes_back(tmp_path: Path) -> None:
    recording = recorded()
    path = write(recording, tmp_path / "new")
    text = path.read_text()
    assert read(path) == recording
    assert text == dump(recording) == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"
    assert [p.name for p in files_in(tmp_path / "new")] == ["blue-mill.json"]
    assert files_in(tmp_path / "none") == []
    assert (file_name("a", 0), file_name("a", 2)) == ("a.json", "a.t2.json")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda call: call["request"].update(max_tokens=801), "request"),
        (lambda call: call["request_headers"].update({"anthropic-beta": "x"}), "request"),
        (lambda call: call.update(request_sha256="0" * 64), "request"),
        (lambda call: call["response"]["content"][0].update(text="other"), "response"),
        (lambda call: call.update(response=None), "response"),
    ],
)
def test_an_edit_by_hand_is_found(change: Any, part: str) -> None:
    data = json.loads(dump(recorded()))
    change(data["calls"][0])
    found = Recording.model_validate(data).calls[0]
    assert found.edited == [part]
    assert recorded().calls[0].edited == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data.update(format=2), "format"),
        (lambda data: data.update(case="red-mill"), "red-mill.json"),
        (lambda data: data.update(trial=1), "blue-mill.t1.json"),
        (lambda data: data["provenance"].update(kind="guessed"), "provenance.kind"),
        (lambda data: data["provenance"].update(kind="authored", why=" "), "why"),
        (lambda data: data["calls"][0]["request"].update(temperature=0.5), "float"),
        (lambda data: data.update(more=1), "more"),
    ],
)
def test_what_is_no_recording_is_refused(change: Any, why: str) -> None:
    data = json.loads(dump(recorded()))
    change(data)
    with pytest.raises(BadRecording, match=why):
        parse(json.dumps(data), "blue-mill.json")


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_even_json_is_refused(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "blue-mill.json").write_bytes(raw)
    with pytest.raises(BadRecording, match=r"blue-mill\.json"):
        read(tmp_path / "blue-mill.json")
