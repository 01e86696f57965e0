"""As many issues as are asked for, made of some thousand: each copy loses tokens and gets others."""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from agent.issues.tokens import issue_tokens

_LOST, _OTHER, _OWN = 0.25, 0.15, 2
_VOCABULARY = 40_000


class Tokens(NamedTuple):
    """The tokens of one issue."""

    title: list[str]
    body: list[str]


def read_corpus(path: Path, most: int | None = None) -> list[Tokens]:
    """The tokens of the issues of a JSON lines file, plain or .xz: each line has a title and a body."""
    found = []
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            if most is not None and len(found) >= most:
                break
            row = json.loads(line)
            found.append(Tokens(*issue_tokens(row["title"] or "", row["body"] or "")))
    return found


def made_up(many: int, seed: int = 1) -> list[Tokens]:
    """Issues of words that are as rare as words are (Zipf), where there is no corpus."""
    chance = random.Random(seed)
    words = [f"w{number}" for number in range(_VOCABULARY)]
    often = list(accumulate(1 / (number + 5) for number in range(_VOCABULARY)))
    return [
        Tokens(
            chance.choices(words, cum_weights=often, k=chance.randint(4, 12)),
            chance.choices(words, cum_weights=often, k=int(chance.lognormvariate(4.2, 0.9)) + 5),
        )
        for _ in range(many)
    ]


def replicas(given: list[Tokens], many: int, seed: int = 1) -> Iterator[Tokens]:
    """`many` issues: the given ones first, then copies of which no two are the same."""
    chance = random.Random(seed)
    every = [token for tokens in given for token in tokens.body[:200]]
    for number in range(many):
        if number < len(given):
            yield given[number]
        else:
            yield _copy(given[number % len(given)], every, chance, number)


def _copy(tokens: Tokens, every: list[str], chance: random.Random, number: int) -> Tokens:
    def changed(found: list[str]) -> list[str]:
        kept = chance.sample(found, k=round(len(found) * (1 - _LOST)))
        return kept + [every[int(chance.random() * len(every))] for _ in range(round(len(found) * _OTHER))]

    own = [f"own{number}x{at}" for at in range(_OWN)]
    return Tokens(changed(tokens.title), changed(tokens.body) + own)
