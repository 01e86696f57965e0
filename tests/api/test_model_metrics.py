"""Calls of a model are counted by what came of them, and answered as the model answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from agent.diagnosis.model import Budget, ModelCall, ModelReply, ModelUsage
from agent.ports import Model
from api.metrics import Metrics
from api.model_metrics import CountedModel, counted

CALL = ModelCall(step="draft", body={"model": "claude-sonnet-5-5"})
USAGE = ModelUsage(input_tokens=900, output_tokens=80, cache_read_tokens=3000, cache_write_tokens=20)


class Talker:
    """A model that says one word."""

    name, triage_model, draft_model, strong_model = "live", "t", "d", "s"

    async def complete(self, call: ModelCall, said: Callable[[str], None], budget: Budget) -> ModelReply:
        said("word")
        return ModelReply(
            outcome="truncated", text="word", usage=USAGE, usd=0.25, latency_ms=700, model="another-id"
        )


@dataclass(frozen=True)
class Opened:
    context: Any


def test_every_reply_is_counted_and_handed_on() -> None:
    metrics, said = Metrics(), list[str]()
    model: Model = CountedModel(Talker(), metrics)
    for _ in range(2):
        reply = asyncio.run(model.complete(CALL, said.append, Budget(tokens=1, seconds=1, usd=1)))
    assert (reply.outcome, said) == ("truncated", ["word", "word"])
    assert (model.name, model.triage_model, model.draft_model, model.strong_model) == ("live", "t", "d", "s")
    text = metrics.text().decode()
    for line in (
        'caseworker_model_calls_total{model="claude-sonnet-5-5",outcome="truncated",step="draft"} 2.0',
        'caseworker_model_tokens_total{kind="input",model="claude-sonnet-5-5"} 1800.0',
        'caseworker_model_tokens_total{kind="output",model="claude-sonnet-5-5"} 160.0',
        'caseworker_model_tokens_total{kind="cache_read",model="claude-sonnet-5-5"} 6000.0',
        'caseworker_model_tokens_total{kind="cache_write",model="claude-sonnet-5-5"} 40.0',
        'caseworker_model_usd_total{model="claude-sonnet-5-5"} 0.5',
        'caseworker_model_seconds_bucket{le="0.5",step="draft"} 0.0',
        'caseworker_model_seconds_bucket{le="1.0",step="draft"} 2.0',
    ):
        assert line in text
    assert "another-id" not in text


@pytest.mark.parametrize("model", [None, Talker()])
def test_services_are_wrapped_where_there_is_a_model(model: Any) -> None:
    @dataclass(frozen=True)
    class Given:
        model: Any

    services: Any = Opened(Given(model))
    found = counted(services, Metrics())
    assert isinstance(found.context.model, CountedModel) == (model is not None)
    assert (found is services) == (model is None)
