"""What a call costs: the packaged price file, its bands, cache reads and writes, and the batch share."""

from __future__ import annotations

import re
import tomllib
from datetime import date

from pydantic import Field

from agent.diagnosis.model import ModelUsage
from agent.report.error_report import Noun

MILLION = 1_000_000
_SNAPSHOT = re.compile(r"(?:-\d{8}|@\d{8}|\[1m\])$")
"""What follows a model's id where one build of it, or its long window, is named."""


class Band(Noun):
    """Prices in US dollars for a million tokens, for prompts of at most `up_to` tokens."""

    up_to: int | None = None
    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cache_read: float = Field(ge=0)
    cache_write: float = Field(ge=0)
    cache_write_hour: float = Field(ge=0)


class ModelPrice(Noun):
    """One model's bands, the shortest prompts first; `since` is the day from which they hold."""

    id: str
    since: date
    bands: list[Band] = Field(min_length=1)


class Prices(Noun):
    """The price file: the day on which it was checked, and what a batch call costs of the whole."""

    checked: date
    batch: float = Field(ge=0, le=1)
    models: list[ModelPrice]

    def knows(self, model: str) -> bool:
        """Whether there is a price for `model`."""
        return self._price(model) is not None

    def usd(self, model: str, usage: ModelUsage, *, hour_writes: int = 0, batch: bool = False) -> float:
        """The dollars of one call; 0.0 for a model without a price (ask `knows`).

        `hour_writes` is how many of the written cache tokens are kept for an hour.
        """
        prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        band = self._band(model, prompt)
        if band is None:
            return 0.0
        whole = (
            usage.input_tokens * band.input
            + usage.output_tokens * band.output
            + usage.cache_read_tokens * band.cache_read
            + (usage.cache_write_tokens - hour_writes) * band.cache_write
            + hour_writes * band.cache_write_hour
        )
        return round(whole * (self.batch if batch else 1) / MILLION, 9)

    def most_usd(self, model: str, input_tokens: int, output_tokens: int) -> float:
        """The dollars of a call that fills `output_tokens` and finds nothing in the cache but writes it."""
        return self.usd(model, ModelUsage(cache_write_tokens=input_tokens, output_tokens=output_tokens))

    def _band(self, model: str, prompt: int) -> Band | None:
        price = self._price(model)
        if price is None:
            return None
        return next((b for b in price.bands if b.up_to is None or prompt <= b.up_to), price.bands[-1])

    def _price(self, model: str) -> ModelPrice | None:
        name = _SNAPSHOT.sub("", model)
        return next((price for price in self.models if price.id == name), None)


def parse_prices(text: str) -> Prices:
    """The prices of a TOML file. Raises `tomllib.TOMLDecodeError` or `pydantic.ValidationError`."""
    return Prices.model_validate(tomllib.loads(text))
