"""What the reporter says in prose, sentence by sentence, by the rules of the lexicon."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from agent.report.error_report import Span, Statement
from agent.report.lexicon import Lexicon, StatementRule
from agent.report.literals import all_required
from agent.report.terminal import Screen

_END = re.compile(
    r"(?<=[.!?])\s+(?=[\"'“(\[*`A-Z0-9/~<-])|\n\s*\n|\n(?=\s*(?:[-*#>]|\d+\.)\s)|(?<=[;])\s+|\n", re.M
)
_NEGATION = re.compile(
    r"\b(?:not|no|without|never|none|nor|neither|cannot|isn't|aren't|wasn't|weren't|don't|doesn't|didn't"
    r"|haven't|hasn't"
    r"|can't|won't|isnt|dont|doesnt|didnt)\b"
)
_CLAUSE = re.compile(r"[,;:()]|\b(?:but|although|though|however|because|while|yet)\b")
_ANALYSIS = re.compile(r"(?m)^extent analysis$")
_ORDER = re.compile(
    r"\b(?:ignor\w*|disregard|forget|override)\b.{0,25}\b(?:previous|prior|above|earlier|all|your|other|todas?"
    r"|anteriores|vorherigen|précédentes)\b.{0,20}\b(?:instruc\w+|instruç\w+|anweisung\w*|rules?|prompts?)\b"
    r"|\b(?:note|message|instructions?)\b.{0,20}\b(?:to|for) the"
    r" (?:model|assistant|bot|ai|reader|support bot)\b"
    r"|^\W*(?:assistant|system(?: note)?)\b\W*[:,\]]|\byou must now (?:output|say|answer|state)\b"
    r"|\bthe correct diagnosis is\b|\bnew policy:|</?(?:system|assistant|submission|instructions?)>"
)
"""An order to the program that reads: it tells nothing of the reporter's case."""
_REACH = 40
_LETTERS = 3
"""Words are looked for by their first letters; none is shorter."""
_MOST_SENTENCE = 1_200
_MOST_TEXT = 48_000


@dataclass(frozen=True)
class _Expression:
    """An expression, and sets of words: one of each must stand in a text that it matches."""

    source: str
    words: tuple[frozenset[str], ...]

    @cached_property
    def search(self) -> re.Pattern[str]:
        """Compiled when a text first has its words: a single report needs few of some nine hundred."""
        return re.compile(self.source, re.M)


class _Rule(NamedTuple):
    id: str
    patterns: tuple[_Expression, ...]
    denied: tuple[_Expression, ...]
    unless: tuple[_Expression, ...]
    negatable: bool


class Rules(NamedTuple):
    """The statement rules of a lexicon, made ready, with the lexicon's canonical words.

    `words` are those that expressions need, by their first letters; `wanted` gives the numbers of the
    rules that one of them may bring up, `always` those of the rules that need no word.
    """

    rules: tuple[_Rule, ...]
    words: dict[str, list[str]]
    wanted: dict[str, list[int]]
    always: frozenset[int]
    lexicon: Lexicon


def compile_rules(lexicon: Lexicon) -> Rules:
    """Raises `re.error` where a rule's expression is not valid."""
    rules = tuple(_compile(rule) for rule in lexicon.statements)
    wanted: dict[str, list[int]] = {}
    words: dict[str, list[str]] = {}
    always: set[int] = set()
    for number, rule in enumerate(rules):
        for expression in (*rule.patterns, *rule.denied):
            if not expression.words:
                always.add(number)
            for word in expression.words[0] if expression.words else ():
                wanted.setdefault(word, []).append(number)
            for word in frozenset[str]().union(*expression.words):
                words.setdefault(word[:_LETTERS], []).append(word)
    unique = {letters: list(dict.fromkeys(each)) for letters, each in words.items()}
    return Rules(rules, unique, wanted, frozenset(always), lexicon)


def _compile(rule: StatementRule) -> _Rule:
    made = [
        tuple(_Expression(p, tuple(all_required(p))) for p in each)
        for each in (rule.patterns, rule.denied, rule.unless)
    ]
    return _Rule(rule.id, made[0], made[1], made[2], rule.negatable)


