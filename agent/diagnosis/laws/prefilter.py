"""A pattern that is searched only in a text that holds the words without which it cannot match.

The laws have some two hundred patterns, and nearly every text holds nothing of them. A search costs tens
of microseconds because it ignores case; a look for a few plain words in the text in lower case costs one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import groupby
from re import _parser  # the only reader of expressions that Python has
from typing import Any

_SHORTEST = 2
_ODD = re.compile("[\u0130\u0131\u017f\u1c80-\u1c88]")
"""Letters that match another one where case is ignored, and do not become it in lower case."""
Words = frozenset[str]


def folded(text: str) -> str | None:
    """`text` as `Phrase.search` wants it beside the text itself; None where no word in it can be told."""
    return text.lower() if text.isascii() or not _ODD.search(text) else None


class Phrase:
    """One pattern that ignores case. It finds what `re` finds, sooner where there is nothing.

    It is compiled when a text first holds its words: most runs need few of them.
    """

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern itself."""
        return re.compile(self.source, re.I)

    @cached_property
    def needs(self) -> tuple[re.Pattern[str], ...]:
        """What `search` looks for first."""
        return tuple(_any_of(words) for words in self._words)

    @cached_property
    def ascii_needs(self) -> tuple[re.Pattern[str], ...] | None:
        """The same for a text in ASCII, in which no other word stands; None where it cannot match."""
        words = [frozenset(filter(str.isascii, known)) for known in self._words]
        return tuple(_any_of(known) for known in words) if all(words) else None

    @cached_property
    def _words(self) -> list[Words]:
        return _best(needed(self.source))

    def search(self, text: str, low: str | None = None) -> re.Match[str] | None:
        """The first match in `text`; `low` is `folded(text)` where that is known already."""
        low = folded(text) if low is None else low
        if low is not None:
            needs = self.ascii_needs if low.isascii() else self.needs
            if needs is None:
                return None
            for need in needs:
                if not need.search(low):
                    return None
        return self.pattern.search(text)


def needed(pattern: str) -> list[Words]:
    """Sets of words in lower case: every match of `pattern` holds at least one word of each set."""
    return list(_of_sequence(_parser.parse(pattern, re.I)))


def _any_of(words: Words) -> re.Pattern[str]:
    """By their first letters: at each place of a text only the words of one letter are tried."""
    grouped = groupby(sorted(words), key=lambda word: word[0])
    return re.compile("|".join(f"{re.escape(a)}(?:{_rests(group)})" for a, group in grouped))


def _rests(words: Iterable[str]) -> str:
    return "|".join(re.escape(word[1:]) for word in words)


def _telling(words: Words) -> int:
    """The bytes of the shortest word: longer ones, and those in other scripts, stand in fewer texts."""
    return min(len(word.encode()) for word in words)


def _best(sets: list[Words], most: int = 2) -> list[Words]:
    telling = [words for words in sets if _telling(words) >= _SHORTEST]
    return sorted(telling, key=lambda words: (_telling(words), -len(words)), reverse=True)[:most]


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> Iterator[Words]:
    run = ""
    for op, value in items:
        name = str(op)
        if name == "LITERAL":
            run += chr(value).lower()
        elif name not in ("AT", "ASSERT", "ASSERT_NOT"):
            # What has a width ends a run of letters; what has none leaves them side by side.
            if run:
                yield frozenset({run})
            run = ""
            yield from _of_part(name, value)
    if run:
        yield frozenset({run})


def _of_part(name: str, value: Any) -> Iterator[Words]:
    if name == "SUBPATTERN":
        yield from _of_sequence(value[3])
    elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and value[0] > 0:
        yield from _of_sequence(value[2])
    elif name == "BRANCH":
        each = [_best(list(_of_sequence(branch)), 1) for branch in value[1]]
        if all(each):
            yield frozenset().union(*(sets[0] for sets in each))
