"""Replay: what was recorded comes back, what was not is refused with the reason, and no socket is opened."""

from __future__ import annotations

import asyncio
import socket
from copy import deepcopy
from typing import Any

import pytest

from agent.diagnosis.model import ModelCall, ModelReply
from agent.diagnosis.next_call import Models
from agent.llm.recordings import RecordedCall
from agent.llm.replay import STATUS, Replay, models_of, replayed
from tests.agent.llm.conftest import BODY, PLENTY, message, recorded, recorded_call

NAMES = Models("t", "d", "s")


def ask(replay: Replay, body: dict[str, Any] = BODY, step: Any = "draft") -> tuple[ModelReply, list[str]]:
    said: list[str] = []
    call = ModelCall(step=step, body=body)
    return asyncio.run(replay.complete(call, said.append, PLENTY)), said


def other(text: str) -> dict[str, Any]:
    changed = deepcopy(BODY)
    changed["messages"][0]["content"][0]["text"] = f'<data>\n{{"evidence":"E1","text":"{text}"}}\n</data>\n'
    return changed


def test_the_reply_comes_back_without_cost_or_time() -> None:
    replay = Replay([recorded(recorded_call(response=message("words")))], NAMES, one_case=True)
    reply, said = ask(replay, BODY | {"stream": True})
    assert (reply.outcome, reply.text, said, reply.recorded) == ("ok", "words", ["words"], True)
    assert (reply.usd, reply.latency_ms, reply.usage.input_tokens) == (0.0, 0, 1200)
    assert reply.model == BODY["model"]
    assert (replay.misses, replay.unused) == ([], [])
    assert (replay.triage_model, replay.draft_model, replay.strong_model) == NAMES


def test_it_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    async def walk() -> ModelReply:
        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a socket was opened")

        monkeypatch.setattr(socket, "socket", refuse)
        monkeypatch.setattr(socket, "create_connection", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        await replay.complete(ModelCall(step="draft", body=other("x")), str, PLENTY)
        return await replay.complete(ModelCall(step="draft", body=BODY), str, PLENTY)

    replay = Replay([recorded()], NAMES)
    assert asyncio.run(walk()).outcome == "ok"


def test_another_request_of_the_case_is_stale_and_says_what_changed() -> None:
    replay = Replay([recorded(recorded_call(other("old")))], NAMES, one_case=True)
    reply, said = ask(replay, other("new") | {"max_tokens": 7})
    assert (reply.outcome, reply.text, said) == ("stale", "", [])
    (miss,) = replay.misses
    assert [(c.what, c.old, c.new) for c in miss.changes] == [
        ("evidence", "old", "new"),
        ("parameter", "800", "7"),
    ]
    assert "evidence, parameter" in reply.why
    assert "new" not in reply.why, "notes hold nothing that a user wrote"
    assert len(replay.unused) == 1


def test_a_step_that_was_not_recorded_is_not_stale() -> None:
    replay = Replay([recorded()], NAMES, one_case=True)
    reply, _ = ask(replay, BODY | {"max_tokens": 9}, step="repair")
    assert (reply.outcome, replay.misses[0].changes) == ("not_recorded", [])
    ask(replay)
    reply, _ = ask(replay, BODY | {"max_tokens": 9})
    assert reply.outcome == "not_recorded", "the only draft was answered already"


def test_a_folder_answers_what_it_holds_and_knows_its_own_reports() -> None:
    recordings = [
        recorded(recorded_call(other("a"), message("of a")), case="a-mill"),
        recorded(recorded_call(other("b"), message("of b")), case="b-mill"),
        recorded(recorded_call(other("b"), message("local")), case="b-mill", kind="local", trial=1),
    ]
    replay = Replay(list(reversed(recordings)), NAMES)
    assert ask(replay, other("b"))[0].text == "of b"
    assert ask(replay, other("c"))[0].outcome == "not_recorded"
    assert ask(replay, other("a") | {"max_tokens": 7})[0].outcome == "stale"


@pytest.mark.parametrize(
    ("stop", "outcome"),
    [
        ("max_tokens", "truncated"),
        ("refusal", "refusal"),
        ("model_context_window_exceeded", "context_exceeded"),
        (None, "broken_stream"),
    ],
)
def test_every_end_of_a_message_means_what_it_means_live(stop: str | None, outcome: str) -> None:
    assert replayed(message("part", stop)).outcome == outcome


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("overloaded_error", "overloaded"),
        ("rate_limit_error", "rate_limited"),
        ("authentication_error", "bad_key"),
        ("billing_error", "billing"),
        ("timeout_error", "timeout"),
        ("api_error", "provider_error"),
        ("invalid_request_error", "bad_request"),
        ("request_too_large", "context_exceeded"),
    ],
)
def test_every_error_of_the_api_means_what_it_means_live(kind: str, outcome: str) -> None:
    response = {"type": "error", "error": {"type": kind, "message": "m"}, "request_id": "req_1"}
    reply = replayed(response)
    assert (reply.outcome, reply.request_id) == (outcome, "req_1")
    assert reply.error == {"status": STATUS[kind], "type": kind, "message": "m", "request_id": "req_1"}


def test_nothing_that_came_is_unreachable_and_thinking_is_no_text() -> None:
    assert replayed(None).outcome == "unreachable"
    thought = message("said")
    thought["content"].insert(0, {"type": "thinking", "thinking": "hm"})
    assert replayed(thought).text == "said"


def test_a_local_model_goes_by_its_own_name() -> None:
    assert models_of(recorded(), NAMES) == NAMES
    assert models_of(recorded(kind="local"), NAMES) == Models(*["claude-sonnet-5-5"] * 3)
    assert isinstance(recorded().calls[0], RecordedCall)
