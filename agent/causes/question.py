"""The one question to ask: the unknown sign whose answer is expected to tell most.

For a cause that uses a sign with weights w+ (present) and w- (absent), the weights are log
likelihood ratios against a base rate b of the sign, so b*exp(w+) + (1-b)*exp(w-) = 1 gives b and
P(present | cause) = b*exp(w+). A cause that does not use the sign is taken to have a neutral rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from agent.causes.catalogue import Catalogue
from agent.causes.cause import AskableSign, Cause, Question
from agent.causes.evidence import Evidence
from agent.causes.signs import read_sign

NEUTRAL = 0.3
"""P(present) of a sign under a cause that says nothing of it."""
ASKED_ABOUT = 6
"""Only the questions of the leading causes are considered."""
LEAST_GAIN = 0.01
"""Nats of expected information below which no question is worth asking."""
PART_RATIO = 1.5
"""Two causes are parted by a question if its answers' odds differ by this factor between them."""


def best_question(
    evidence: Evidence, catalogue: Catalogue, likelihoods: Mapping[str, float]
) -> tuple[Question, float] | None:
    """The askable unknown sign with the highest expected information gain, or None.

    With it comes the probability that its answer puts another cause first.
    """
    leading = sorted(catalogue.causes, key=lambda c: (-likelihoods[c.id], c.id))[:ASKED_ABOUT]
    best: tuple[float, AskableSign, str] | None = None
    for cause in leading:
        for asked, key in zip(cause.questions, catalogue.question_keys[cause.id], strict=True):
            if _was_asked(asked, key, evidence) or read_sign(asked.sign, asked.args, evidence) is not None:
                continue
            gain = _gain(_rates(key, catalogue), likelihoods)
            if gain > LEAST_GAIN and (best is None or gain > best[0] + 1e-9):
                best = gain, asked, key
    if best is None:
        return None
    _, asked, key = best
    rates = _rates(key, catalogue)
    question = Question(text=asked.text, how=asked.how, splits=_splits(rates, leading))
    return question, _turns(rates, likelihoods, leading[0])


def _was_asked(asked: AskableSign, key: str, evidence: Evidence) -> bool:
    """Whether the user was asked this before, or could not give the fact that it asks for."""
    if not evidence.answers:
        return False
    return bool({asked.text, asked.sign, key} & evidence.asked)


def _rates(key: str, catalogue: Catalogue) -> dict[str, float]:
    """P(sign present | cause) of the causes that use the sign; all others have the neutral rate."""
    uses = catalogue.by_sign.get(key, {})
    return {cause_id: _rate(use.present, use.absent) for cause_id, use in uses.items()}


@lru_cache(4096)
def _rate(present: float, absent: float) -> float:
    up, down = math.exp(present), math.exp(absent)
    if abs(up - down) < 1e-9:
        return NEUTRAL
    base = (1.0 - down) / (up - down)
    base = min(max(base, 0.02), 0.98) if 0.0 < base < 1.0 else NEUTRAL
    return min(max(base * up, 0.02), 0.98)


def _gain(rates: Mapping[str, float], likelihoods: Mapping[str, float]) -> float:
    """Expected fall in entropy (nats) over the causes and "none" once the sign is known.

    It is the information between answer and cause: the entropy of the answer less what is left of
    it once the cause is known. Causes without a rate of their own, and "none", are neutral.
    """
    known = sum(likelihoods[cause_id] for cause_id in rates)
    present = sum(likelihoods[cause_id] * rate for cause_id, rate in rates.items())
    present += (1.0 - known) * NEUTRAL
    left = sum(likelihoods[cause_id] * _uncertainty(rate) for cause_id, rate in rates.items())
    return _uncertainty(present) - left - (1.0 - known) * _uncertainty(NEUTRAL)


def _uncertainty(rate: float) -> float:
    """Entropy (nats) of a yes/no that is yes with this probability."""
    return -sum(p * math.log(p) for p in (rate, 1.0 - rate) if p > 0)


def _turns(rates: Mapping[str, float], likelihoods: Mapping[str, float], first: Cause) -> float:
    """The probability of an answer after which `first` is no longer the likeliest cause."""
    none = max(0.0, 1.0 - sum(likelihoods.values()))
    turned = 0.0
    absent = {cause_id: 1.0 - rate for cause_id, rate in rates.items()}
    for answer, neutral in ((rates, NEUTRAL), (absent, 1.0 - NEUTRAL)):
        joint = {c: likelihood * answer.get(c, neutral) for c, likelihood in likelihoods.items()}
        if max(joint.values()) > joint[first.id]:
            turned += sum(joint.values()) + none * neutral
    return turned


def _splits(rates: Mapping[str, float], leading: list[Cause]) -> list[str]:
    """The leading causes that the answer parts: those with a high rate, then those with a low one."""
    of = {cause.id: rates.get(cause.id, NEUTRAL) for cause in leading}
    high, low = max(of.values()), min(of.values())
    if high / low < PART_RATIO:
        return list(of)[:2]
    likely = [c for c in of if of[c] >= high / PART_RATIO][:2]
    return likely + [c for c in of if of[c] < high / PART_RATIO][:2]
