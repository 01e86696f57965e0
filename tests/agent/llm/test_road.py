"""The whole road with the live model over the real SDK: whatever the provider does, a diagnosis comes out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import prompts
from agent.causes.catalogue import Catalogue
from agent.diagnosis.diagnosis import Answer
from agent.diagnosis.ground import check
from agent.diagnosis.model import Budget
from agent.graph import diagnose, stream
from agent.report.error_report import Submission
from agent.state import Context
from evals.bench.echo import echo
from evals.bench.messages_server import Raw, Refuses, Says, Silence
from tests.agent.llm.conftest import MODELS, NOW, PLENTY, Open, Scene

pytestmark = pytest.mark.anyio
CASE = Path(__file__).resolve().parents[3] / "evals" / "cases" / "first-light" / "report.json"
REPORT = Submission.model_validate_json(CASE.read_text(encoding="utf-8"))
CREDIT = "Your credit balance is too low to access the Anthropic API."


class Noon:
    def now(self) -> Any:
        return NOW


@dataclass
class Road:
    """A scene, and the context of runs in it."""

    scene: Scene
    context: Context

    async def answer(self) -> Answer:
        """The answer to the first case; it keeps the laws, or the test fails."""
        answer = await diagnose(REPORT, self.context)
        catalogue = self.context.catalogue
        assert not check(answer.diagnosis, answer.report, answer.usage, answer.causes, catalogue)
        return answer


Roads = Callable[..., AbstractAsyncContextManager[Road]]


@pytest.fixture
def road(provider: Open, catalogue: Catalogue) -> Roads:
    """Opens a road whose model is asked of a server with these turns."""

    @asynccontextmanager
    async def opened(
        *turns: Any, budget: Budget = PLENTY, fallback: str | None = None
    ) -> AsyncIterator[Road]:
        async with provider(*turns, models=MODELS._replace(fallback=fallback)) as scene:
            words = prompts.load()
            yield Road(scene, Context(catalogue, Noon(), model=scene.live, prompts=words, budget=budget))

    return opened


@pytest.fixture
async def plain(catalogue: Catalogue) -> Answer:
    """The same case without a model."""
    return await diagnose(REPORT, Context(catalogue, Noon()))


def worded(body: dict[str, Any]) -> Says:
    """A faithful draft."""
    return Says(echo(body), pieces=30)


async def test_a_draft_that_stands_comes_with_its_cost_and_its_model(road: Roads, plain: Answer) -> None:
    async with road(worded) as here:
        answer = await here.answer()
        assert (answer.mode, answer.provenance.model) == ("model", "claude-sonnet-5-5")
        assert answer.provenance.prompt == prompts.load().digest
        assert answer.cost.input_tokens > 0
        assert answer.cost.usd > 0
        assert [g.step for g in answer.diagnosis.guidance] == [g.step for g in plain.diagnosis.guidance]
        body = here.scene.server.asked[0].body
        assert body["system"][-1]["cache_control"] == {"type": "ephemeral"}
        assert body["output_config"]["format"]["type"] == "json_schema"
        assert not {"tools", "temperature", "tool_choice"} & body.keys()


async def test_the_words_reach_the_stream_between_the_causes_and_the_diagnosis(road: Roads) -> None:
    async with road(worded) as here:
        names = [name async for name, _ in stream(REPORT, here.context)]
    first, last = names.index("draft"), len(names) - 1 - names[::-1].index("draft")
    assert names[:first] == ["report", "usage", "issues", "causes"]
    assert set(names[first : last + 1]) == {"draft"}
    assert names[last + 1 :] == ["diagnosis", "answer"]


def half(body: dict[str, Any]) -> Says:
    return Says(echo(body), pieces=4, ending="socket", cut=2)


@pytest.mark.parametrize(
    ("turn", "says"),
    [
        (Refuses(529, "overloaded_error", "Overloaded"), "overloaded"),
        (
            Refuses(429, "rate_limit_error", "Rate limit reached", {"retry-after": "99"}),
            "limits our requests",
        ),
        (Refuses(400, "invalid_request_error", CREDIT), "API credits are used up"),
        (Refuses(401, "authentication_error", "invalid x-api-key"), "refused our own key"),
        (Refuses(403, "permission_error", "words"), "refused our own key"),
        (Refuses(404, "not_found_error", "model: claude-sonnet-5-5"), "model id"),
        (Refuses(413, "request_too_large", "Request exceeds the maximum size"), "too long"),
        (Refuses(500, "api_error", "Internal server error"), "provider failed"),
        (Raw(b"<html>"), "not the Messages API"),
        (Says("{}", stop_reason="refusal"), "declined to answer"),
        (Says('{"summary": [', stop_reason="max_tokens"), "longer than it may be"),
        (Says("{}", stop_reason="model_context_window_exceeded"), "context window"),
        (Says("{}", stop_reason="pause_turn"), "paused"),
        (Says("{}", stop_reason="tool_use"), "asked for a tool"),
        (half, "broke off"),
        (Says("{}", ending="error", cut=0), "overloaded"),
    ],
)
async def test_a_model_that_fails_leaves_the_plain_diagnosis_and_a_note(
    road: Roads, plain: Answer, turn: Any, says: str
) -> None:
    async with road(turn) as here:
        answer = await here.answer()
    assert answer.mode == "plain"
    assert says in answer.diagnosis.notes[-1]
    assert answer.diagnosis.notes[:-1] == plain.diagnosis.notes
    same = {"summary", "guidance", "question", "recommendation", "evidence", "handoff", "action"}
    assert answer.diagnosis.model_dump(include=same) == plain.diagnosis.model_dump(include=same)
    assert answer.causes == plain.causes
    assert "words" not in answer.diagnosis.notes[-1].replace("These words are plain", "")


async def test_a_model_that_never_answers_costs_no_more_time_than_it_was_given(
    road: Roads, plain: Answer
) -> None:
    async with road(Silence(), budget=PLENTY.model_copy(update={"seconds": 0.3})) as here:
        answer = await here.answer()
    assert (answer.mode, answer.cost.usd) == ("plain", 0)
    assert "did not answer in time" in answer.diagnosis.notes[-1]
    assert answer.diagnosis.guidance == plain.diagnosis.guidance
    assert 300 <= sum(answer.timings_ms.values()) < 10_000


async def test_a_budget_that_is_too_small_asks_nobody(road: Roads, plain: Answer) -> None:
    async with road(worded, budget=PLENTY.model_copy(update={"usd": 0.0001})) as here:
        answer = await here.answer()
        assert (answer.mode, here.scene.server.asked) == ("plain", [])
    assert "could cost" in answer.diagnosis.notes[-1]
    assert answer.diagnosis.summary == plain.diagnosis.summary


async def test_another_model_words_it_where_the_first_is_overloaded(road: Roads) -> None:
    def turn(body: dict[str, Any]) -> Any:
        overloaded = Refuses(529, "overloaded_error", "Overloaded")
        return worded(body) if body["model"] == "claude-haiku-5-5" else overloaded

    async with road(turn, fallback="claude-haiku-5-5") as here:
        answer = await here.answer()
    assert (answer.mode, answer.provenance.model) == ("model", "claude-haiku-5-5")


async def test_what_the_cache_held_is_part_of_the_cost(road: Roads) -> None:
    usage = {
        "input_tokens": 900,
        "output_tokens": 400,
        "cache_read_input_tokens": 3000,
        "cache_creation_input_tokens": 20,
    }
    async with road(lambda body: Says(echo(body), usage=usage)) as here:
        answer = await here.answer()
        calls = len(here.scene.server.asked)
    dollars = (900 * 2 + 400 * 10 + 3000 * 0.1 + 20 * 2.5) / 1e6
    assert answer.cost.model_dump() == {
        "input_tokens": 3920 * calls,
        "output_tokens": 400 * calls,
        "usd": pytest.approx(dollars * calls, abs=1e-6),
        "cache_read_tokens": 3000 * calls,
        "cache_write_tokens": 20 * calls,
    }


async def test_the_same_case_sends_the_same_bytes(road: Roads) -> None:
    async with road(worded) as here:
        await here.answer()
        await here.answer()
        bodies = [json.dumps(asked.body, sort_keys=True) for asked in here.scene.server.asked]
    assert len(bodies) % 2 == 0
    assert bodies[: len(bodies) // 2] == bodies[len(bodies) // 2 :]
