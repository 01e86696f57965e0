"""Learns the weights of re-ranking from queries whose right answers are known.

A linear model that gives the right issues of a query more of the probability than all its other hits
(softmax over the hits of one query; several right ones share it), with an L2 penalty, by Newton's method.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agent.issues.features import NAMES
from agent.issues.ranking import Ranking

PENALTY = 30.0
FLOOR = 0.4
"""Over the packaged threads, half of the hits above it that do not share the message have the same cause."""
_ROUNDS, _ENOUGH = 20, 1e-5
_MOST_SHOWN = 10

Matrix = NDArray[np.float64]


class Example(NamedTuple):
    """One query: a row of features for each hit, and which of the hits are right."""

    rows: Sequence[Sequence[float]]
    right: Sequence[bool]


def fit(
    examples: Sequence[Example], source: str, penalty: float = PENALTY, prior: Ranking | None = None
) -> Ranking:
    """The weights that suit the examples best. Those without a right hit among them teach nothing.

    With `prior` it costs to leave its weights, so that few examples change them little. Raises ValueError
    where no example has a right hit.
    """
    kept = [example for example in examples if any(example.right)]
    if not kept:
        raise ValueError("no query has a right answer among its hits")
    every = np.concatenate([np.asarray(example.rows, float) for example in kept])
    right = np.concatenate([np.asarray(example.right, float) for example in kept])
    sizes = np.array([len(example.right) for example in kept])
    spread = every.std(axis=0)
    spread[spread < 1e-9] = np.inf
    scaled = (every - every.mean(axis=0)) / spread
    known = prior.weights if prior else {}
    start = np.array([known.get(name, 0.0) for name in NAMES]) * np.where(np.isinf(spread), 0.0, spread)
    weights = _newton(scaled, right, sizes, penalty, start) / spread
    slope, offset = _calibrated(every @ weights, right, sizes)
    named = {name: round(float(weight), 5) for name, weight in zip(NAMES, weights, strict=True) if weight}
    return Ranking(weights=named, slope=round(slope, 5), offset=round(offset, 5), floor=FLOOR, source=source)


def _newton(rows: Matrix, right: Matrix, sizes: NDArray[np.int_], penalty: float, prior: Matrix) -> Matrix:
    start = np.r_[0, np.cumsum(sizes)[:-1]]
    group = np.repeat(np.arange(len(sizes)), sizes)

    def loss(weights: Matrix) -> tuple[float, Matrix, Matrix]:
        score = rows @ weights
        raised = np.exp(score - np.maximum.reduceat(score, start)[group])
        every, good = np.add.reduceat(raised, start), np.add.reduceat(raised * right, start)
        lost = -np.log(np.maximum(good, 1e-300) / every).sum() + penalty / 2 * ((weights - prior) ** 2).sum()
        return float(lost), raised / every[group], raised * right / np.maximum(good, 1e-300)[group]

    weights = prior
    lost, chance, wanted = loss(weights)
    for _ in range(_ROUNDS):
        slope = rows.T @ (chance - wanted) + penalty * (weights - prior)
        weighted = rows * chance[:, None]
        means = np.add.reduceat(weighted, start, axis=0)
        curve = weighted.T @ rows - means.T @ means + penalty * np.eye(len(weights))
        step, length = np.linalg.solve(curve, slope), 1.0
        while length > 1e-4 and (tried := loss(weights - length * step))[0] >= lost:
            length /= 2
        if length <= 1e-4:
            break
        gained = lost - tried[0]
        weights = weights - length * step
        lost, chance, wanted = tried
        if gained < _ENOUGH * abs(lost):
            break
    return weights


def _calibrated(score: Matrix, right: Matrix, sizes: NDArray[np.int_]) -> tuple[float, float]:
    """Slope and offset of a logistic curve from score to probability, over the first ten of every query."""
    shown, start = [], 0
    for size in sizes:
        best = start + np.argsort(-score[start : start + size], kind="stable")[:_MOST_SHOWN]
        shown.append(best)
        start += size
    index = np.concatenate(shown)
    rows = np.stack([score[index], np.ones(len(index))], axis=1)
    line: Matrix = np.zeros(2)
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ line, -30, 30)))
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + 1e-3 * np.eye(2)
        line = line - np.linalg.solve(curve, rows.T @ (chance - right[index]) + 1e-3 * line)
    return float(line[0]), float(line[1])
