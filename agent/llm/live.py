"""The one door to the provider's SDK: the Messages API, streamed, within a budget, with typed outcomes.

The SDK's own retries are off: the only ones are here, so that none happens behind the budget's back.
Neither the key nor any text is logged. `anthropic` takes 1.6 s of CPU to import, so it is imported when a
door is opened.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import structlog

from agent.diagnosis.model import Budget, ModelCall, ModelReply, Outcome
from agent.errors import ModelUnavailable
from agent.llm.allowance import beyond
from agent.llm.attempt import Attempt, Spent
from agent.llm.outcomes import (
    BAD_CHARACTERS,
    NO_KEY,
    NOT_THE_API,
    WHYS,
    of_another_model,
    of_refusal,
    of_stop,
    why_refused,
)
from agent.llm.own_refusal import OwnRefusal
from agent.llm.prices import Prices
from agent.llm.retry import TRIES, may_try_again, pause, retry_after

if TYPE_CHECKING:
    import anthropic
    from anthropic.types import Message
    from anthropic.types.messages import MessageBatchRequestCounts

    Client: TypeAlias = anthropic.AsyncAnthropic
    BatchCounts: TypeAlias = MessageBatchRequestCounts

CONNECT_SECONDS = 5.0
_log = structlog.get_logger("model")

Sleep = Callable[[float], Awaitable[None]]
Diagnose = Callable[[Mapping[str, Any]], OwnRefusal | None]


class Models(NamedTuple):
    """The ids of the models: the cheap one, the usual one, the strong one, and one to fall back on."""

    triage: str
    draft: str
    strong: str
    fallback: str | None = None


class Live:
    """A `ports.Model` that asks the provider. Make it with `open_live`."""

    name = "live"

    def __init__(
        self,
        client: Client,
        models: Models,
        prices: Prices,
        diagnose: Diagnose,
        *,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client, self._models, self._prices = client, models, prices
        self._diagnose, self._sleep, self._chance = diagnose, sleep, chance
        self.triage_model, self.draft_model, self.strong_model = models[:3]

    @property
    def api_version(self) -> str:
        """The version of the API that each request names in a header."""
        return str(self._client.default_headers["anthropic-version"])

    async def complete(self, call: ModelCall, said: Callable[[str], None], budget: Budget) -> ModelReply:
        """The reply to one call, whatever the provider does; see `ports.Model`."""
        started = time.monotonic()
        spent = Spent(self._prices, said, started + budget.seconds)
        if self.trouble is not None:
            attempt = Attempt("bad_key", self.trouble)
        elif (why := beyond(call.body, budget, self._prices)) is not None:
            attempt = Attempt("over_budget", why)
        else:
            try:
                async with asyncio.timeout(budget.seconds):
                    attempt = await self._answered(dict(call.body), budget, spent)
            except TimeoutError:
                attempt = Attempt("timeout", WHYS["timeout"])
        reply = spent.reply(attempt, milliseconds=round((time.monotonic() - started) * 1000))
        _log.info(
            "model call", step=call.step, outcome=reply.outcome, model=reply.model, tries=spent.tries,
            request_id=reply.request_id, ms=reply.latency_ms,
        )  # fmt: skip
        return reply

    @property
    def trouble(self) -> str | None:
        """Why nothing can be sent with the key as it is: one that is missing, or could be no header."""
        key = self._client.api_key or self._client.auth_token
        if key is None:
            return None if self._client.credentials is not None else NO_KEY
        return None if key.isascii() and key.isprintable() and " " not in key else BAD_CHARACTERS

    async def _answered(self, body: dict[str, Any], budget: Budget, spent: Spent) -> Attempt:
        """The model's attempt, or that of the fallback where the model is overloaded or not there."""
        first = await self._tried(body, budget, spent)
        fallback = self._models.fallback
        if not first.another_model or spent.text or fallback in (None, body["model"]):
            return first
        other = body | {"model": fallback}
        if beyond(other, spent.left_of(budget), self._prices) is not None:
            return first
        second = await self._tried(other, budget, spent)
        return second if second.outcome == "ok" else first

    async def _tried(self, body: dict[str, Any], budget: Budget, spent: Spent) -> Attempt:
        """Up to `TRIES` attempts. Once a word was said none follows: it would be said twice."""
        for tries in range(1, TRIES + 1):
            attempt = await self._once(body, spent)
            if not attempt.again or spent.text or tries == TRIES:
                break
            wait = pause(tries, attempt.retry_after, self._chance())
            if wait >= spent.seconds_left() or beyond(body, spent.left_of(budget), self._prices):
                break
            await self._sleep(wait)
        return attempt

    async def _once(self, body: dict[str, Any], spent: Spent) -> Attempt:
        """One request and the stream that it gets."""
        import anthropic
        import httpx2

        spent.begin()
        message: Message | None = None
        left = max(spent.seconds_left(), 0.001)
        timeout = anthropic.Timeout(left, connect=min(CONNECT_SECONDS, left))
        request = self._client.messages.stream(**body, timeout=timeout)
        try:
            async with request as stream:
                spent.request_id = stream.request_id
                async for event in stream:
                    if event.type == "text":
                        spent.say(event.text)
                    elif event.type == "message_start":
                        message = stream.current_message_snapshot
            return _ended(message)
        except anthropic.APIStatusError as bad:
            return self._refused(bad, spent)
        except (anthropic.APITimeoutError, httpx2.TimeoutException):
            return Attempt("timeout", WHYS["timeout"])
        except (anthropic.APIConnectionError, httpx2.HTTPError):
            outcome: Outcome = "broken_stream" if message is not None else "unreachable"
            return Attempt(outcome, WHYS[outcome], again=True)
        except (ValueError, RuntimeError, LookupError, AttributeError, TypeError, anthropic.AnthropicError):
            # The SDK trips over events that are cut to pieces or out of order: not the API's own.
            return _ended(message)
        finally:
            spent.settle(body["model"], None if message is None else message.to_dict(mode="json"))

    def _refused(self, bad: anthropic.APIStatusError, spent: Spent) -> Attempt:
        spent.request_id = bad.request_id or _request_id(bad.body) or spent.request_id
        error = {
            "status": bad.status_code,
            "type": bad.type,
            "message": bad.api_message or str(bad.message),
            "request_id": spent.request_id,
        }
        known = self._diagnose(error)
        outcome = of_refusal(bad.status_code, bad.type, known)
        again = may_try_again(bad.status_code, bad.response.headers)
        asked = retry_after(bad.response.headers)
        if known is not None and known.group is not None and known.retryable is False and asked is None:
            again = False
        if bad.status_code == 200:
            again = outcome in ("overloaded", "rate_limited", "provider_error", "timeout")
            outcome = "broken_stream" if spent.text else outcome
        return Attempt(
            outcome,
            why_refused(outcome, known),
            error=error,
            again=again and outcome != "billing",
            retry_after=asked,
            another_model=outcome == "overloaded" or of_another_model(bad.status_code, known),
        )


