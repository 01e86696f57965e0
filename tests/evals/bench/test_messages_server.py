"""The server that plays the provider: its bytes are those of the Messages API."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from evals.bench.messages_server import Raw, Refuses, Says, cut_up, messages_server

pytestmark = pytest.mark.anyio
BODY = {"model": "m", "max_tokens": 5, "messages": []}


async def post(url: str, **changed: Any) -> httpx2.Response:
    async with httpx2.AsyncClient() as http:
        return await http.post(url + "/v1/messages", json=BODY | changed)


async def test_without_a_stream_a_message_is_one_document() -> None:
    async with messages_server(Says("hello")) as server:
        found = await post(server.url)
        assert found.json()["content"] == [{"type": "text", "text": "hello"}]
        assert found.json()["stop_reason"] == "end_turn"
        assert (server.asked[0].path, server.asked[0].body) == ("/v1/messages", BODY)


async def test_a_stream_is_the_events_of_the_api_in_their_order() -> None:
    async with messages_server(Says("hello", pieces=2)) as server:
        found = await post(server.url, stream=True)
        assert found.headers["content-type"] == "text/event-stream"
        data = [json.loads(line[6:]) for line in found.text.split("\n") if line.startswith("data: ")]
        assert [event["type"] for event in data] == [
            "message_start",
            "content_block_start",
            "ping",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]
        assert len(server.first_text_at) == 1


async def test_turns_come_in_order_and_the_last_one_stays() -> None:
    def by_model(body: dict[str, Any]) -> Refuses:
        return Refuses(404, "not_found_error", f"model: {body['model']}")

    async with messages_server(
        Refuses(529, "overloaded_error", "Overloaded"), Raw(b"page"), by_model
    ) as server:
        first, second, third, fourth = [await post(server.url) for _ in range(4)]
    assert (first.status_code, first.json()["error"]["type"]) == (529, "overloaded_error")
    assert (second.status_code, second.text) == (200, "page")
    assert third.json()["error"]["message"] == "model: m"
    assert fourth.json() == third.json()


@pytest.mark.parametrize("ending", ["socket", "quiet", "error"])
async def test_a_stream_breaks_off_where_it_is_told_to(ending: Any) -> None:
    async with messages_server(Says("abcdef", pieces=3, ending=ending, cut=1)) as server:
        if ending == "socket":
            with pytest.raises(httpx2.TransportError):
                await post(server.url, stream=True)
            return
        found = (await post(server.url, stream=True)).text
        assert '"text": "ab"' in found
        assert '"text": "cd"' not in found
        assert ("event: error" in found) == (ending == "error")
        assert "message_stop" not in found


def test_a_text_is_cut_into_pieces_that_make_it_up() -> None:
    assert cut_up("", 3) == []
    assert [len(cut_up("abcdefg", pieces)) for pieces in (1, 2, 7, 99)] == [1, 2, 7, 7]
    assert "".join(cut_up("abcdefg", 3)) == "abcdefg"
