"""Honest: no promises, no certainty that no source gives, no answer where no cause stands out."""

from __future__ import annotations

import re
from functools import lru_cache

from agent.diagnosis.action import stands_out
from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.laws import abroad
from agent.diagnosis.laws.case import TEXTS, Case
from agent.diagnosis.laws.phrases import hits
from agent.diagnosis.laws.prefilter import Phrase

_WHO = (
    r"(?:we|i|anthropic|support|they|(?:the |our |an? )?(?:team|engineers?|staff|vendor|maintainers?"
    r"|agent|person|human"
    r"|company|billing team|support team))"
)
_ACTS = (
    r"(?:refund|credit|reimburse|compensat|escalat|notify|inform|fix|contact|follow up|restore|look into"
    r"|investigat"
    r"|updat|repl|respond|answer|ensure|make sure|get back|reach out|return|give|grant|waive|repair"
    r"|resolve|call|email"
    r"|issue|send|help|handle|process|take care|reinstate|unblock|correct)"
)
_DONE = (
    r"(?:refunded|credited|reimbursed|compensated|escalated|restored|fixed|returned|resolved|waived"
    r"|reinstated|granted"
    r"|repaired|released|shipped|paid back|given back|investigated|notified|corrected|unblocked|made whole)"
)
_GIFT = (
    r"(?:refunds?|credits?|reimbursements?|compensation|money back|month free|free month|fix"
    r"|escalation)"
)
_PROMISES = (
    Phrase(r"\b(?:100 ?% (?:fixed|sure|safe)|always (?:refunds?|fixes|works)|count on an?)\b"),
    Phrase(r"\b(?:it|this|that) will (?:work|be (?:fine|over|gone))\b"),
    Phrase(r"\b(?:refunds?|credits?) (?:is|are) (?:issued|given|paid|granted)\b"),
    Phrase(
        r"\b(?:your|the|this|an?) (?:case|ticket|issue|report|request|claim) (?:has|have) been "
        r"(?:forwarded|reported|passed on|created|filed|opened)\b"
    ),
    Phrase(rf"\b{_WHO}(?:'ll| will| shall| (?:is|are|am) going to)\s+(?:\w+\s+){{0,2}}?{_ACTS}\w*"),
    Phrase(rf"\b(?:will|shall|(?:is|are) going to|'ll)\s+(?:\w+\s+){{0,2}}?be\s+(?:\w+\s+)?{_DONE}\b"),
    Phrase(
        r"\byou(?:'ll| will| shall| are going to)\s+(?:\w+\s+)?(?:get|receive|have|be (?:given|sent|paid"
        r"|contacted|notified))\b"
        r"(?![^.;!?]{0,25}\b(?:error|message|refusal|prompt|status|same|warning|code|asked)\b)"
    ),
    Phrase(r"\b(?:guarantee[sd]?|guaranteeing|rest assured|(?:i|we) promise|without fail)\b"),
    Phrase(r"\b(?:is|are) (?:sure|certain) to\b|\bdefinitely will\b|\bwill definitely\b"),
    Phrase(
        rf"\b{_GIFT}\b[^.;!?]{{0,20}}\b(?:on (?:its|the|their) way|will (?:be|come|appear|arrive|follow"
        rf"|show up|apply)"
        r"|(?:has|have) been (?:issued|approved|sent|made|requested)|(?:is|are) (?:due|owed|coming)"
        r"|within \d+)\b"
    ),
    Phrase(rf"\b(?:expect|entitled to|eligible for|owed|due) (?:a |an |your |the |full |any )*{_GIFT}\b"),
    Phrase(
        r"\b(?:i|we)(?:'ve| have| am| are|'m|'re)? (?:now |already )?(?:escalat(?:ed|ing)|notified"
        r"|notifying|filed|filing"
        r"|opened|opening|contacted|contacting|refunded|refunding|reported|reporting|raised)\b"
    ),
    Phrase(
        r"\b(?:has|have) been (?:escalated|refunded|credited)\b|\b(?:is|are) being (?:escalated"
        r"|refunded)\b"
    ),
    Phrase(r"\bwill (?:surely |certainly |then )?(?:fix|solve|cure|resolve) (?:it|this|that|the|your)\b"),
    Phrase(
        r"\b(?:wird|werden)\b[^.;!?]{0,60}\b(?:erstattet|gutgeschrieben|eskaliert|behoben|benachrichtigt"
        r"|zurückgezahlt)\b"
        r"|\bwir (?:werden )?[^.;!?]{0,40}\b(?:erstatten|eskalieren|benachrichtigen|beheben)\b"
        r"|\bgarantier\w+"
        r"|\b(?:Sie|du) (?:erhalten|erhältst|bekommen|bekommst)\b"
    ),
)
_CERTAIN = (
    Phrase(
        r"\b(?:certainly|definitely|undoubtedly|unquestionably|for certain|for sure|without (?:a )?doubt"
        r"|no doubt"
        r"|100 ?%|proven|it is certain|beyond doubt|clearly caused|obviously)\b"
    ),
    Phrase(
        r"\bthe (?:root |real |actual |true )?cause (?:is|was)\b(?!\s+(?:not|un|likely|probably|possibly"
        r"|most likely))"
        r"|\bconfirmed (?:cause|to be|by anthropic)\b|\bthis is (?:because|caused by)\b"
    ),
)
_DOUBTLESS = Phrase(r"\b(?:no|without(?: a)?) doubt\b")
_HEDGE = re.compile(r"\b(?:likely|possibly|probably|possible|may|might|perhaps)\b", re.I)
_SPOKEN = ("summary", "recommendation", "guidance", "notes", "example", "question")


@lru_cache(maxsize=TEXTS)
def problems(text: str, confirmed: bool) -> tuple[str, ...]:
    """What in `text` promises something, or is certain of an unconfirmed cause; empty where nothing."""
    found = [f"a promise: {hit!r}" for hit in hits(text, _PROMISES)]
    if not confirmed:
        found += [f"certain of an unconfirmed cause: {hit!r}" for hit in _certain(text)]
    return tuple(found)


def hedged(text: str) -> bool:
    """Whether `text` calls something likely or possible, in English or another language."""
    return bool(_HEDGE.search(text) or abroad.HEDGE.search(text))


def _certain(text: str) -> list[str]:
    # "no doubt" starts with a negation of its own, so it is looked for outside the shared reading.
    doubtless = _DOUBTLESS.pattern.findall(text) if _DOUBTLESS.search(text) else []
    return [*hits(text, _CERTAIN), *doubtless]


def findings(case: Case) -> list[Finding]:
    """Breaches of the honest law in the wording and in the choice of the action."""
    first, action = case.first, case.diagnosis.action
    confirmed = first is not None and first.confirmed and action in ("answer", "handoff")
    found = [
        Finding(law="honest", where=part.where, what=what)
        for part in case.parts
        for what in problems(part.text, confirmed or not part.where.startswith(_SPOKEN))
    ]
    if first is not None and not confirmed and not hedged(case.diagnosis.summary):
        found.append(
            Finding(law="honest", where="summary", what="an unsettled cause is not called likely or possible")
        )
    if action in ("answer", "handoff") and not stands_out(case.causes):
        found.append(
            Finding(law="honest", where="action", what=f"{action}, but the first cause does not stand out")
        )
    if action == "ask" and case.diagnosis.question is None:
        found.append(Finding(law="honest", where="action", what="ask, but there is no question"))
    return found
