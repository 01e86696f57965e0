"""What a search is worth: recall, rank and time, and whether it is better than another one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

NOT_FOUND = 1_000_000
"""The place of a right answer that is not among the hits."""


class Figures(NamedTuple):
    """Of one method over all queries. `places` is the place from 0 of the first right hit of each query."""

    places: list[int]
    seconds: list[float]

    def recall(self, most: int) -> float:
        """The share of queries with a right answer among the first `most`, 0 to 1."""
        return sum(place < most for place in self.places) / len(self.places)

    def as_json(self) -> dict[str, float]:
        """The figures by the names that they have in the output."""
        reciprocal = sum(1 / (place + 1) for place in self.places if place < 10) / len(self.places)
        return {
            "r@1": round(self.recall(1), 4),
            "r@5": round(self.recall(5), 4),
            "r@10": round(self.recall(10), 4),
            "r@50": round(self.recall(50), 4),
            "mrr@10": round(reciprocal, 4),
            "p50_ms": round(quantile(self.seconds, 0.5) * 1_000, 3),
            "p95_ms": round(quantile(self.seconds, 0.95) * 1_000, 3),
        }


def place_of(found: Sequence[tuple[str, int]], right: frozenset[tuple[str, int]]) -> int:
    """The place from 0 of the first right one."""
    return next((place for place, issue in enumerate(found) if issue in right), NOT_FOUND)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def paired_gain(
    ours: Figures, theirs: Figures, most: int, draws: int = 10_000, seed: int = 1
) -> tuple[float, float, float]:
    """How much more recall `ours` has at `most`, and the 95 % interval of it (paired bootstrap)."""
    differences = [
        (one < most) - (other < most) for one, other in zip(ours.places, theirs.places, strict=True)
    ]
    many = len(differences)
    chance = random.Random(seed)
    gains = sorted(sum(chance.choices(differences, k=many)) / many for _ in range(draws))
    return sum(differences) / many, gains[int(0.025 * draws)], gains[int(0.975 * draws) - 1]
