"""Match known messages, whatever blanks, line breaks, case or apostrophes a text has made of them.

Both sides are *squeezed*: lower case, no quotes and no white space at all. So a message is found
however a terminal wrapped it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from agent.report.lexicon import Lexicon, MessageTemplate
from agent.report.wrapping import Vocabulary

QUOTES = frozenset("'\"`’‘ʼ“”")
"""Characters that reporters, trackers and shells add and drop at will: no match depends on them."""
_FOLD = str.maketrans({**dict.fromkeys(QUOTES), "—": "-", "–": "-", "İ": "i"})
_HOLE = re.compile(r"<[A-Za-z][\w -]*>|\.\.\.|…")
_WORD = re.compile(r"[A-Za-z']+")
_MOST_HITS = 50
_GRAM = 4
_STRIDE = 8
_PREFIX = re.compile(r"^(?:api ?error:|error:)")


@dataclass(frozen=True, eq=False)
class Pattern:
    """A template made ready: its longest literal, the expression over squeezed text, and its weight.

    `starts` is False where the template begins with a placeholder; `lead` is how far before the
    longest literal a match may begin; `holes` counts the placeholders.
    """

    template: MessageTemplate
    literal: str
    source: str
    weight: int
    words: int
    starts: bool
    lead: int
    holes: int

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """Compiled when its literal is first found: a single report needs few of some five hundred."""
        return re.compile(self.source)


class Compiled(NamedTuple):
    """A lexicon made ready for reading."""

    patterns: tuple[Pattern, ...]
    vocabulary: Vocabulary
    grams: dict[str, tuple[int, ...]]
    """Four characters of a literal -> the patterns, by number, that are worth a try where they stand."""
    aligned: dict[str, tuple[int, ...]]
    """As `grams`, where a text is looked at in every eighth place only; see `_worth_a_try`."""
    always: tuple[int, ...]
    """The patterns whose literal is too short for that."""


class Hit(NamedTuple):
    """One match in squeezed text."""

    pattern: Pattern
    start: int
    end: int


def squeeze(text: str) -> str:
    """`text` in lower case without quotes and white space; what is left stands one character for one."""
    return "".join(text.translate(_FOLD).lower().split())


def compile_templates(lexicon: Lexicon) -> Compiled:
    """The templates of a lexicon, the most specific first."""
    patterns = [_compile(template) for template in lexicon.messages]
    patterns.sort(key=lambda pattern: -pattern.weight)
    wordings = "\n".join(t.template.lower().replace("’", "'") for t in lexicon.messages)
    vocabulary = Vocabulary(frozenset(_WORD.findall(wordings)), wordings)
    aligned, always = _aligned(patterns)
    return Compiled(tuple(patterns), vocabulary, _grams(patterns), aligned, always)


def _grams(patterns: list[Pattern]) -> dict[str, tuple[int, ...]]:
    """Each pattern under the rarest gram of its literal; a literal that is shorter has none."""
    common = Counter(gram for pattern in patterns for gram in _grams_of(pattern.literal))
    found: dict[str, tuple[int, ...]] = {}
    for number, pattern in enumerate(patterns):
        rarest = min(_grams_of(pattern.literal), key=lambda gram: (common[gram], gram), default=None)
        if rarest is not None:
            found[rarest] = (*found.get(rarest, ()), number)
    return found


def _aligned(patterns: list[Pattern]) -> tuple[dict[str, tuple[int, ...]], tuple[int, ...]]:
    """Each pattern under one gram for each place in which its literal may stand to a grid of eight.

    However the literal stands in a text, one of its grams begins in a place that eight divides. The
    second value holds the patterns whose literal is too short to be sure of that.
    """
    common = Counter(gram for pattern in patterns for gram in _grams_of(pattern.literal))
    found: dict[str, tuple[int, ...]] = {}
    always = []
    for number, pattern in enumerate(patterns):
        literal = pattern.literal
        if len(literal) < _STRIDE + _GRAM - 1:
            always.append(number)
            continue
        for first in range(_STRIDE):
            places = range(first, len(literal) - _GRAM + 1, _STRIDE)
            gram = min((literal[at : at + _GRAM] for at in places), key=lambda gram: (common[gram], gram))
            if number not in found.get(gram, ()):
                found[gram] = (*found.get(gram, ()), number)
    return found, tuple(always)


def _worth_a_try(squeezed: str, compiled: Compiled) -> list[Pattern]:
    """The patterns whose literal may stand in the text, in their order; all others do not."""
    seen = {squeezed[at : at + _GRAM] for at in range(0, len(squeezed), _STRIDE)} & compiled.aligned.keys()
    numbers = {number for gram in seen for number in compiled.aligned[gram]}
    return [compiled.patterns[number] for number in sorted(numbers.union(compiled.always))]


def _grams_of(text: str) -> set[str]:
    return {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}


def _compile(template: MessageTemplate) -> Pattern:
    parts = _HOLE.split(template.template)
    holes = [hole.group(0) for hole in _HOLE.finditer(template.template)]
    literals = [squeeze(part) for part in parts]
    expression = re.escape(literals[0])
    for hole, literal in zip(holes, literals[1:], strict=True):
        wildcard = ".{0,300}?" if hole in ("...", "…") else ".{1,160}?"
        if literal:
            # Atomic: what follows never sends the search back, so its time is linear.
            expression += f"(?>{wildcard}{re.escape(literal)})" if expression else re.escape(literal)
    longest = max(literals, key=len)
    filled = [literal for literal in literals if literal]
    return Pattern(
        template=template,
        literal=longest,
        source=expression,
        weight=sum(map(len, literals)),
        words=len(_WORD.findall(" ".join(parts))),
        starts=bool(literals[0]),
        lead=0 if filled[:1] == [longest] else 400,
        holes=sum(hole.startswith("<") for hole in holes),
    )


def match_message(message: str, compiled: Compiled, status: int | None = None) -> Pattern | None:
    """The most specific template that `message` fills, or None.

    One that starts the message is preferred, and one whose status agrees.
    """
    squeezed = _PREFIX.sub("", squeeze(message[:4000]))
    best: tuple[tuple[bool, int], Pattern] | None = None
    grams = _grams_of(squeezed) & compiled.grams.keys()
    for number in sorted(number for gram in grams for number in compiled.grams[gram]):
        pattern = compiled.patterns[number]
        if pattern.literal not in squeezed:
            continue
        found = pattern.expression.search(squeezed)
        if not found or (found.start() > 60 and pattern.weight < 20):
            continue
        if not pattern.template.bare and pattern.weight * 3 < len(squeezed) and found.start() > 0:
            continue
        agrees = status is None or pattern.template.status in (None, status)
        rank = (agrees, pattern.weight - (15 if found.start() else 0))
        if best is None or rank > best[0]:
            best = (rank, pattern)
    return best[1] if best else None


def hits(squeezed: str, compiled: Compiled) -> list[Hit]:
    """Every template that squeezed text holds, the longest first where several overlap."""
    found: list[Hit] = []
    for pattern in _worth_a_try(squeezed, compiled):
        at = squeezed.find(pattern.literal)
        count = 0
        while at >= 0 and count < _MOST_HITS:
            count += 1
            match = pattern.expression.search(
                squeezed, max(0, at - pattern.lead), at + len(pattern.literal) + 500
            )
            if match:
                found.append(Hit(pattern, match.start(), match.end()))
                at = squeezed.find(pattern.literal, max(match.end(), at + 1))
            else:
                at = squeezed.find(pattern.literal, at + 1)
    return found
