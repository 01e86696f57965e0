"""Which words must stand in a text before a regular expression can match it at all.

Most expressions never match a given sentence; looking for a word first is ten times cheaper.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_CLASS_ESCAPES = frozenset("bBdDwWsSAZ")
_SPECIAL = frozenset("()[]{}|^$.*+?\\")
_LEAST = 3
_MOST = 60


def required(pattern: str) -> frozenset[str] | None:
    """Literals of which every match of `pattern` contains at least one; None where none is certain.

    Understands groups, classes, quantifiers and lookarounds; flags and back-references give None.
    """
    try:
        found, end = _alternatives(pattern, 0)
    except (IndexError, ValueError):
        return None
    return found if end == len(pattern) and _usable(found) else None


def all_required(pattern: str) -> list[frozenset[str]]:
    """Sets of literals: every match of `pattern` contains at least one of each. Empty where none is certain.

    The first one tells most: it is `required(pattern)`.
    """
    first = required(pattern)
    if first is None:
        return []
    sets: list[frozenset[str]] = []
    try:
        _, end = _branch(pattern, 0, sets)
    except (IndexError, ValueError):
        return [first]
    more = [each for each in dict.fromkeys(sets) if end == len(pattern) and _usable(each) and each != first]
    return [first, *more]


def _usable(found: frozenset[str]) -> bool:
    return bool(found) and min(map(len, found)) >= _LEAST and len(found) <= _MOST


def _alternatives(pattern: str, at: int) -> tuple[frozenset[str], int]:
    """The literals of all branches from `at` to the closing bracket; empty where one branch has none."""
    union: set[str] = set()
    certain = True
    while True:
        best, at = _branch(pattern, at)
        certain = certain and bool(best)
        union |= best
        if at >= len(pattern) or pattern[at] == ")":
            return (frozenset(union) if certain else frozenset()), at
        at += 1


def _branch(pattern: str, at: int, every: list[frozenset[str]] | None = None) -> tuple[frozenset[str], int]:
    """The best set of literals of one branch, and where the branch ends; every set goes to `every`."""
    best: frozenset[str] = frozenset()
    run = ""
    while at < len(pattern) and pattern[at] not in "|)":
        atom, begin = "", at
        inner: frozenset[str] = frozenset()
        mark = pattern[at]
        if mark == "(":
            inner, at = _group(pattern, at)
        elif mark == "[":
            at = _class_end(pattern, at)
        elif mark == "\\":
            if pattern[at + 1].isalnum() and pattern[at + 1] not in _CLASS_ESCAPES:
                raise ValueError(pattern)
            atom = "" if pattern[at + 1] in _CLASS_ESCAPES else pattern[at + 1]
            at += 2
        else:
            atom = "" if mark in _SPECIAL else mark
            at += 1
        least, at, quantified = _quantifier(pattern, at)
        if atom and not quantified:
            run += atom
            continue
        if pattern[begin : begin + 2] in ("\\b", "\\B") and not quantified:
            continue
        sets = [frozenset({run + (atom if least else "")}), *([inner] if inner and least else [])]
        run = ""
        for found in sets:
            best = _better(best, found)
        if every is not None:
            every += sets
    if every is not None:
        every.append(frozenset({run}))
    return _better(best, frozenset({run})), at


def _better(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The set whose shortest literal is longer."""
    usable = [each for each in (one, other) if each and min(map(len, each)) >= _LEAST]
    return max(usable, key=lambda each: min(map(len, each)) - len(each) // 8, default=frozenset())


def _group(pattern: str, at: int) -> tuple[frozenset[str], int]:
    ahead = pattern[at + 1 : at + 4]
    asserts = ahead.startswith(("?=", "?!", "?<=", "?<!"))
    if ahead.startswith("?") and not asserts and not ahead.startswith("?:"):
        raise ValueError(pattern)
    start = at + 1
    if ahead.startswith(("?<=", "?<!")):
        start += 3
    elif ahead.startswith("?"):
        start += 2
    inner, end = _alternatives(pattern, start)
    if pattern[end] != ")":
        raise ValueError(pattern)
    return (frozenset() if asserts else inner), end + 1


def _class_end(pattern: str, at: int) -> int:
    at += 2 if pattern[at + 1] == "^" else 1
    if pattern[at] == "]":
        at += 1
    while pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at + 1


def _quantifier(pattern: str, at: int) -> tuple[int, int, bool]:
    """The least number of repeats, where the quantifier ends, and whether there is one."""
    if at >= len(pattern) or pattern[at] not in "*+?{":
        return 1, at, False
    if pattern[at] == "{":
        end = pattern.index("}", at)
        first = pattern[at + 1 : end].split(",")[0]
        least = int(first) if first else 0
        at = end + 1
    else:
        least = 1 if pattern[at] == "+" else 0
        at += 1
    if at < len(pattern) and pattern[at] in "?+":
        at += 1
    return least, at, True


class Sought(NamedTuple):
    """An expression that ignores case or not, and words, in lower case, of which a match holds one.

    `words` is None where no word is certain.
    """

    expression: re.Pattern[str]
    words: frozenset[str] | None

    def may_stand_in(self, folded: str) -> bool:
        """Whether the expression can match at all a text whose `folded` form this is."""
        return self.words is None or any(word in folded for word in self.words)


def sought(pattern: str, flags: int = 0) -> Sought:
    """`pattern` made ready. Raises `re.error` where it is not valid."""
    words = required(pattern)
    return Sought(re.compile(pattern, flags), words and frozenset(map(folded, words)))


def folded(text: str) -> str:
    """`text` in lower case, with one form of the letters that an expression without case takes for equal."""
    if text.isascii():
        return text.lower()
    return text.replace("\u0130", "i").casefold().replace("\u0131", "i")
