"""What a diagnosis may still spend decides before a call is made."""

from __future__ import annotations

from agent.diagnosis.model import Budget
from agent.llm.allowance import beyond
from agent.llm.estimate import input_tokens
from agent.llm.prices import Prices
from tests.agent.llm.conftest import BODY

TOKENS = input_tokens(BODY) + BODY["max_tokens"]


def test_a_call_that_fits_exactly_is_allowed(prices: Prices) -> None:
    dollars = prices.most_usd(BODY["model"], input_tokens(BODY), BODY["max_tokens"])
    assert beyond(BODY, Budget(tokens=TOKENS, seconds=1, usd=dollars), prices) is None
    assert "tokens" in (beyond(BODY, Budget(tokens=TOKENS - 1, seconds=1, usd=dollars), prices) or "")
    assert "cost" in (beyond(BODY, Budget(tokens=TOKENS, seconds=1, usd=dollars * 0.99), prices) or "")
    assert "time" in (beyond(BODY, Budget(tokens=TOKENS, seconds=0.01, usd=dollars), prices) or "")


def test_dollars_do_not_hold_a_model_without_a_price(prices: Prices) -> None:
    local = BODY | {"model": "a-local-model"}
    assert beyond(local, Budget(tokens=TOKENS, seconds=1, usd=0), prices) is None
