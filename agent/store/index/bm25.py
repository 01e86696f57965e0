"""BM25 as the engine beside SQLite computes it, for those rows that the engine does not hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

K1, B = 1.2, 0.75
"""Those of the engine, which cannot be changed there."""
MOST_TOKENS = 30
"""Tokens of a query that are looked for: those with the largest weight x idf."""


class Collection(NamedTuple):
    """How many issues there are, and how many tokens they have on average."""

    docs: int
    average: float


class Chosen(NamedTuple):
    """One token of a query that is looked for. `factor` is its weight x idf."""

    token: str
    weight: float
    docs: int
    factor: float


def idf(docs: int, having: int) -> float:
    """How much a token tells that `having` of `docs` issues have. Above 0."""
    having = min(docs, having)
    return math.log(1 + (docs - having + 0.5) / (having + 0.5))


def choose(
    weights: Mapping[str, float], docs: int, having: Callable[[str], int], most: int = MOST_TOKENS
) -> list[Chosen]:
    """The tokens that tell most among those that any issue has, in order of weight x idf."""
    found = [
        Chosen(token, weight, count, weight * idf(docs, count))
        for token, weight in weights.items()
        if weight > 0 and (count := having(token)) > 0
    ]
    found.sort(key=lambda chosen: (-chosen.factor, chosen.token))
    return found[:most]


def told(count: int, length: int, average: float) -> float:
    """What `count` occurrences in an issue of `length` tokens count, below K1 + 1."""
    return count * (K1 + 1) / (count + K1 * (1 - B + B * length / average))
