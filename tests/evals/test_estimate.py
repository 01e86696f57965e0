"""Estimates: the requests are those of the road, the share that is cacheable, dollars by the price file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from agent.compose import load_prices
from agent.diagnosis.next_call import Models
from evals.case import Case
from evals.estimate import (
    CallEstimate,
    CaseEstimate,
    estimate_case,
    likely_usd,
    most_usd,
    summary,
    table,
)
from evals.run import road, shipped_models

MODEL = "claude-sonnet-5-5"


def call(**changed: object) -> CallEstimate:
    values = {"step": "draft", "model": MODEL, "input": 4000, "cacheable": 1000, "output": 500, "most": 2000}
    return CallEstimate.model_validate(values | changed)


def test_a_case_is_estimated_without_asking_anybody(make_case: Callable[..., Case]) -> None:
    async def walk() -> CaseEstimate:
        async with road() as context:
            return await estimate_case(make_case(), context, shipped_models())

    found = asyncio.run(walk())
    assert [(one.step, one.model) for one in found.calls] == [("draft", MODEL)]
    assert 1_000 < found.input < 6_000
    assert 0.2 < found.cacheable_share < 0.8
    assert 0 < found.calls[0].output < found.calls[0].most


def test_the_second_call_reads_the_prefix_and_a_batch_costs_half() -> None:
    prices = load_prices()
    one, two = CaseEstimate(slug="a", calls=[call()]), CaseEstimate(slug="b", calls=[call()])
    first = (3000 * 2.0 + 1000 * 2.5 + 500 * 10.0) / 1e6
    assert likely_usd([one], prices) == pytest.approx(first)
    assert likely_usd([one, two], prices) == pytest.approx(2 * first - 1000 * (2.5 - 0.10) / 1e6)
    assert likely_usd([one, two], prices, batch=True) == pytest.approx(likely_usd([one, two], prices) / 2)


def test_at_most_counts_a_repair_of_each_draft_and_of_no_opinion() -> None:
    prices = load_prices()
    draft = (4000 * 2.5 + 2000 * 10 + 6000 * 2.5 + 2000 * 10) / 1e6
    assert most_usd([CaseEstimate(slug="a", calls=[call()])], prices) == pytest.approx(draft)
    triage = CaseEstimate(slug="a", calls=[call(step="triage")])
    assert most_usd([triage], prices) == pytest.approx((4000 * 2.5 + 2000 * 10) / 1e6)


def test_it_is_said_in_words() -> None:
    estimates = [CaseEstimate(slug="blue-mill", calls=[call()])]
    assert table(estimates)[1].split() == ["blue-mill", "4,000", "25%", "draft", MODEL]
    lines = summary(estimates, load_prices(), batch=True)
    assert "about 4,000 tokens in (25% cacheable)" in lines[0]
    assert "as a batch" in lines[1]
    unpriced = [CaseEstimate(slug="a", calls=[call(model="local")])]
    assert "No price is known for local" in summary(unpriced, load_prices(), batch=False)[1]
    assert Models(*shipped_models()).draft == MODEL
