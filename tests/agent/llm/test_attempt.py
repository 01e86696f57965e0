"""What a call has said and cost, attempt by attempt."""

from __future__ import annotations

import time
from typing import Any

import pytest

from agent.diagnosis.model import Budget
from agent.llm.attempt import Attempt, Spent, usage_of
from agent.llm.prices import Prices

MESSAGE: dict[str, Any] = {
    "model": "claude-sonnet-5-5",
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 100, "output_tokens": 10, "cache_read_input_tokens": None},
}


def spent_of(prices: Prices, said: list[str], seconds: float = 10) -> Spent:
    return Spent(prices, said.append, time.monotonic() + seconds)


def test_every_attempt_is_counted(prices: Prices) -> None:
    said: list[str] = []
    spent = spent_of(prices, said)
    for _ in range(2):
        spent.begin()
        spent.say("a")
        spent.settle("claude-sonnet-5-5", MESSAGE)
    reply = spent.reply(Attempt("ok", ""), 12)
    assert (spent.tries, said, reply.text) == (2, ["a", "a"], "aa")
    assert (reply.usage.input_tokens, reply.usage.output_tokens, reply.latency_ms) == (200, 20, 12)
    assert reply.usd == pytest.approx(2 * (100 * 2 + 10 * 10) / 1e6)
    left = spent.left_of(Budget(tokens=1000, seconds=99, usd=1))
    assert (left.tokens, left.usd) == (780, pytest.approx(1 - reply.usd))
    assert 9 < left.seconds <= 10


def test_what_broke_off_counts_the_words_that_came(prices: Prices) -> None:
    spent = spent_of(prices, [])
    spent.begin()
    spent.say("word " * 60)
    spent.settle("claude-sonnet-5-5", MESSAGE | {"stop_reason": None})
    assert spent.reply(Attempt("broken_stream", "x"), 1).usage.output_tokens == 100


def test_an_attempt_without_a_message_costs_nothing(prices: Prices) -> None:
    spent = spent_of(prices, [])
    spent.begin()
    spent.settle("claude-sonnet-5-5", None)
    reply = spent.reply(Attempt("unreachable", "x"), 1)
    assert (reply.usd, reply.usage.input_tokens, reply.response, reply.model) == (0, 0, None, None)


@pytest.mark.parametrize(
    "usage", [None, {}, {"input_tokens": None}, {"input_tokens": "7"}, {"input_tokens": -1}]
)
def test_usage_that_is_no_number_counts_nothing(usage: Any) -> None:
    assert usage_of({"usage": usage}).input_tokens == 0
