"""The live model over the real SDK, against a server that replies well: what is sent and what comes back."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import structlog

from agent.diagnosis.draft import Draft, SecondOpinion, schema_of
from agent.diagnosis.model import Budget
from agent.errors import ModelUnavailable
from agent.llm.live import Models, open_live
from agent.llm.prices import Prices
from agent.log import configure_logging
from agent.ports import Model
from evals.bench.messages_server import USAGE, Refuses, Says, Silence
from tests.agent.llm.conftest import BODY, KEY, MODELS, PLENTY, SCHEMA, Open

pytestmark = pytest.mark.anyio
TEXT = '{"summary": "An outdated client — ünïcode 计费"}'


async def test_a_reply_is_said_as_it_comes_and_returned_whole(provider: Open) -> None:
    async with provider(Says(TEXT, pieces=5)) as scene:
        model: Model = scene.live
        reply = await scene.ask()
        assert (model.name, reply.outcome, reply.text, reply.why) == ("live", "ok", TEXT, "")
        assert len(scene.said) == 5
        assert "".join(scene.said) == TEXT
        assert reply.model == "claude-sonnet-5-5"
        assert (reply.request_id or "").startswith("req_011C")
        assert reply.response is not None
        assert reply.response["content"] == [{"type": "text", "text": TEXT}]
        assert reply.response["stop_reason"] == "end_turn"
        assert reply.error is None
        assert not reply.recorded


async def test_what_is_sent_is_the_body_and_the_headers_of_the_sdk(provider: Open) -> None:
    async with provider(Says()) as scene:
        await scene.ask()
        asked = scene.server.asked[0]
        assert asked.path.split("?")[0] == "/v1/messages"
        assert asked.body == {**BODY, "stream": True}
        assert asked.body["system"][0]["cache_control"] == {"type": "ephemeral"}
        assert asked.body["output_config"]["format"]["schema"] == SCHEMA
        assert not {"temperature", "top_p", "top_k", "tools", "tool_choice"} & asked.body.keys()
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert asked.headers["anthropic-version"] == scene.live.api_version
        assert not {"traceparent", "tracestate", "baggage"} & asked.headers.keys()
        assert asked.headers["x-stainless-retry-count"] == "0"


@pytest.mark.parametrize("noun", [Draft, SecondOpinion])
def test_our_schemas_are_what_the_sdk_would_make_of_them(noun: Any) -> None:
    import anthropic

    schema = schema_of(noun)
    assert anthropic.transform_schema(schema) == schema
    schema["properties"].clear()
    assert schema_of(noun)["properties"], "no caller can change what the next one sends"


async def test_tokens_and_dollars_are_counted_with_the_cache(provider: Open) -> None:
    usage = {
        "input_tokens": 1000,
        "output_tokens": 500,
        "cache_read_input_tokens": 4000,
        "cache_creation_input_tokens": 2000,
        "cache_creation": {"ephemeral_5m_input_tokens": 1500, "ephemeral_1h_input_tokens": 500},
    }
    async with provider(Says(usage=usage)) as scene:
        reply = await scene.ask()
    assert reply.usage.model_dump() == {
        "input_tokens": 1000,
        "output_tokens": 500,
        "cache_read_tokens": 4000,
        "cache_write_tokens": 2000,
    }
    dollars = (1000 * 2 + 500 * 10 + 4000 * 0.1 + 1500 * 2.5 + 500 * 4) / 1e6
    assert reply.usd == pytest.approx(dollars)


async def test_a_model_without_a_price_costs_nothing_and_says_so(provider: Open) -> None:
    async with provider(Says()) as scene:
        reply = await scene.ask(Budget(tokens=100_000, seconds=20, usd=0.000001), model="a-local-model")
    assert (reply.outcome, reply.usd, reply.usage.input_tokens) == ("ok", 0.0, USAGE["input_tokens"])
    assert reply.why == "The price of a-local-model is not known; its cost counts as 0."


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (PLENTY.model_copy(update={"tokens": 500}), "tokens; 500 were left"),
        (PLENTY.model_copy(update={"usd": 0.001}), "$0.0010 was left"),
        (PLENTY.model_copy(update={"seconds": 0.0}), "No time was left"),
    ],
)
async def test_what_the_budget_does_not_cover_is_not_sent(provider: Open, budget: Budget, words: str) -> None:
    async with provider(Says()) as scene:
        reply = await scene.ask(budget)
        assert (reply.outcome, scene.server.asked) == ("over_budget", [])
        assert words in reply.why


async def test_the_budget_ends_a_call_that_takes_too_long_and_keeps_what_came(provider: Open) -> None:
    async with provider(Says("half of it", ending="silence"), Silence()) as scene:
        reply = await scene.ask(PLENTY.model_copy(update={"seconds": 0.3}))
        assert (reply.outcome, reply.text) == ("timeout", "half o")
        assert reply.usage.input_tokens == USAGE["input_tokens"], "what was begun is paid for"
        assert 250 < reply.latency_ms < 5000
        assert (await scene.ask(PLENTY.model_copy(update={"seconds": 0.2}))).outcome == "timeout"
        assert len(scene.server.asked) == 2, "no retry of what took too long"


async def test_whoever_gives_up_the_run_is_not_held_up(provider: Open) -> None:
    import asyncio

    async with provider(Silence()) as scene:
        task = asyncio.create_task(scene.ask())
        while not scene.server.asked:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("key", [None, "", "with a space", "with\nbreak", "schlüssel"])
async def test_a_key_that_cannot_be_sent_is_said_before_anything_is_sent(
    provider: Open, key: str | None
) -> None:
    async with provider(Says(), key=key) as scene:
        reply = await scene.ask()
        assert (reply.outcome, scene.server.asked) == ("bad_key", [])
        assert "ANTHROPIC_API_KEY" in reply.why
        assert not key or key not in reply.model_dump_json()


async def test_neither_key_nor_text_is_logged_whatever_the_environment_says(
    provider: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ANTHROPIC_LOG", "debug")
    caplog.set_level(logging.DEBUG)
    logging.getLogger("anthropic").setLevel(logging.DEBUG)
    configure_logging("debug")
    with structlog.testing.capture_logs() as logged:
        async with provider(Refuses(400, message="words of a user"), Says(TEXT)) as scene:
            await scene.ask()
            await scene.ask()
    written = caplog.text + str(logged)
    assert "model call" in written
    for secret in (KEY, "in words of a user", "words of a user", "outdated client", "You word"):
        assert secret not in written


async def test_an_address_that_is_none_is_said_when_the_door_is_opened(
    monkeypatch: pytest.MonkeyPatch, prices: Prices
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://a:half")
    with pytest.raises(ModelUnavailable) as bad:
        async with open_live(MODELS, prices, lambda _: None):
            pass
    assert "half" not in str(bad.value)


async def test_one_client_serves_every_call_and_is_closed_in_the_end(provider: Open) -> None:
    async with provider(Says()) as scene:
        for _ in range(3):
            await scene.ask()
        assert len({asked.headers["host"] for asked in scene.server.asked}) == 1
        assert scene.server.connections == 1
        client = scene.live._client
        assert not client.is_closed()
    assert client.is_closed()


async def test_the_models_are_the_ones_that_were_chosen(provider: Open) -> None:
    async with provider(Says(), models=Models("t", "d", "s")) as scene:
        assert (scene.live.triage_model, scene.live.draft_model, scene.live.strong_model) == ("t", "d", "s")


async def test_what_a_model_thinks_is_no_word_of_its_reply(provider: Open) -> None:
    async with provider(Says(TEXT, thinking="perhaps the account is out of credit")) as scene:
        reply = await scene.ask()
        assert (reply.outcome, reply.text, "".join(scene.said)) == ("ok", TEXT, TEXT)
        assert [block["type"] for block in (reply.response or {})["content"]] == ["thinking", "text"]
