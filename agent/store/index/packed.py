"""The tokens of an issue as one small value: what the index is made of, and what re-ranking looks at."""

from __future__ import annotations

import zlib
from collections import Counter
from typing import NamedTuple

TITLE_WEIGHT = 4
"""How many times a token of the title counts in the one field that is searched first."""
MOST_BODY_TERMS = 100
"""So many different tokens of a body are searched: the most frequent ones, then those that come first.

The tail of long logs tells little: without it as many right issues are found, in a fifth less space."""
MOST_COUNT = 7
"""A token counts at most so often: a block of counts takes as many bits each as its largest one."""


def pack(title: list[str], body: list[str]) -> bytes:
    """The tokens of a title in order, and those of a body with how often they stand there.

    A line of the title's tokens, then a line for each count. Tokens hold no white space.
    """
    return _packed(title, Counter(body))


def pack_with_length(title: list[str], body: list[str]) -> tuple[bytes, int]:
    """What `pack` gives and its `length`, without unpacking it for that."""
    counts = Counter(body)
    return _packed(title, counts), sum(_field(title, counts).values())


def _packed(title: list[str], counts: dict[str, int]) -> bytes:
    by_count: dict[int, list[str]] = {}
    for token, count in counts.items():
        by_count.setdefault(count, []).append(token)
    lines = [" ".join(title), *(f"{count} {' '.join(found)}" for count, found in sorted(by_count.items()))]
    return zlib.compress("\n".join(lines).encode(), 6)


def unpack(packed: bytes) -> tuple[list[str], dict[str, int]]:
    """The tokens of the title in order, and how often each token stands in the body."""
    title, *lines = zlib.decompress(packed).decode().split("\n")
    body: dict[str, int] = {}
    for line in lines:
        count, _, found = line.partition(" ")
        body.update(dict.fromkeys(found.split(" "), int(count)))
    return title.split(" ") if title else [], body


class Shared(NamedTuple):
    """An issue as a query sees it: its title's tokens in order, those of its body that are wanted with how
    often each stands there, and how many tokens the body has in all."""

    title: list[str]
    body: dict[str, int]
    size: int


def shared(packed: bytes, wanted: frozenset[str]) -> Shared:
    """What `unpack` gives, without the tokens of the body that nobody asks for: they cost most of it."""
    title, *lines = zlib.decompress(packed).decode().split("\n")
    body: dict[str, int] = {}
    size = 0
    for line in lines:
        count, _, found = line.partition(" ")
        many, there = int(count), found.split(" ")
        size += many * len(there)
        body.update(dict.fromkeys(wanted.intersection(there), many))
    return Shared(title.split(" ") if title else [], body, size)


def length(packed: bytes) -> int:
    """How many tokens the one field has."""
    return sum(combined(packed).values())


def combined(packed: bytes) -> dict[str, int]:
    """How often each token stands in the one field, which leaves out what `MOST_BODY_TERMS` says."""
    return _field(*unpack(packed))


def _field(title: list[str], counts: dict[str, int]) -> dict[str, int]:
    """The one field; `counts` may be written into."""
    if len(counts) > MOST_BODY_TERMS:
        # Sorting keeps the order of the text among tokens that are equally frequent.
        counts = {
            t: counts[t] for t in sorted(counts, key=counts.__getitem__, reverse=True)[:MOST_BODY_TERMS]
        }
    for token in title:
        counts[token] = counts.get(token, 0) + TITLE_WEIGHT
    return {token: count if count < MOST_COUNT else MOST_COUNT for token, count in counts.items()}


def as_text(packed: bytes) -> str:
    """The one field as text in which a token stands as often as it counts; its order says nothing."""
    return "".join((token + " ") * count for token, count in combined(packed).items())
