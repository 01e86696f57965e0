"""Recording: known fields alone, no secret, no fault of the provider taken for what a model said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.diagnosis.model import Budget, ModelCall, ModelReply
from agent.llm.record import (
    CannotRecord,
    HoldsSecret,
    Recorder,
    kept_response,
    make_recording,
    save,
    secrets_in,
)
from agent.llm.recordings import VERSIONS, read
from evals.bench.messages_server import Says
from tests.agent.llm.conftest import BODY, KEY, PLENTY, Open, message, recorded, recorded_call

pytestmark = pytest.mark.anyio
SECRETS = {
    "anthropic-key": KEY,
    "aws-key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "jwt": "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0" + ".abc",
    "bearer": "authorization: Bearer " + "abcdef0123456789abcdef",
    "github-token": "ghp_" + "a1" * 15,
}


class Said:
    """A model that gives one reply."""

    name = triage_model = draft_model = strong_model = "said"

    def __init__(self, reply: ModelReply) -> None:
        self.reply = reply

    async def complete(self, call: ModelCall, said: Callable[[str], None], budget: Budget) -> ModelReply:
        return self.reply


async def kept(reply: ModelReply, body: dict[str, Any] = BODY, **options: Any) -> Recorder:
    recorder = Recorder(Said(reply), **options)
    assert await recorder.complete(ModelCall(step="draft", body=body), str, PLENTY) is reply
    return recorder


async def test_only_known_fields_are_kept() -> None:
    response = message("words") | {"container": {"id": "x"}, "headers": {"authorization": "y"}}
    response["usage"] |= {"server_tool_use": {}, "cache_creation": {"ephemeral_1h_input_tokens": 0, "x": 1}}
    response["content"].append({"type": "thinking", "thinking": "hm", "signature": "c2ln"})
    recorder = await kept(ModelReply(outcome="ok", response=response, model="m", request_id="req_1"))
    (call,) = recorder.calls
    said = json.dumps(call.response)
    assert not [name for name in ("container", "authorization", "server_tool_use", "c2ln") if name in said]
    assert call.response == kept_response(call.response or {})
    assert call.request_headers == dict(VERSIONS)
    assert (recorder.returned, recorder.request_id, recorder.failed) == ("m", "req_1", None)
    assert call.edited == []


async def test_an_unknown_field_of_a_request_is_refused() -> None:
    with pytest.raises(CannotRecord, match="metadata"):
        await kept(ModelReply(outcome="ok"), BODY | {"metadata": {"user_id": "u"}})


@pytest.mark.parametrize("outcome", ["rate_limited", "overloaded", "timeout", "bad_key", "broken_stream"])
async def test_a_bad_moment_is_no_recording(outcome: Any) -> None:
    recorder = await kept(ModelReply(outcome=outcome, response=message("half", None)))
    assert recorder.calls == []
    assert recorder.failed is not None


async def test_a_bad_moment_that_is_written_by_hand_is_kept() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded", "x": 1}, "y": 2}
    recorder = await kept(ModelReply(outcome="overloaded", response=error), faults=True)
    assert recorder.calls[0].response == {
        "type": "error",
        "error": {"type": "overloaded_error", "message": "Overloaded"},
        "request_id": None,
    }
    assert (await kept(ModelReply(outcome="unreachable"), faults=True)).calls[0].response is None


@pytest.mark.parametrize("kind", list(SECRETS))
@pytest.mark.parametrize("place", ["request", "response", "provenance"])
async def test_a_secret_is_never_written(kind: str, place: str, tmp_path: Path) -> None:
    text = f"before {SECRETS[kind]} after"
    body = BODY | {"messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]}
    recording = {
        "request": recorded(recorded_call(body)),
        "response": recorded(recorded_call(response=message(json.dumps({"x": text})))),
        "provenance": recorded().model_copy(
            update={"provenance": recorded().provenance.model_copy(update={"why": text})}
        ),
    }[place]
    with pytest.raises(HoldsSecret, match=place) as refused:
        save(recording, tmp_path)
    assert SECRETS[kind] not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


async def test_what_was_taken_out_before_and_an_invented_address_may_stand(tmp_path: Path) -> None:
    text = "[redacted:anthropic-key] [redacted:email]"
    body = BODY | {"messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]}
    good = recorded(recorded_call(body, message("write to help@" + "example.com")))
    assert read(save(good, tmp_path)) == good
    body = BODY | {"messages": [{"role": "user", "content": [{"type": "text", "text": "a@" + "b.com"}]}]}
    assert [kind for kind, _ in secrets_in(recorded(recorded_call(body)))] == ["email"]


async def test_a_live_model_is_recorded_without_its_key(provider: Open, tmp_path: Path) -> None:
    async with provider(Says("words", thinking="hm")) as scene:
        recorder = Recorder(scene.live, {**VERSIONS, "anthropic-version": scene.live.api_version})
        reply = await recorder.complete(ModelCall(step="draft", body=BODY), str, PLENTY)
        asked = scene.server.asked[0]
    assert scene.live.api_version == VERSIONS["anthropic-version"], "replay looks for this version"
    assert {**recorder.calls[0].request, "stream": True} == asked.body
    recording = make_recording("blue-mill", 0, recorder, recorded().provenance)
    text = save(recording, tmp_path).read_text()
    assert KEY not in text
    assert "authorization" not in text.lower()
    assert recording.provenance.model_returned == reply.model
    assert recording.provenance.request_id == reply.request_id
