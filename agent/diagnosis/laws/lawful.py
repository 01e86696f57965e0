"""Lawful: no disguise of a client, no evasion of a region rule or filter, no TLS checks off for good."""

from __future__ import annotations

import re
from functools import lru_cache

from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.laws.case import TEXTS, Case
from agent.diagnosis.laws.phrases import hits, plain, sentences
from agent.diagnosis.laws.prefilter import Phrase

_EVADE = (
    r"(?:bypass(?:es|ing)?|evad(?:e|es|ing)|circumvent(?:s|ing)?|get(?:ting)? (?:around|past)|dodg(?:e"
    r"|ing)|trick(?:ing)?"
    r"|fool(?:ing)?|defeat(?:ing)?|slip(?:ping)? past|sneak(?:ing)?|outsmart(?:ing)?|work(?:ing)? around"
    r"|escape)"
)
_CLIENT = (
    r"(?:claude[- ]code|claude-cli|(?:the )?(?:official|first-party|genuine|real) (?:client|cli|app)"
    r"|user[- ]agent"
    r"|headers?|x-anthropic-billing-header|cc_(?:version|entrypoint)|attribution|fingerprint|identity)"
)
_DISGUISE = (
    Phrase(r"\buser[- ]agent\b[^.;!?]{0,20}\b(?:to match|like) [^.;!?]{0,30}\b(?:cli|client|claude)"),
    Phrase(r"\b(?:add|send|set|inject|copy)\b[^.;!?]{0,30}\bx-anthropic-billing-header\b"),
    Phrase(r"\b(?:rename|report|present|label)\b[^.;!?]{0,30}\b(?:to|as) (?:claude[- ]code|claude-cli)\b"),
    Phrase(r"\b(?:same|identical) headers? as\b[^.;!?]{0,30}\b(?:client|cli|claude)"),
    Phrase(
        r"\b(?:spoof|fak(?:e|ing)|forg(?:e|ing)|impersonat(?:e|ing)|disguis(?:e|ing)|mask(?:ing)?"
        r"|mimic(?:king)?"
        rf"|imitat(?:e|ing)|falsify)\w*\b[^.;!?]{{0,60}}\b{_CLIENT}"
    ),
    Phrase(
        r"\b(?:pretend(?:ing)?|pos(?:e|ing) as|masquerad(?:e|ing)|pass(?:ing)?\b[^.;]{0,30}\boff as"
        r"|claim to be|look like"
        rf"|appear as|identif(?:y|ies) (?:itself |yourself )?as"
        rf"|announce itself as)\b[^.;!?]{{0,40}}\b{_CLIENT}"
    ),
    Phrase(
        r"\b(?:set|chang(?:e|ing)|overrid(?:e|ing)|replac(?:e|ing)|rewrit(?:e|ing)|send|inject|copy|add"
        r"|us(?:e|ing))\b"
        r"[^.;!?]{0,40}\b(?:user[- ]agent|x-anthropic-billing-header|cc_(?:version|entrypoint)"
        r"|billing header)\b"
        r"[^.;!?]{0,60}(?:claude|official|first-party|newer|your own)"
    ),
    Phrase(
        r"\b(?:prepend|add|put|start|begin|inject|paste)\w*\b[^.;!?]{0,60}you are claude code[^.;!?]{0,40}"
    ),
)
_REGION = (
    Phrase(r"\b(?:us|uk|american|european|foreign) (?:proxy|vpn|server|ip)\b"),
    Phrase(r"\b(?:to )?(?:avoid|escape) the (?:region|country|geo)\w*[- ]?(?:block|rule|check|restriction)"),
    Phrase(r"\bvpn\b[^.;!?]{0,20}\bto (?:an? |the )?(?:supported|allowed|other|different|us|united)\b"),
    Phrase(
        rf"\b{_EVADE}\b[^.;!?]{{0,60}}\b(?:region\w*|countr(?:y|ies)|geo\w*|location|sanctions?"
        rf"|territor\w+)"
    ),
    Phrase(
        r"\b(?:us(?:e|ing)|connect(?:ing)?|rout(?:e|ing)|tunnel|enabl(?:e|ing)|switch(?:ing)? on"
        r"|turn(?:ing)? on"
        r"|install|activate|start|set up|try|get|buy|go(?:ing)? through|via|hide behind)\b"
        r"(?![^.;!?]{0,40}\b(?:off|without|corporate|company|work|office)\b)[^.;!?]{0,40}"
        r"\b(?:vpn|tor\b|exit node|residential (?:ip|proxy)|smart ?dns)(?! (?:off|client off))"
    ),
    Phrase(
        r"\b(?:proxy|relay|tunnel|server|vpn|egress|ip(?: address)?)\b[^.;!?]{0,40}\b(?:in|from|of) an? "
        r"(?:supported|allowed|permitted|different|other) (?:region|country|location)"
    ),
)
_FILTER_NAME = (
    r"(?:filters?|filtering|classifiers?|moderation|safety (?:check|system)s?|guardrails?|safeguards?"
    r"|usage policy)"
)
_FILTER = (
    Phrase(rf"\b{_EVADE}\b[^.;!?]{{0,60}}\b{_FILTER_NAME}"),
    Phrase(r"\bjailbreak\w*"),
    Phrase(rf"\breplac(?:e|ing) (?:letters|characters|words)\b[^.;!?]{{0,40}}\b{_FILTER_NAME}"),
    Phrase(
        r"\b(?:encod(?:e|ing)|obfuscat(?:e|ing)|base64|rot13|misspell(?:ing)?|leetspeak|homoglyphs?)\b"
        rf"[^.;!?]{{0,80}}\b(?:{_FILTER_NAME}|detect\w*|policy|notice[ds]?)"
    ),
)
_TLS = (
    Phrase(r"NODE_TLS_REJECT_UNAUTHORIZED['\"`]?\s*(?:=|to|:)?\s*['\"`]?(?:0|false)\b"),
    Phrase(
        r"\bverify['\"`]?\s*(?:=|:|to)\s*['\"`]?False\b|\brejectUnauthorized['\"]?\s*:\s*false|\bPYTHONHTTPSVERIFY\s*=\s*0"
    ),
    Phrase(r"(?<![\w-])--insecure\b|\bcurl\b[^.;\n]{0,40}\s-\w*k\b|`-k`|-SkipCertificateCheck\b"),
    Phrase(r"\bstrict-ssl[ =]+false|\bsslVerify[ =]+false"),
    Phrase(
        r"\b(?:disabl(?:e|ing)|turn(?:ing)? off|switch(?:ing)? off|skip(?:ping)?|ignor(?:e|ing)"
        r"|bypass(?:ing)?)\b"
        r"[^.;!?]{0,40}\b(?:tls|ssl|https|certificates?)\b(?:[ -](?:\w+[ -]){0,2}"
        r"(?:verif\w+|checks?|checking|validation|errors?|warnings?))?"
    ),
    Phrase(
        r"\b(?:tls|ssl|certificate)\b[^.;!?]{0,20}\b(?:verification|validation|checks?"
        r"|checking)\b[^.;!?]{0,15}\boff\b"
    ),
)
_ONE_OFF = re.compile(
    r"\bone-off\b|\bsingle (?:test|run|request|command)\b|\b(?:only|just|solely)\b[^.;]{0,15}\b(?:as|for"
    r"|in) (?:a|one) "
    r"(?:\w+ )?(?:test|check|command|run)\b|\bas a test\b|\bfor (?:a|one) (?:quick |single )?test\b"
    r"|\bonce,? (?:as|for) a test",
    re.I,
)
_EVER = re.compile(
    r"\b(?:permanent\w*|always|for good|everywhere|by default|in your (?:shell )?profile)\b", re.I
)


@lru_cache(maxsize=TEXTS)
def problems(text: str) -> tuple[str, ...]:
    """What in `text` advises something unlawful, in words; empty where nothing does."""
    found = [f"advises to disguise a client: {hit!r}" for hit in hits(text, _DISGUISE)]
    found += [f"advises to evade a region rule: {hit!r}" for hit in hits(text, _REGION)]
    found += [f"advises to evade a content filter: {hit!r}" for hit in hits(text, _FILTER)]
    without_tls = hits(text, _TLS)
    if without_tls and not _is_one_test(text):
        found += [f"advises to disable TLS checks: {hit!r}" for hit in without_tls]
    return tuple(found)


def _is_one_test(text: str) -> bool:
    """Whether TLS checks are off for one named test alone, and nowhere for good."""
    named_test = _ONE_OFF.search(plain(text))
    return bool(named_test) and not any(_EVER.search(s) and hits(s, _TLS) for s in sentences(text))


def findings(case: Case) -> list[Finding]:
    """Breaches of the lawful law in any text of the diagnosis."""
    return [
        Finding(law="lawful", where=part.where, what=what)
        for part in case.parts
        for what in problems(part.text)
    ]
