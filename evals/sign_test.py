"""The exact sign test over paired cases, Holm's correction, and what a suite of this size can see.

Only cases that differ count. If a change did nothing, each of them would be better or worse with equal
chance; the probability that so many or more are worse is a sum of binomial terms, kept as a fraction.
Sources: Conover, Practical Nonparametric Statistics, 3rd ed., section 3.4; Holm, Scandinavian Journal of
Statistics 6 (1979), 65-70.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb

ALPHA = Fraction(1, 20)
LEAST = 5
"""Cases that differ, below which nothing can be shown: all of four worse is still 1 in 16."""
POWER = Fraction(4, 5)


def p_worse(better: int, worse: int) -> Fraction:
    """The chance of `worse` or more out of all that differ, if better and worse were equally likely."""
    n = better + worse
    return Fraction(sum(comb(n, k) for k in range(worse, n + 1)), 2**n)


def holm(p: Mapping[str, Fraction], alpha: Fraction = ALPHA) -> set[str]:
    """The names whose p is small enough that a false alarm among all has at most the chance `alpha`."""
    found: set[str] = set()
    for rank, name in enumerate(sorted(p, key=lambda n: (p[n], n))):
        if p[name] * (len(p) - rank) > alpha:
            break
        found.add(name)
    return found


def critical(n: int, alpha: Fraction = ALPHA) -> int | None:
    """How many of `n` cases that differ must be worse to be shown at all; None where all are too few."""
    return next((worse for worse in range(n + 1) if p_worse(n - worse, worse) <= alpha), None)


def smallest_effect(n: int, alpha: Fraction = ALPHA, power: Fraction = POWER) -> int | None:
    """The smallest share of worse cases, in whole per cent of `n` that differ, that is seen with `power`.

    None where even a change that makes all of them worse is not seen.
    """
    least = critical(n, alpha)
    if least is None:
        return None
    return next((share for share in range(50, 101) if _seen(n, least, Fraction(share, 100)) >= power), None)


def _seen(n: int, least: int, share: Fraction) -> Fraction:
    terms = (comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(least, n + 1))
    return sum(terms, Fraction(0))


def power_in_words(n: int, cases: int) -> str:
    """What a comparison of `cases` pairs can see, of which `n` differ."""
    if n < LEAST:
        every = critical(LEAST)
        return (
            f"{n} of {cases} paired cases differ; with fewer than {LEAST} nothing can be shown "
            f"({every} of {LEAST}, all of them worse, is the least that could be)"
        )
    effect, least = smallest_effect(n), critical(n)
    if effect is None or least is None:
        return f"{n} of {cases} paired cases differ; no effect is seen with a chance of 80 %"
    return (
        f"{n} of {cases} paired cases differ; {least} or more of them must be worse to be shown, and a "
        f"change that makes at least {effect} % of the cases it moves worse is seen with a chance of 80 %"
    )
