"""One attempt at a call, and what all attempts at it have said and cost so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.diagnosis.model import Budget, ModelReply, ModelUsage, Outcome
from agent.llm.estimate import text_tokens
from agent.llm.prices import Prices


@dataclass(frozen=True)
class Attempt:
    """How an attempt ended. `again`: the same request may succeed; `another_model`: another may."""

    outcome: Outcome
    why: str
    error: dict[str, Any] | None = None
    again: bool = False
    retry_after: float | None = None
    another_model: bool = False


class Spent:
    """What one call has come to while it is under way, so that nothing of it is lost when time is up.

    `message` is that of the last attempt, as the API returned it so far; None where none began.
    """

    def __init__(self, prices: Prices, said: Callable[[str], None], until: float) -> None:
        self._prices, self._said, self._until = prices, said, until
        self.tries = 0
        self.text = ""
        self.message: dict[str, Any] | None = None
        self.request_id: str | None = None
        self._usage, self._usd = ModelUsage(), 0.0
        self._unpriced: str | None = None

    def begin(self) -> None:
        """An attempt begins."""
        self.tries += 1
        self.message = None

    def say(self, text: str) -> None:
        """A piece of the reply came."""
        self.text += text
        self._said(text)

    def settle(self, model: str, message: dict[str, Any] | None) -> None:
        """An attempt ended: count its tokens and dollars, by the price of the model that was asked.

        A reply that broke off never said how much of it was written; what came is counted then.
        """
        self.message = message
        if message is None:
            return
        usage = usage_of(message)
        if message.get("stop_reason") is None:
            written = max(usage.output_tokens, text_tokens(self.text))
            usage = usage.model_copy(update={"output_tokens": written})
        hour = _count((message.get("usage") or {}).get("cache_creation") or {}, "ephemeral_1h_input_tokens")
        self._usd += self._prices.usd(model, usage, hour_writes=hour)
        if not self._prices.knows(model):
            self._unpriced = model
        self._usage = ModelUsage(
            **{name: value + getattr(usage, name) for name, value in self._usage.model_dump().items()}
        )

    def seconds_left(self) -> float:
        """Until the budget's time is up."""
        return self._until - time.monotonic()

    def left_of(self, budget: Budget) -> Budget:
        """The budget without what the attempts so far took."""
        left = budget.after(ModelReply(outcome="ok", usage=self._usage, usd=self._usd))
        return left.model_copy(update={"seconds": max(0.0, self.seconds_left())})

    def reply(self, attempt: Attempt, milliseconds: int) -> ModelReply:
        """The reply that the last attempt makes, with the cost of all of them."""
        message = self.message or {}
        why = attempt.why
        if self._unpriced is not None:
            why = f"{why} The price of {self._unpriced} is not known; its cost counts as 0.".strip()
        return ModelReply(
            outcome=attempt.outcome,
            text=self.text,
            why=why,
            response=self.message,
            error=attempt.error,
            model=message.get("model"),
            request_id=(attempt.error or {}).get("request_id") or self.request_id,
            usage=self._usage,
            usd=round(self._usd, 9),
            latency_ms=milliseconds,
        )


def usage_of(message: Mapping[str, Any]) -> ModelUsage:
    """The tokens that a message of the API says it took."""
    usage = message.get("usage") or {}
    return ModelUsage(
        input_tokens=_count(usage, "input_tokens"),
        output_tokens=_count(usage, "output_tokens"),
        cache_read_tokens=_count(usage, "cache_read_input_tokens"),
        cache_write_tokens=_count(usage, "cache_creation_input_tokens"),
    )


def _count(usage: Mapping[str, Any], name: str) -> int:
    found = usage.get(name)
    return found if isinstance(found, int) and found > 0 else 0
