"""The learned weights of re-ranking, as data: hits and a query in, hits in a better order out."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Sequence
from functools import cached_property
from operator import mul
from typing import Any, NamedTuple

from pydantic import ValidationError, model_validator

from agent.issues.features import NAMES, features
from agent.issues.issue import IssueHit, IssueQuery
from agent.report.error_report import Noun


class Ranking(Noun):
    """Weights of the features, and how sure a score makes.

    An issue whose score is s is the one that was meant with the probability 1 / (1 + exp(-(slope x s +
    offset))). Below the probability `floor` a hit is too weak to be shown beside a diagnosis. `source` says
    what the weights were learned from. A feature without a weight counts nothing.
    """

    weights: dict[str, float]
    slope: float
    offset: float
    floor: float
    source: str = ""

    @model_validator(mode="after")
    def _knows_its_features(self) -> Ranking:
        if unknown := sorted(self.weights.keys() - set(NAMES)):
            raise ValueError(f"no such feature: {', '.join(unknown)}")
        numbers = (self.slope, self.offset, self.floor, *self.weights.values())
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError("a weight is not a number")
        return self

    @cached_property
    def in_order(self) -> tuple[float, ...]:
        """A weight for each of `NAMES`. Kept, since every hit of every search is multiplied with it."""
        return tuple(self.weights.get(name, 0.0) for name in NAMES)


class Scored(NamedTuple):
    """A hit with its score and the probability, 0 to 1, that it is the same matter as the query's."""

    hit: IssueHit
    score: float
    probability: float


def parse_ranking(text: str) -> Ranking:
    """The weights in the TOML of `ranking.toml`. Raises ValueError where it is not such a file."""
    return _checked(tomllib.loads(text))


def load_ranking(text: str) -> Ranking:
    """The weights as `dump_ranking` wrote them. Raises ValueError where the text is something else."""
    return _checked(json.loads(text))


def dump_ranking(ranking: Ranking) -> str:
    """The weights as one line of JSON, to be kept in a database."""
    return ranking.model_dump_json()


def _checked(value: Any) -> Ranking:
    try:
        return Ranking.model_validate(value)
    except ValidationError as bad:
        raise ValueError(f"ranking weights: {bad.errors()[0]['msg']}") from bad


def rerank(query: IssueQuery, hits: Sequence[IssueHit], ranking: Ranking) -> list[Scored]:
    """The hits by their score, those with the very same error signature before all others.

    Equal ones keep the order of the store. Hits of a store without an index of tokens keep it all.
    """
    found = [_scored(hit, numbers, ranking) for hit, numbers in zip(hits, features(query, hits), strict=True)]
    return sorted(found, key=lambda scored: (not scored.hit.same_signature, -scored.score))


def score_of(numbers: Sequence[float], ranking: Ranking) -> float:
    """The weighted sum of the features, which come in the order of `NAMES`."""
    return math.fsum(map(mul, ranking.in_order, numbers))


def _scored(hit: IssueHit, numbers: Sequence[float], ranking: Ranking) -> Scored:
    if hit.forward is None or hit.collection is None:
        return Scored(hit, -math.inf, 0.0)
    score = score_of(numbers, ranking)
    exponent = min(700.0, max(-700.0, -(ranking.slope * score + ranking.offset)))
    return Scored(hit, score, 1 / (1 + math.exp(exponent)))
