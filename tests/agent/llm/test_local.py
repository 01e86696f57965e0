"""The local model: what it is asked, how its replies read, and one real reply where it is installed."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.diagnosis.draft import Draft, schema_of
from agent.diagnosis.model import Budget, ModelCall
from agent.errors import ModelUnavailable
from agent.llm import local
from agent.llm.local import LONGEST_TEXT, MOST_TOKENS, Local, bounded, chat_of, digest_of, open_local

pytestmark = pytest.mark.anyio
PLENTY = Budget(tokens=100_000, seconds=60, usd=1)
needs_packages = pytest.mark.skipif(local.missing() is not None, reason=str(local.missing()))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def body(text: str = "Say no.", **more: Any) -> dict[str, Any]:
    return {
        "model": "x",
        "max_tokens": 8_000,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}],
        **more,
    }


def chunk(text: str | None = None, stop: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"finish_reason": stop, "delta": {"content": text}}], **more}


class Engine:
    """A llama.cpp server that says given chunks until it is told to stop."""

    def __init__(self, *chunks: dict[str, Any]) -> None:
        self.chunks, self.said, self.asked = chunks, 0, dict[str, Any]()

    def handle_chat_completions(self, chat: dict[str, Any], heard: Callable[[Any], bool]) -> None:
        self.asked = chat
        for one in self.chunks:
            self.said += 1
            if heard(one):
                return


def test_a_request_keeps_its_words_and_gets_bounds() -> None:
    chat = chat_of(body(output_config={"format": {"type": "json_schema", "schema": schema_of(Draft)}}))
    assert chat["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Say no."},
    ]
    assert (chat["max_tokens"], chat["temperature"], chat["cache_prompt"]) == (MOST_TOKENS, 0, False)
    schema = json.loads(chat["grammar"].partition("%json ")[2])
    assert schema["$defs"]["Said"]["properties"]["text"] == {"type": "string", "maxLength": LONGEST_TEXT}
    assert schema["properties"]["causes"]["maxItems"] == local.MOST_ITEMS
    assert schema["additionalProperties"] is False


def test_bounds_leave_the_given_schema_as_it_is() -> None:
    schema = schema_of(Draft)
    bounded(schema)
    assert schema == schema_of(Draft)


def test_only_a_repair_goes_on_from_what_was_read() -> None:
    turn = {"role": "assistant", "content": [{"type": "text", "text": "{}"}]}
    first = body()
    assert chat_of({**first, "messages": [*first["messages"], turn, *first["messages"]]})["cache_prompt"]


async def test_a_reply_reads_as_a_message_of_the_api() -> None:
    spent = {"prompt_tokens": 7, "completion_tokens": 2}
    engine = Engine(chunk("No"), chunk("."), chunk(stop="stop"), {"choices": [], "usage": spent})
    said: list[str] = []
    reply = await Local(engine, "tiny@1").complete(ModelCall(step="draft", body=body()), said.append, PLENTY)
    assert (reply.outcome, reply.text, said, reply.model) == ("ok", "No.", ["No", "."], "tiny@1")
    assert (reply.usage.input_tokens, reply.usage.output_tokens, reply.usd) == (7, 2, 0)
    assert reply.response is not None
    assert reply.response["stop_reason"] == "end_turn"
    assert reply.response["content"] == [{"type": "text", "text": "No."}]


@pytest.mark.parametrize(
    ("last", "outcome", "stop"),
    [
        (chunk("half", "length"), "truncated", "max_tokens"),
        (
            {"error": {"type": "exceed_context_size_error", "n_prompt_tokens": 9_000}},
            "context_exceeded",
            "model_context_window_exceeded",
        ),
        ({"error": {"type": "server_error"}}, "provider_error", None),
        (chunk("half"), "broken_stream", None),
    ],
)
async def test_ends_are_typed(last: dict[str, Any], outcome: str, stop: str | None) -> None:
    reply = await Local(Engine(last), "tiny").complete(
        ModelCall(step="draft", body=body()), lambda _: None, PLENTY
    )
    assert (reply.outcome, (reply.response or {}).get("stop_reason")) == (outcome, stop)
    assert reply.why


async def test_out_of_time_it_says_so_and_stops_the_engine() -> None:
    waits = threading.Event()

    class Slow(Engine):
        def handle_chat_completions(self, chat: dict[str, Any], heard: Callable[[Any], bool]) -> None:
            while not heard(chunk("word ")):
                self.said += 1
                waits.wait(0.005)

    engine = Slow()
    call = ModelCall(step="draft", body=body())
    reply = await Local(engine, "tiny").complete(call, lambda _: None, Budget(tokens=9, seconds=0.1, usd=1))
    assert (reply.outcome, reply.response) == ("timeout", None)


async def test_with_nothing_to_spend_nothing_is_asked() -> None:
    engine = Engine()
    call = ModelCall(step="draft", body=body())
    reply = await Local(engine, "tiny").complete(call, lambda _: None, Budget(tokens=0, seconds=9, usd=1))
    assert (reply.outcome, engine.asked) == ("over_budget", {})


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(b"weights")
    assert digest_of(tmp_path / "w") == hashlib.sha256(b"weights").hexdigest()


async def test_without_the_packages_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "ENGINE", "no_such_engine")
    with pytest.raises(ModelUnavailable, match=r"not installed: no_such_engine.* \(pip install"):
        async with open_local():
            pass


@needs_packages
async def test_the_real_model_answers_in_the_form_asked_for_and_the_same_each_time() -> None:
    schema = {
        "type": "object",
        "properties": {"id": {"type": "string"}},
        "required": ["id"],
        "additionalProperties": False,
    }
    asked = body("Which?", output_config={"format": {"type": "json_schema", "schema": schema}})
    async with open_local(context=512) as model:
        assert model.draft_model.startswith("smollm2-135m-instruct-q4_1@")
        call = ModelCall(step="draft", body=asked)
        first, second = [await model.complete(call, lambda _: None, PLENTY) for _ in range(2)]
        assert first.outcome == "ok", first
        assert set(json.loads(first.text)) == {"id"}
        assert (first.text, first.response) == (second.text, second.response)
        long = ModelCall(step="draft", body=body("word " * 1_000))
        assert (await model.complete(long, lambda _: None, PLENTY)).outcome == "context_exceeded"
