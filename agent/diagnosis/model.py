"""The nouns of a model call: what is asked, what came back, and how much may still be spent."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from agent.report.error_report import Noun

CallStep = Literal["triage", "draft", "repair", "follow_up"]
Outcome = Literal[
    "ok",
    "refusal",
    "truncated",
    "rate_limited",
    "overloaded",
    "timeout",
    "unreachable",
    "bad_key",
    "billing",
    "bad_request",
    "over_budget",
    "broken_stream",
    "context_exceeded",
    "not_recorded",
    "stale",
    "provider_error",
]


class ModelCall(Noun):
    """One request to a model. `body` is that of the Messages API, as it will be sent.

    It holds JSON values only: no float, no time, no random id, so that the same case asks the same.
    """

    step: CallStep
    body: dict[str, Any]


class ModelUsage(Noun):
    """Tokens as the provider counts them; the cached ones are not part of `input_tokens`."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


class ModelReply(Noun):
    """What came of a call. Anything but "ok" leaves the diagnosis to the plain words.

    `text` joins the text blocks and is partial where the reply broke off. `why` says in plain words,
    for the notes, what went wrong: no secret and nothing of what the user wrote. `error` is the last
    refusal as {"status", "type", "message", "request_id"}. `usd` is dollars, `latency_ms` wall time.
    """

    outcome: Outcome
    text: str = ""
    why: str = ""
    response: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    model: str | None = None
    request_id: str | None = None
    usage: ModelUsage = ModelUsage()
    usd: float = 0.0
    latency_ms: int = 0
    recorded: bool = False


class Budget(Noun):
    """What one diagnosis may still spend on a model: tokens in and out, seconds, US dollars."""

    tokens: int = Field(ge=0)
    seconds: float = Field(ge=0)
    usd: float = Field(ge=0)

    def after(self, reply: ModelReply) -> Budget:
        """What is left once `reply` is paid for; never below nothing."""
        used = reply.usage
        tokens = used.input_tokens + used.output_tokens + used.cache_read_tokens + used.cache_write_tokens
        return Budget(
            tokens=max(0, self.tokens - tokens),
            seconds=max(0.0, self.seconds - reply.latency_ms / 1000),
            usd=max(0.0, self.usd - reply.usd),
        )

    @property
    def spent(self) -> bool:
        """Whether nothing is left of one of the three."""
        return self.tokens == 0 or self.seconds == 0 or self.usd == 0
