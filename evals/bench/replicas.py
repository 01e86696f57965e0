"""As many issues as are asked for, made of some thousand: each copy loses tokens and gets others.

A copy keeps three quarters of one issue, gets a seventh of another, and two tokens that no other issue has.
Issues of real trackers bring more new ones (six each, still after 30,000), so that the copies' vocabulary is
rather too small than too large; a copy has about as many different tokens (66; one of a real issue 68) as a
real issue (65).
"""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from agent.issues.tokens import issue_tokens

_KEPT, _OTHER, _OWN = 0.75, 0.15, 2
_VOCABULARY = 200_000
_TERMS, _SPREAD, _REPEATED = 3.55, 0.85, 0.5
"""Different words of a made up body, as a logarithm; how unlike they are, and how much of a body are words
said again. So chosen that copies are as large as copies of issues of real trackers."""


class Tokens(NamedTuple):
    """The tokens of one issue."""

    title: list[str]
    body: list[str]


def read_corpus(path: Path, most: int | None = None) -> list[Tokens]:
    """The tokens of the issues of a JSON lines file, plain or .xz: each line has a title and a body."""
    found: list[Tokens] = []
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
        Tokens(chance.choices(words, cum_weights=often, k=chance.randint(4, 12)), _body(words, often, chance))
        for _ in range(many)
    ]


def _body(words: list[str], often: list[float], chance: random.Random) -> list[str]:
    found = chance.choices(words, cum_weights=often, k=int(chance.lognormvariate(_TERMS, _SPREAD)) + 3)
    return found + chance.choices(found, k=int(len(found) * _REPEATED / (1 - _REPEATED)))


def replicas(given: list[Tokens], many: int, seed: int = 1) -> Iterator[Tokens]:
    """`many` issues: the given ones first, then copies of which no two are the same."""
    chance = random.Random(seed)
    for number in range(many):
        if number < len(given):
            yield given[number]
        else:
            other = given[int(chance.random() * len(given))]
            yield _copy(given[number % len(given)], other, chance, number)


def _copy(tokens: Tokens, other: Tokens, chance: random.Random, number: int) -> Tokens:
    """Three quarters of the one issue, in one piece round its end, and some of another one."""
    own = [f"own{number}x{at}" for at in range(_OWN)]
    return Tokens(
        _part(tokens.title, _KEPT, chance) + _part(other.title, _OTHER, chance),
        _part(tokens.body, _KEPT, chance) + _part(other.body, _OTHER, chance) + own,
    )


def _part(found: list[str], share: float, chance: random.Random) -> list[str]:
    start, many = int(chance.random() * len(found)), round(len(found) * share)
    return found[start : start + many] + found[: max(0, start + many - len(found))]
