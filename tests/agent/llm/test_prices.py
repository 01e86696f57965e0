"""Prices: bands, cache, batch, and the models that have none."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from agent.diagnosis.model import ModelUsage
from agent.llm.prices import Prices, parse_prices
from agent.settings import Settings

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model", "usage", "dollars"),
    [
        ("claude-opus-5-5", ModelUsage(input_tokens=MILLION), 4.0),
        ("claude-opus-5-5", ModelUsage(output_tokens=MILLION), 20.0),
        ("claude-sonnet-5-5", ModelUsage(input_tokens=MILLION, output_tokens=MILLION), 12.0),
        ("claude-sonnet-5-5", ModelUsage(cache_read_tokens=MILLION), 0.1),
        ("claude-sonnet-5-5", ModelUsage(cache_write_tokens=MILLION), 2.5),
        ("claude-haiku-5-5", ModelUsage(input_tokens=100_000, output_tokens=MILLION), 0.51),
        ("claude-haiku-5-5", ModelUsage(input_tokens=100_001, output_tokens=MILLION), 2.5500005),
        ("claude-haiku-5-5", ModelUsage(input_tokens=60_000, cache_read_tokens=60_000), 0.033),
        ("claude-haiku-5-5-20261007", ModelUsage(output_tokens=MILLION), 0.5),
    ],
)
def test_a_call_costs_what_the_band_of_its_prompt_says(
    prices: Prices, model: str, usage: ModelUsage, dollars: float
) -> None:
    assert prices.usd(model, usage) == pytest.approx(dollars)
    assert prices.usd(model, usage, batch=True) == pytest.approx(dollars / 2)


def test_what_is_kept_for_an_hour_is_dearer_to_write(prices: Prices) -> None:
    usage = ModelUsage(cache_write_tokens=MILLION)
    assert prices.usd("claude-sonnet-5-5", usage, hour_writes=MILLION) == pytest.approx(4.0)
    assert prices.usd("claude-sonnet-5-5", usage, hour_writes=MILLION // 2) == pytest.approx(3.25)


@pytest.mark.parametrize("model", ["claude-sonnet-5", "claude-sonnet-5-5-pro", "gpt", ""])
def test_a_model_that_is_not_listed_has_no_price(prices: Prices, model: str) -> None:
    assert not prices.knows(model)
    assert prices.usd(model, ModelUsage(input_tokens=MILLION)) == 0.0


def test_the_most_that_a_call_can_cost_is_never_less_than_it_does(prices: Prices) -> None:
    for model in ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"):
        for cached in (0, 4_000, 9_000):
            usage = ModelUsage(input_tokens=9_000 - cached, cache_read_tokens=cached, output_tokens=700)
            assert prices.most_usd(model, 9_000, 700) >= prices.usd(model, usage)


def test_the_packaged_file_is_dated_and_knows_every_model_that_is_set(prices: Prices) -> None:
    settings = Settings()
    assert prices.checked >= date(2026, 11, 23)
    assert all(price.since <= prices.checked for price in prices.models)
    for name in ("triage_model", "draft_model", "strong_model", "fallback_model"):
        assert prices.knows(Settings.model_fields[name].default), name
    assert settings.model == Settings.model_fields["model"].default
    for price in prices.models:
        ends = [band.up_to for band in price.bands]
        assert ends[-1] is None
        assert None not in ends[:-1]


@pytest.mark.parametrize("text", ["", "checked = 2026-01-01\nbatch = 2\nmodels = []", "checked = 2026-01-01"])
def test_a_file_that_lacks_something_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        parse_prices(text)
