"""Put the lines of one wrapped text together again: was a line cut at a blank, or in a word?

Three witnesses are heard, the surest first: blanks that the terminal kept; known wordings that have,
or have not, a blank there; and where the lines end, since a hard wrap fills every line to one column.
"""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from agent.report.terminal import Screen

_TAIL = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*['’]?$")
_HEAD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_CONTRACTED = re.compile(r"['’](?:s|re|t|ve|ll|d|m)\b")
_TOKEN = re.compile(r"(?:req|toolu|msg|srvtoolu)_\w*$|[/_\\(\[{@#$]$|https?://\S*$")
_COMMON_WORDS = """
a about above access account across add admin after again all allowed already also always an and any api
app apply are as ask at authentication available back balance be because been before being below between
billing block blocks both but by call can cannot change check claim claude close code come contact
content context continue could credential credit current data date day did different disabled do does
done down due each either enable end error even every exceed exceeded exceeds expected expired failed
few file find first following for found from full get give go going got had has have he help her here
high his hit hour how i if image immediately in include input instead internal into invalid is it its
just keep key know last later latest length less like limit limits line link list load long longer made
make many max maximum may me message messages might minute model models more most much must my name need
network never new next no not now number of off on once one only open option or order organization other
our out output over own page parameter part per permission plan please policy possible prior problem
process prompt proxy put quota rate reach reached read region remain remove request requests require
required reset resource response restart result retry return run same say see seen send server service
session set settings should show sign since size small so some soon start state still stop subscription
such support supported switch system take than that the their them then there these they thinking this
those three through time to token tokens too tool tools try two type under until up update upgrade us
usage use used user using valid value version very via wait want was way we week well were what when
where which while who why will window with within without work would yet you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())


class Vocabulary(NamedTuple):
    """Known words, and known wordings in lower case, that tell where a blank belongs."""

    words: frozenset[str]
    wordings: str


def cuts(screen: Screen, start: int, end: int) -> list[bool | None]:
    """For each line break of the plain text between `start` and `end`: True where a blank was seen
    there, False where the line fills the column at which all lines end, None where nobody can say."""
    first, last = screen.line_at(start), screen.line_at(max(start, end - 1))
    lines = screen.lines[first : last + 1]
    if len(lines) < 2:
        return []
    widest = max(line.right for line in lines[:-1])
    full = sum(line.right == widest for line in lines[:-1])
    ragged = any(line.right < widest - 1 for line in lines[:-1])
    indent = min(line.left for line in lines[1:]) if len(lines) > 2 else lines[0].left
    verdicts: list[bool | None] = []
    for line, following in itertools.pairwise(lines):
        if line.padded or line.right < widest or following.left == indent + 1:
            verdicts.append(True)
        else:
            verdicts.append(False if full >= 3 and not ragged and widest > 20 else None)
    return verdicts


def blank_between(before: str, after: str, seen: bool | None, ragged: bool, words: Vocabulary) -> bool:
    """Whether a blank belongs between two parts of a text that a line break parts.

    `seen` is what the terminal shows, None where it is silent; `ragged` says that other lines of
    this text end short of the column, as they do in a wrap at words.
    """
    if seen is not None:
        return seen
    known = _known_wording(before, after, words)
    if known is not None:
        return known
    if _TOKEN.search(before[-60:]) or after[:1] in '.,;:!?)]}"%/_' or _CONTRACTED.match(after):
        return False
    tail, head = _TAIL.search(before[-40:]), _HEAD.match(after)
    if not tail or not head:
        return _blank_at_mark(before, after, ragged, words)
    left, right = tail.group(0).lower(), head.group(0).lower()
    both = _is_word(left, words) and _is_word(right, words)
    if _is_word(left + right, words) and not (ragged and both):
        return False
    return both or ragged


def _blank_at_mark(before: str, after: str, ragged: bool, words: Vocabulary) -> bool:
    """The same where one side is no letter: a quote, a digit, the end of a clause."""
    last, first = before[-1:], after[:1]
    if last in ("`", "'"):
        return before[-300:].count(last) % 2 == 0
    if last in ",.;:!?)":
        return not first.isdigit() or last in ":;!?)"
    if last.isdigit():
        head = _HEAD.match(after)
        return bool(head and _is_word(head.group(0).lower(), words)) or first in "+=><("
    tail = _TAIL.search(before[-40:])
    return (
        ragged or bool(tail and first in "'`(<" and _is_word(tail.group(0).lower(), words)) or first in "+=>"
    )


def _is_word(word: str, words: Vocabulary) -> bool:
    return word in _COMMON or word in words.words


def _known_wording(before: str, after: str, words: Vocabulary) -> bool | None:
    left, right = before[-9:].lower().replace("’", "'"), after[:9].lower().replace("’", "'")
    if len(left) + len(right) < 8:
        return None
    apart, together = f"{left} {right}" in words.wordings, left + right in words.wordings
    return apart if apart != together else None
