"""Money-safe: nobody is told to pay for what a free step may settle, or for a misrouted request."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from agent.causes.cause import WeighedCause
from agent.diagnosis.diagnosis import Action, Finding
from agent.diagnosis.laws.case import TEXTS, Case
from agent.diagnosis.laws.phrases import reading
from agent.diagnosis.laws.prefilter import Phrase
from agent.usage.account import UsageAssessment

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue

LOOK_ALIKES = frozenset(
    {"stale-plan-credentials", "limit-message-misleading", "api-key-overrides-subscription"}
)
"""Causes whose message asks for money that would not help, besides those marked `misrouted`."""
LOOK_ALIKE_FLOOR = 0.10
"""From this likelihood on, a misrouted cause or a look-alike keeps every paid step back."""

_THING = (
    r"(?:extra[- ]usage|usage credits?|api credits?|prepaid credits?|credits?\b|auto-?(?:reload|recharge)"
    r"|overage"
    r"|pay-as-you-go|spend(?:ing)? (?:limit|cap)|monthly (?:limit|cap)|balance|funds|api billing"
    r"|payment method"
    r"|credit card|/extra-usage|/usage-credits|settings/usage|plans? (?:&|and) billing)"
)
_BASE = (
    r"add|buy|purchase|claim|redeem|top[- ]?up|enable|activate|raise|increase|lift|set up"
    r"|fund|pay"
    r"|reload|recharge|refill|deposit|order|allow"
)
_ING = (
    r"adding|buying|purchasing|claiming|redeeming|topping up|enabling|activating|turning|raising|increasing"
    r"|lifting|funding|paying|reloading|recharging|refilling"
)
_LEAD = r"(?:consider|try|recommend|suggest|advise|by|requires?|start|after|need)\s+(?:\w+\s+)?"
_TELLS = (
    Phrase(rf"\b(?:turn|switch)(?:ing)?\b (?:\w+ ){{0,2}}?(?:on|to)\b (?:\w+ ){{0,3}}?{_THING}"),
    Phrase(rf"\b(?:turn|switch)(?:ing)?\b (?:\w+ ){{0,3}}?{_THING}[^;.!?]{{0,10}}\bon\b"),
    Phrase(r"\b(?:run|use|type|open)\b[^;!?]{0,40}/(?:extra-usage|usage-credits|upgrade)\b"),
    Phrase(r"\b(?:get|buy|order|load|need)\b[^;.!?]{0,15}\bmore (?:credits?|usage|quota|money)\b"),
    Phrase(r"\b(?:you need to|please|just|simply|must|should) top up\b|\b(?:top up|recharge) (?:your|the)\b"),
    Phrase(r"\b(?:put|load|deposit|transfer)\b[^;.!?]{0,20}(?:\bmoney\b|[$€£]\s?\d)"),
    Phrase(r"\b(?:get|buy|purchase|take)\b[^;.!?]{0,20}\b(?:higher|bigger|larger|max|pro) plan\b"),
    Phrase(r"\bsettings/usage\b[^;!?]{0,30}\b(?:add|buy|claim|enable)\b"),
    Phrase(r"\b(?:enter|add|give)\b[^;.!?]{0,15}\b(?:credit card|payment)\b|\buse api billing\b"),
    Phrase(r"\b(?:activate|enable|turn on|set up|switch on)\b[^;.!?]{0,15}\bbilling\b"),
    Phrase(r"\bclaim (?:it|them|yours)\b"),
    Phrase(r"\b(?:raise|increase|lift)\b[^;.!?]{0,20}\b(?:cap|budget)\b"),
    Phrase(rf"\b(?:{_BASE})\b[^;!?]{{0,60}}?{_THING}"),
    Phrase(rf"\b{_LEAD}(?:{_ING})\b[^;!?]{{0,60}}?{_THING}"),
    Phrase(
        rf"{_THING}[^;!?]{{0,30}}\b(?:on(?! (?:it|the|its|an?|your|top|by)\b)|enabled?|raised|topped up"
        rf"|funded)\b"
    ),
    Phrase(r"\bto (?:upgrade|purchase|buy)\b|\b(?:upgrade|subscribe)\b[^;.!?]{0,30}\bplan\b"),
    Phrase(
        r"\b(?:upgrade|subscribe|switch|move|change) (?:up )?to\b[^;.!?]{0,30}"
        r"\b(?:max|pro|team|enterprise|paid|higher|bigger|larger|5x|20x)\b"
    ),
    Phrase(r"\bANTHROPIC_API_KEY\b[^;.!?]{0,40}\b(?:billing|instead|pay)"),
    Phrase(r"\b(?:pay|buy|purchase)\b[^;.!?]{0,30}(?:[$€£]\s?\d|\b(?:more|for it|per token)\b)"),
)
_HOLDS_BACK = re.compile(
    r"\b(?:not|don't|never|no need to|rather than|instead of|without|nor)\b"
    r"|\bturn(?:ing)?\b[^;.]{0,30}\boff\b"
    r"|\b(?:check|see|look|verify|confirm|whether|unset|remove|disable|compare|read)\b",
    re.I,
)
_CLAUSE = re.compile(r"(?<=[.;!?])\s+|,\s+(?:and\s+)?then\s+|\bif\b|\bbut\b|\binstead,|\n+", re.I)
_NAMES_COST = re.compile(
    r"\b(?:costs?|charg\w+|bill\w*|pric\w+|pa(?:y|ys|id|ying|yment)|prepaid|per[- ]token|buy\w*"
    r"|purchas\w+|fee"
    r"|money|credits?|rates?)\b|[$€£]",
    re.I,
)


@lru_cache(maxsize=TEXTS)
def asks_to_pay(text: str) -> bool:
    """Whether `text` tells its reader to spend money, or to open a lane in which money is spent."""
    whole, low = reading(text)
    # Most texts hold nothing of the kind: then no clause does.
    tells = [tell.pattern for tell in _TELLS if tell.search(whole, low)]
    return bool(tells) and any(
        any(tell.search(clause) for tell in tells) and not _HOLDS_BACK.search(clause)
        for clause in _CLAUSE.split(whole)
    )


def names_cost(text: str) -> bool:
    """Whether `text` says in words that money is involved."""
    return bool(_NAMES_COST.search(text))


def paying_may_be_shown(
    action: Action, usage: UsageAssessment, causes: list[WeighedCause], catalogue: Catalogue
) -> bool:
    """Whether a paid step may be shown at all: for an answer, with no misrouted rival in sight."""
    if action != "answer" or usage.verdict == "contradiction" or not causes:
        return False
    if causes[0].likelihood < PAID_FROM:
        return False
    for rank, weighed in enumerate(causes):
        cause = catalogue.by_id.get(weighed.id)
        misrouted = cause is not None and cause.misrouted
        if misrouted and rank == 0:
            return False
        if weighed.likelihood >= LOOK_ALIKE_FLOOR and (misrouted or weighed.id in LOOK_ALIKES):
            return False
    return True


def findings(case: Case) -> list[Finding]:
    """Breaches of the money law; costs as declared, and free steps by their wording too."""
    found: list[Finding] = []
    may = paying_may_be_shown(case.diagnosis.action, case.usage, case.causes, case.catalogue)
    guidance = case.diagnosis.guidance
    last_free = max((i for i, step in enumerate(guidance) if step.cost == "free"), default=-1)

    def breach(where: str, what: str) -> None:
        found.append(Finding(law="money-safe", where=where, what=what))

    for i, step in enumerate(guidance):
        where = f"guidance[{i}].step"
        if step.cost == "free":
            if asks_to_pay(step.step):
                breach(where, "declared free, but it tells the reader to pay")
            continue
        if not may:
            breach(where, "a paid step is shown where none may be")
        if i < last_free:
            breach(where, "a paid step stands before a free one")
        if not names_cost(f"{step.step} {step.why}"):
            breach(where, "a paid step does not say that it costs money")
    paid = {f"guidance[{i}].step" for i, _ in enumerate(guidance)}
    # Words that tell to pay need a paid step that they speak of, with its cost.
    may = may and any(step.cost != "free" for step in guidance)
    for part in case.parts:
        told = part.where not in paid and not part.where.startswith(("handoff.facts", "question.how"))
        paid_why = part.where.endswith(".why") and guidance[int(part.where[9:-5])].cost != "free"
        if told and asks_to_pay(part.text) and not (may and (not part.where.endswith(".why") or paid_why)):
            breach(part.where, "the words tell the reader to pay where no paid step may be shown")
    return found


PAID_FROM = 0.90
"""Below this likelihood of the first cause nobody is shown a way to pay: a wrong guess would cost money."""