def _ended(message: Message | None) -> Attempt:
    """The attempt that a stream without an error made; `message` is None where it held none."""
    if message is None:
        return Attempt("provider_error", NOT_THE_API)
    outcome, why = of_stop(message.stop_reason, getattr(message.stop_details, "category", None))
    return Attempt(outcome, why, again=outcome == "broken_stream")


def _request_id(body: object) -> str | None:
    found = body.get("request_id") if isinstance(body, dict) else None
    return found if isinstance(found, str) else None


@contextmanager
def refusals(what: str) -> Iterator[None]:
    """Raises `ModelUnavailable`, with nothing secret in it, where the provider does not do `what`."""
    import anthropic
    import httpx2

    try:
        yield
    except anthropic.APIStatusError as bad:
        why = f"the provider refused to {what}: {bad.status_code} {bad.type or ''}".rstrip()
        raise ModelUnavailable(why=why) from None
    except (anthropic.AnthropicError, httpx2.HTTPError) as bad:
        raise ModelUnavailable(why=f"to {what} failed: {type(bad).__name__}") from None


def new_client() -> Client:
    """A client by the SDK's own environment variables: ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, ...

    Raises `ModelUnavailable`.
    """
    import anthropic
    import httpx2

    # At debug these log whole requests, with what users wrote, wherever ANTHROPIC_LOG sends them.
    for name in ("anthropic", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        client = anthropic.AsyncAnthropic(
            max_retries=0,
            open_telemetry={"propagation": False, "traces": {"content_mode": "metadata_only"}},
        )
    except (httpx2.InvalidURL, ValueError, anthropic.AnthropicError) as bad:
        # The words may quote what stands in the environment; the kind says enough.
        raise ModelUnavailable(
            why=f"its settings in the environment are not valid ({type(bad).__name__})"
        ) from None
    client.messages  # noqa: B018 - the SDK loads this part when it is first touched
    return client


@asynccontextmanager
async def open_live(
    models: Models, prices: Prices, diagnose: Diagnose, *, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[Live]:
    """The live model with one client, closed in the end. Nothing is sent before the first call.

    Raises `ModelUnavailable` where the environment names no address that a client could use.
    """
    client = await asyncio.to_thread(new_client)
    try:
        yield Live(client, models, prices, diagnose, sleep=sleep)
    finally:
        await client.close()
