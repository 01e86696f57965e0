"""What the reporter says in prose, sentence by sentence, by the rules of the lexicon."""

from __future__ import annotations

import re
from typing import NamedTuple

from agent.report.error_report import Span, Statement
from agent.report.lexicon import Lexicon, StatementRule
from agent.report.terminal import Screen

_END = re.compile(
    r"(?<=[.!?])\s+(?=[\"'“(\[*`A-Z0-9/~<-])|\n\s*\n|\n(?=\s*(?:[-*#>]|\d+\.)\s)|(?<=[;])\s+|\n", re.M
)
_NEGATION = re.compile(
    r"\b(?:not|no|without|never|none|nor|neither|cannot|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|haven't|hasn't"
    r"|can't|won't|isnt|dont|doesnt|didnt)\b"
)
_CLAUSE = re.compile(r"[,;:()]|\b(?:but|although|though|however|because|while|yet)\b")
_REACH = 40
_MOST_SENTENCE = 1_200
_MOST_TEXT = 60_000


class _Rule(NamedTuple):
    id: str
    patterns: tuple[re.Pattern[str], ...]
    denied: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    negatable: bool


class Rules(NamedTuple):
    """The statement rules of a lexicon, made ready, with the lexicon's canonical words."""

    rules: tuple[_Rule, ...]
    lexicon: Lexicon


def compile_rules(lexicon: Lexicon) -> Rules:
    """Raises `re.error` where a rule's expression is not valid."""
    return Rules(tuple(_compile(rule) for rule in lexicon.statements), lexicon)


def _compile(rule: StatementRule) -> _Rule:
    made = [tuple(re.compile(p) for p in each) for each in (rule.patterns, rule.denied, rule.unless)]
    return _Rule(rule.id, made[0], made[1], made[2], rule.negatable)


def read_statements(screen: Screen, rules: Rules, bodies: list[tuple[int, int]]) -> list[Statement]:
    """Each statement once, as first said; error bodies (spans of the plain text) say nothing.

    Where a rule is both affirmed and denied, in different sentences, the first word stands.
    """
    found: dict[str, Statement] = {}
    for start, end in _sentences(screen.text[:_MOST_TEXT], bodies):
        sentence = screen.text[start:end].lower().replace("’", "'").replace("\n", " ")
        sentence = rules.lexicon.canonical(sentence)
        for rule in rules.rules:
            if rule.id in found:
                continue
            affirmed = _apply(rule, sentence)
            if affirmed is not None:
                span: Span = screen.span(start, end)
                found[rule.id] = Statement(id=rule.id, affirmed=affirmed, span=span)
    return sorted(found.values(), key=lambda statement: statement.span)


def _sentences(text: str, bodies: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences of a text, without the error bodies in it."""
    cuts: list[tuple[int, int]] = [(m.start(), m.end()) for m in _END.finditer(text)]
    cuts += [(a, b) for a, b in bodies if a < len(text)]
    cuts.sort()
    spans: list[tuple[int, int]] = []
    at = 0
    for start, end in [*cuts, (len(text), len(text))]:
        if start > at:
            spans += [(low, min(low + _MOST_SENTENCE, start)) for low in range(at, start, _MOST_SENTENCE)]
        at = max(at, end)
    return [(a, b) for a, b in spans if b - a > 3]


def _apply(rule: _Rule, sentence: str) -> bool | None:
    if any(pattern.search(sentence) for pattern in rule.denied):
        return False if not _any(rule.unless, sentence) else None
    for pattern in rule.patterns:
        match = pattern.search(sentence)
        if match:
            if _any(rule.unless, sentence):
                return None
            return not (rule.negatable and _is_negated(sentence, match.start()))
    return None


def _any(patterns: tuple[re.Pattern[str], ...], sentence: str) -> bool:
    return any(pattern.search(sentence) for pattern in patterns)


def _is_negated(sentence: str, start: int) -> bool:
    """Whether a negation stands shortly before `start`, in the same clause."""
    before = sentence[max(0, start - _REACH) : start]
    clause = _CLAUSE.split(before)[-1]
    return _NEGATION.search(clause) is not None