def is_order(sentence: str) -> bool:
    """Whether a sentence is an order to the program that reads, and so no evidence of anything."""
    return _ORDER.search(sentence.lower()) is not None


def read_statements(screen: Screen, rules: Rules, bodies: list[tuple[int, int]]) -> list[Statement]:
    """Each statement once, as first said; error bodies (spans of the plain text) say nothing.

    What a tracker's page adds as its own analysis is nobody's statement, and an order to the program
    that reads is none either.
    Where a rule is both affirmed and denied, in different sentences, the first word stands.
    """
    own = _ANALYSIS.search(screen.text, 0, _MOST_TEXT)
    spans = _sentences(screen.text[: own.start() if own else _MOST_TEXT], bodies)
    folded = [rules.lexicon.canonical(_folded(screen.text[start:end])) for start, end in spans]
    sentences = ["" if _ORDER.search(sentence) else sentence for sentence in folded]
    whole = "\n".join(sentences)
    present = _present(rules, whole)
    spoken = rules.always.union(*(rules.wanted[word] for word in present & rules.wanted.keys()))
    found: list[Statement] = []
    for number in sorted(spoken):
        rule = rules.rules[number]
        patterns = _candidates(rule.patterns, whole, present)
        denied = _candidates(rule.denied, whole, present)
        if not patterns and not denied:
            continue
        for span, sentence in zip(spans, sentences, strict=True):
            affirmed = _apply(rule, patterns, denied, sentence)
            if affirmed is not None:
                where: Span = screen.span(*span)
                found.append(Statement(id=rule.id, affirmed=affirmed, span=where))
                break
    return sorted(found, key=lambda statement: statement.span)


def _present(rules: Rules, whole: str) -> set[str]:
    """The words that stand in the text. Most are ruled out by their first letters, all at once."""
    letters = {whole[at : at + _LETTERS] for at in range(len(whole) - _LETTERS + 1)}
    return {word for begin in letters & rules.words.keys() for word in rules.words[begin] if word in whole}


def _candidates(expressions: Iterable[_Expression], whole: str, present: set[str]) -> list[_Expression]:
    """The expressions that match somewhere in the whole text, so that a sentence may match at all."""
    return [
        each
        for each in expressions
        if not any(words.isdisjoint(present) for words in each.words) and each.search.search(whole)
    ]


def _folded(sentence: str) -> str:
    return sentence.lower().replace("’", "'").replace("\n", " ")


def _sentences(text: str, bodies: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences of a text, without the error bodies in it."""
    cuts: list[tuple[int, int]] = [(m.start(), m.end()) for m in _END.finditer(text)]
    cuts += [(a, b) for a, b in bodies if a < len(text)]
    cuts.sort()
    spans: list[tuple[int, int]] = []
    at = 0
    for start, end in [*cuts, (len(text), len(text))]:
        if start > at + 3:
            spans += [(low, min(low + _MOST_SENTENCE, start)) for low in range(at, start, _MOST_SENTENCE)]
        at = max(at, end)
    return [(a, b) for a, b in spans if b - a > 3 and " " in text[a:b].strip()]


def _apply(rule: _Rule, patterns: list[_Expression], denied: list[_Expression], sentence: str) -> bool | None:
    """True where the sentence affirms the rule, False where it denies it, None where it is silent."""
    if _first(denied, sentence):
        return None if _first(rule.unless, sentence) else False
    match = _first(patterns, sentence)
    if match is None or _first(rule.unless, sentence):
        return None
    return not (rule.negatable and _is_negated(sentence, match.start()))


def _first(expressions: Iterable[_Expression], sentence: str) -> re.Match[str] | None:
    for expression in expressions:
        if match := expression.search.search(sentence):
            return match
    return None


def _is_negated(sentence: str, start: int) -> bool:
    """Whether a negation stands shortly before `start`, in the same clause."""
    before = sentence[max(0, start - _REACH) : start]
    clause = _CLAUSE.split(before)[-1]
    return _NEGATION.search(clause) is not None
