"""The live model over the real SDK when the provider refuses, overloads, breaks off, or is not there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agent.causes.catalogue import Catalogue
from agent.diagnosis.model import Outcome
from agent.llm.live import Models
from agent.report.error_report import Submission
from agent.report.read import read
from evals.bench.messages_server import USAGE, Raw, Refuses, Says
from tests.agent.llm.conftest import MODELS, PLENTY, Open

pytestmark = pytest.mark.anyio
OVERLOADED = Refuses(529, "overloaded_error", "Overloaded")
LIMITED = Refuses(
    429,
    "rate_limit_error",
    "This request would exceed your organization's rate limit of 50 requests per minute",
)
NOT_THERE = Refuses(404, "not_found_error", "model: claude-sonnet-5-5")
HALF = "a reply"


async def test_a_rate_limit_is_waited_out_as_long_as_it_asks(provider: Open) -> None:
    async with provider(
        Refuses(429, LIMITED.type, LIMITED.message, {"retry-after": "7"}), Says(HALF)
    ) as scene:
        reply = await scene.ask()
        assert (reply.outcome, reply.text) == ("ok", HALF)
        assert (scene.slept, len(scene.server.asked)) == ([7.0], 2)


async def test_a_rate_limit_that_asks_for_more_time_than_there_is_ends_at_once(provider: Open) -> None:
    async with provider(Refuses(429, LIMITED.type, LIMITED.message, {"retry-after": "60"})) as scene:
        reply = await scene.ask()
        assert (reply.outcome, scene.slept, len(scene.server.asked)) == ("rate_limited", [], 1)
        assert reply.error is not None
        assert (reply.error["status"], reply.error["type"]) == (429, "rate_limit_error")


async def test_an_overload_that_passes_is_not_noticed(provider: Open) -> None:
    async with provider(OVERLOADED, OVERLOADED, Says(HALF)) as scene:
        reply = await scene.ask()
        assert (reply.outcome, reply.model, len(scene.server.asked)) == ("ok", "claude-sonnet-5-5", 3)
        assert len(scene.slept) == 2
        assert 0.375 <= scene.slept[0] <= 0.5
        assert 0.75 <= scene.slept[1] <= 1.0


@pytest.mark.parametrize(("turn", "tries"), [(OVERLOADED, 3), (NOT_THERE, 1)])
async def test_where_the_model_is_overloaded_or_gone_another_one_answers(
    provider: Open, turn: Refuses, tries: int
) -> None:
    def asked(body: dict[str, Any]) -> Any:
        return turn if body["model"] == "claude-sonnet-5-5" else Says(HALF)

    async with provider(asked) as scene:
        reply = await scene.ask()
        assert (reply.outcome, reply.text, reply.model) == ("ok", HALF, "claude-haiku-5-5")
        assert [request.body["model"] for request in scene.server.asked] == [
            *["claude-sonnet-5-5"] * tries,
            "claude-haiku-5-5",
        ]
        haiku = (USAGE["input_tokens"] * 0.1 + USAGE["output_tokens"] * 0.5) / 1e6
        assert reply.usd == pytest.approx(haiku), "what answered is what is paid"


@pytest.mark.parametrize(
    "models", [MODELS._replace(fallback=None), MODELS._replace(fallback="claude-sonnet-5-5")]
)
async def test_without_another_model_an_overload_is_the_outcome(provider: Open, models: Models) -> None:
    async with provider(OVERLOADED, models=models) as scene:
        reply = await scene.ask()
        assert (reply.outcome, len(scene.server.asked)) == ("overloaded", 3)
        assert (reply.error or {})["status"] == 529
        assert "overloaded" in reply.why


async def test_where_the_other_model_fails_too_the_first_refusal_is_said(provider: Open) -> None:
    async with provider(OVERLOADED, OVERLOADED, OVERLOADED, NOT_THERE) as scene:
        reply = await scene.ask()
        assert (reply.outcome, len(scene.server.asked)) == ("overloaded", 4)


@pytest.mark.parametrize("ending", ["socket", "quiet", "error"])
async def test_a_stream_that_breaks_keeps_what_was_said_and_is_not_begun_anew(
    provider: Open, ending: Any
) -> None:
    async with provider(Says("one two ", ending=ending, cut=2)) as scene:
        reply = await scene.ask()
        assert (reply.outcome, reply.text, scene.said) == ("broken_stream", "one ", ["on", "e "])
        assert len(scene.server.asked) == 1, "a second try would say the beginning twice"
        assert reply.usage.input_tokens == USAGE["input_tokens"]
        assert reply.usd > 0
        assert (reply.error is not None) == (ending == "error")


@pytest.mark.parametrize("ending", ["socket", "quiet", "error"])
async def test_a_stream_that_breaks_before_a_word_is_begun_anew_and_every_try_is_paid(
    provider: Open, ending: Any
) -> None:
    async with provider(Says(HALF, ending=ending, cut=0), Says(HALF)) as scene:
        reply = await scene.ask()
        assert (reply.outcome, reply.text, len(scene.server.asked)) == ("ok", HALF, 2)
        assert reply.usage.input_tokens == 2 * USAGE["input_tokens"]


async def test_no_retry_goes_beyond_the_budget(provider: Open) -> None:
    async with provider(Says(HALF, ending="quiet", cut=0)) as scene:
        reply = await scene.ask(PLENTY.model_copy(update={"tokens": 1_500}))
        assert (reply.outcome, len(scene.server.asked)) == ("broken_stream", 1)


@pytest.mark.parametrize(
    ("type_", "outcome"),
    [
        ("overloaded_error", "overloaded"),
        ("rate_limit_error", "rate_limited"),
        ("api_error", "provider_error"),
        ("timeout_error", "timeout"),
        ("invalid_request_error", "bad_request"),
    ],
)
async def test_an_error_in_the_middle_of_a_stream_is_known_by_its_type(
    provider: Open, type_: str, outcome: Outcome
) -> None:
    error = {"type": type_, "message": "Something of the provider's"}
    turn = Says(HALF, ending="error", cut=0, error=error)
    async with provider(turn, models=MODELS._replace(fallback=None)) as scene:
        reply = await scene.ask()
        assert (reply.outcome, (reply.error or {})["type"]) == (outcome, type_)
        assert (reply.error or {})["status"] == 200
        assert len(scene.server.asked) == (1 if outcome == "bad_request" else 3)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("end_turn", "ok"),
        ("stop_sequence", "ok"),
        ("max_tokens", "truncated"),
        ("pause_turn", "truncated"),
        ("tool_use", "provider_error"),
        ("refusal", "refusal"),
        ("model_context_window_exceeded", "context_exceeded"),
        ("something_new", "provider_error"),
    ],
)
async def test_every_stop_reason_has_its_outcome_and_keeps_usage(
    provider: Open, reason: str, outcome: Outcome
) -> None:
    async with provider(Says(HALF, stop_reason=reason)) as scene:
        reply = await scene.ask()
        assert (reply.outcome, reply.text, len(scene.server.asked)) == (outcome, HALF, 1)
        assert reply.usage.output_tokens == USAGE["output_tokens"]
        assert reply.usd > 0
        assert bool(reply.why) == (outcome != "ok")
        assert (reply.response or {})["stop_reason"] == reason


async def test_a_refusal_names_the_category_of_the_provider_and_nothing_else(provider: Open) -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "words that may change"}
    async with provider(Says("", stop_reason="refusal", stop_details=details)) as scene:
        assert (await scene.ask()).why == "The model declined to answer (category cyber)."


@pytest.mark.parametrize(
    ("status", "type_", "outcome"),
    [
        (400, "invalid_request_error", "bad_request"),
        (401, "authentication_error", "bad_key"),
        (402, "billing_error", "billing"),
        (403, "permission_error", "bad_key"),
        (404, "not_found_error", "bad_request"),
        (413, "request_too_large", "context_exceeded"),
        (422, "invalid_request_error", "bad_request"),
    ],
)
async def test_what_stays_refused_is_not_tried_again(
    provider: Open, status: int, type_: str, outcome: Outcome
) -> None:
    async with provider(
        Refuses(status, type_, "words 4711 of the provider"), models=MODELS._replace(fallback=None)
    ) as scene:
        reply = await scene.ask()
        assert (reply.outcome, len(scene.server.asked)) == (outcome, 1)
        assert reply.error == {
            "status": status,
            "type": type_,
            "message": "words 4711 of the provider",
            "request_id": "req_011CTestOfARefusal0000000",
        }
        assert reply.request_id == "req_011CTestOfARefusal0000000"
        assert "4711" not in reply.why, "a provider's words may quote the user's"


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 504])
async def test_what_may_pass_is_tried_again(provider: Open, status: int) -> None:
    async with provider(Refuses(status, "api_error", "x", raw=b"<html>"), Says(HALF)) as scene:
        assert ((await scene.ask()).outcome, len(scene.server.asked)) == ("ok", 2)


async def test_a_server_that_says_itself_whether_to_try_again_is_believed(provider: Open) -> None:
    async with provider(Refuses(529, "overloaded_error", "x", {"x-should-retry": "false"})) as scene:
        await scene.ask()
        assert [asked.body["model"] for asked in scene.server.asked] == [
            "claude-sonnet-5-5",
            "claude-haiku-5-5",
        ]


@pytest.mark.parametrize(
    "turn",
    [
        Raw(b"<html>a login page</html>"),
        Raw(b'{"choices": []}', "application/json"),
        Raw(b"event: message_start\ndata: {cut\n\n", "text/event-stream"),
        Raw(b'event: message_start\ndata: {"type": "message_start"}\n\n', "text/event-stream"),
        Raw(
            b'event: content_block_stop\ndata: {"type":"content_block_stop","index":3}\n\n',
            "text/event-stream",
        ),
        Raw(b"\xff\xfe\n\n", "text/event-stream"),
    ],
    ids=["page", "json", "cut", "empty", "order", "bytes"],
)
async def test_what_is_not_the_messages_api_is_said_to_be_so(provider: Open, turn: Raw) -> None:
    async with provider(turn) as scene:
        reply = await scene.ask()
        assert (reply.outcome, reply.text, reply.usage.input_tokens) == ("provider_error", "", 0)
        assert "is not the Messages API" in reply.why


async def test_where_nobody_listens_the_provider_is_unreachable(provider: Open) -> None:
    async with provider(Says()) as scene:
        scene.server.stop_listening()
        reply = await scene.ask()
        assert (reply.outcome, reply.model, reply.error) == ("unreachable", None, None)
        assert len(scene.slept) == 2


def fillings(catalogue: Catalogue) -> dict[str, Refuses]:
    """One refusal for each message that a provider words: its signature, and what the API would send."""
    found: dict[str, Refuses] = {}
    for known in catalogue.lexicon.messages:
        text = re.sub(r"<[^>]*>", "7", known.template).replace("...", "")
        if known.status and known.signature not in found and "API Error" not in text:
            found[known.signature] = Refuses(known.status, known.type or "invalid_request_error", text)
    return found


async def test_each_error_of_the_catalogue_is_read_by_our_own_rooms(
    provider: Open, catalogue: Catalogue
) -> None:
    turns = fillings(catalogue)
    assert len(turns) > 60
    async with provider(*turns.values(), models=MODELS._replace(fallback=None)) as scene:
        for signature, turn in turns.items():
            scene.server.turns = [turn]
            reply = await scene.ask()
            assert reply.outcome not in ("ok", "broken_stream", "over_budget", "unreachable"), signature
            error = reply.error or {}
            assert (error["status"], error["message"]) == (turn.status, turn.message)
            assert turn.message not in reply.why or len(turn.message) < 12
            body = {"error": {"type": error["type"], "message": error["message"]}, "status": error["status"]}
            report = read(Submission(error=body), catalogue.lexicon)
            assert [event.signature for event in report.errors] == [signature]


@pytest.mark.parametrize(
    ("signature", "outcome", "words"),
    [
        ("credit-balance-too-low", "billing", "API credits are used up"),
        ("workspace-usage-limit", "billing", "spend"),
        ("organization-disabled", "bad_key", "organisation"),
        ("unsupported-country", "bad_key", "not served"),
        ("overloaded", "overloaded", "capacity"),
        ("prompt-too-long", "context_exceeded", "context"),
        ("model-not-found", "bad_request", "model id"),
        ("output-blocked-by-content-filter", "refusal", "filter"),
        ("request-exceeds-maximum-size", "context_exceeded", "byte limit"),
    ],
)
async def test_the_cause_of_our_own_refusal_is_named(
    provider: Open, catalogue: Catalogue, signature: str, outcome: Outcome, words: str
) -> None:
    async with provider(fillings(catalogue)[signature], models=MODELS._replace(fallback=None)) as scene:
        reply = await scene.ask()
        assert reply.outcome == outcome
        assert words in reply.why
