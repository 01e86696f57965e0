"""Version skew: do the clients of a wave lie on one side of a version, when those of quiet times do not?"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Literal

from agent.issues.wave import Skew

FEWEST_KNOWN = 3
"""Members and quiet reports with a known version below which nothing is said."""
LEAST_SHARE = 0.7
"""The share of the wave that must lie on the side."""
MOST_CHANCE = 0.01
_NUMBER = re.compile(r"\d+")


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, for comparing: "v2.1.7" gives (2, 1, 7)."""
    return tuple(int(part) for part in _NUMBER.findall(version)[:4])


def skew_of(
    wave: Mapping[str, int], quiet: Mapping[str, int], meanwhile: Mapping[str, int] | None = None
) -> Skew | None:
    """The bound that parts the versions of a wave best from those of quiet times; None where none does.

    All map a version to how many have it. `meanwhile` are other errors at the time of the wave: they count
    with quiet times where the wave is newer, since everybody's clients grow newer. Fisher's exact test,
    one-sided, times the bounds tried.
    """
    older = _skew(wave, quiet, "older")
    newer = _skew(wave, Counter(quiet) + Counter(meanwhile or {}), "newer")
    return min((one for one in (older, newer) if one), key=lambda one: one.p_value, default=None)


def _skew(wave: Mapping[str, int], quiet: Mapping[str, int], side: Literal["older", "newer"]) -> Skew | None:
    in_wave, in_quiet = _by_numbers(wave), _by_numbers(quiet)
    known, usual = sum(in_wave.values()), sum(in_quiet.values())
    if known < FEWEST_KNOWN or usual < FEWEST_KNOWN:
        return None
    names = {numbers(name): name for name in sorted([*quiet, *wave])}
    order = sorted({*in_wave, *in_quiet})
    best: Skew | None = None
    tried = 2 * (len(order) - 1)
    below = quiet_below = 0
    for place, version in enumerate(order[:-1]):
        below += in_wave[version]
        quiet_below += in_quiet[version]
        if side == "older":
            than, members, others = order[place + 1], below, quiet_below
        else:
            than, members, others = version, known - below, usual - quiet_below
        if members < LEAST_SHARE * known:
            continue
        chance = min(1.0, tried * _fisher(members, known, others, usual))
        if chance <= MOST_CHANCE and (best is None or chance < best.p_value):
            best = Skew(
                side=side,
                than=names[than],
                wave=members,
                wave_known=known,
                quiet=others,
                quiet_known=usual,
                lift=round((members / known) / ((others + 0.5) / (usual + 1)), 1),
                p_value=chance,
            )
    return best


def is_beside(version: str, skew: Skew) -> bool:
    """Whether a version lies on the other side of the bound than its wave."""
    if skew.side == "older":
        return numbers(version) >= numbers(skew.than)
    return numbers(version) <= numbers(skew.than)


def _by_numbers(counts: Mapping[str, int]) -> Counter[tuple[int, ...]]:
    found: Counter[tuple[int, ...]] = Counter()
    for version, count in counts.items():
        if parsed := numbers(version):
            found[parsed] += count
    return found


def _fisher(members: int, known: int, others: int, usual: int) -> float:
    """The chance that a draw of `known` out of all holds at least `members` of those on the side."""
    side, total = members + others, known + usual
    whole = _log_choose(total, known)
    return math.fsum(
        math.exp(_log_choose(side, k) + _log_choose(total - side, known - k) - whole)
        for k in range(members, min(side, known) + 1)
    )


def _log_choose(n: int, k: int) -> float:
    if k < 0 or k > n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
