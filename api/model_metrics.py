"""A model whose calls are counted: how many came to what, and what they took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent.compose import Services
from agent.diagnosis.model import Budget, ModelCall, ModelReply
from agent.ports import Model
from api.metrics import Metrics


class CountedModel:
    """`model` as it is, with every reply counted in `metrics` under the model that was asked."""

    def __init__(self, model: Model, metrics: Metrics) -> None:
        self._model, self._metrics = model, metrics
        self.name = model.name
        self.triage_model, self.draft_model = model.triage_model, model.draft_model
        self.strong_model = model.strong_model

    async def complete(self, call: ModelCall, said: Callable[[str], None], budget: Budget) -> ModelReply:
        """As `ports.Model` says."""
        reply = await self._model.complete(call, said, budget)
        self._metrics.asked(call, reply)
        return reply


def counted(services: Services, metrics: Metrics) -> Services:
    """`services` with the calls of their model counted; as they are where there is none."""
    model = services.context.model
    if model is None:
        return services
    return replace(services, context=replace(services.context, model=CountedModel(model, metrics)))
