"""The one question to ask: the unknown sign whose answer is expected to tell most.

For a cause that uses a sign with weights w+ (present) and w- (absent), the weights are log
likelihood ratios against a base rate b of the sign, so b*exp(w+) + (1-b)*exp(w-) = 1 gives b and
P(present | cause) = b*exp(w+). A cause that does not use the sign is taken to have a neutral rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from agent.causes.catalogue import Catalogue
from agent.causes.cause import AskableSign, Cause, Question
from agent.causes.evidence import Evidence, sign_key
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
    best: tuple[float, AskableSign] | None = None
    for cause in leading:
        for asked in cause.questions:
            if _was_asked(asked, evidence) or read_sign(asked.sign, asked.args, evidence) is not None:
                continue
            gain = _gain(asked, catalogue, likelihoods)
            if gain > LEAST_GAIN and (best is None or gain > best[0] + 1e-9):
                best = gain, asked
    if best is None:
        return None
    asked = best[1]
    question = Question(text=asked.text, how=asked.how, splits=_splits(asked, leading))
    return question, _turns(asked, catalogue, likelihoods, leading[0])


def _was_asked(asked: AskableSign, evidence: Evidence) -> bool:
    """Whether the user was asked this before, or could not give the fact that it asks for."""
    if not evidence.answers:
        return False
    return bool({asked.text, asked.sign, sign_key(asked.sign, asked.args)} & evidence.asked)


def _rate(cause: Cause, asked: AskableSign) -> float:
    """P(sign present | cause)."""
    for use in cause.signs:
        if use.sign == asked.sign and use.args == asked.args:
            up, down = math.exp(use.present), math.exp(use.absent)
            if abs(up - down) < 1e-9:
                return NEUTRAL
            base = (1.0 - down) / (up - down)
            base = min(max(base, 0.02), 0.98) if 0.0 < base < 1.0 else NEUTRAL
            return min(max(base * up, 0.02), 0.98)
    return NEUTRAL


def _gain(asked: AskableSign, catalogue: Catalogue, likelihoods: Mapping[str, float]) -> float:
    """Expected fall in entropy (nats) over the causes and "none" once the sign is known."""
    none = max(0.0, 1.0 - sum(likelihoods.values()))
    mass = [(likelihoods[c.id], _rate(c, asked)) for c in catalogue.causes] + [(none, NEUTRAL)]
    before = _entropy([p for p, _ in mass])
    after = 0.0
    for joint in ([p * r for p, r in mass], [p * (1.0 - r) for p, r in mass]):
        total = sum(joint)
        if total > 0:
            after += total * _entropy([j / total for j in joint])
    return before - after


def _turns(asked: AskableSign, catalogue: Catalogue, likelihoods: Mapping[str, float], first: Cause) -> float:
    """The probability of an answer after which `first` is no longer the likeliest cause."""
    rates = {cause.id: _rate(cause, asked) for cause in catalogue.causes}
    none = max(0.0, 1.0 - sum(likelihoods.values()))
    turned = 0.0
    for answer in (rates, {cause_id: 1.0 - rate for cause_id, rate in rates.items()}):
        joint = {cause_id: likelihoods[cause_id] * rate for cause_id, rate in answer.items()}
        if max(joint.values()) > joint[first.id]:
            turned += sum(joint.values()) + none * (NEUTRAL if answer is rates else 1.0 - NEUTRAL)
    return turned


def _entropy(parts: list[float]) -> float:
    return -sum(p * math.log(p) for p in parts if p > 0)


def _splits(asked: AskableSign, leading: list[Cause]) -> list[str]:
    """The leading causes that the answer parts: those whose rate differs from the first asker's."""
    rates = {cause.id: _rate(cause, asked) for cause in leading}
    high = max(rates.values())
    low = min(rates.values())
    if high <= 0 or low <= 0 or high / low < PART_RATIO:
        return list(rates)[:2]
    ends = [c for c in rates if rates[c] >= high / PART_RATIO][:2]
    return ends + [c for c in rates if rates[c] < high / PART_RATIO][:2]
