"""How advice is read: sentences, and whether what stands before a phrase turns it round.

"Never spoof the user agent, fake headers or pretend to be Claude Code" forbids three things;
"Do not worry, spoof the header" forbids none. The laws share this one reading of "not".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from agent.diagnosis.laws.prefilter import Phrase, folded

READINGS = 64
"""How many texts are kept ready for the next law."""
_SENTENCE = re.compile(r"(?<=[.;!?])[\"')\]]*\s+|\n+|\s+[-–—]\s+")
_IDIOM = re.compile(
    r"\b(?:no (?:doubt|worries|problem|question|matter)|not only|why not|without (?:a )?(?:doubt|fail)"
    r"|never (?:mind|fear)|(?:do not|don't) (?:worry|wait|hesitate|panic)|no need to (?:worry|wait))\b",
    re.I,
)
_NOT = re.compile(
    r"\b(?:not|never|no|nor|neither|cannot|nobody|none|without|avoid|refuse|against|instead of|rather than"
    r"|whether|stop|forbid(?:s|den)?|prohibit(?:s|ed)?|\w+n't)\b",
    re.I,
)
_TURN = re.compile(
    r"\bbut\b|\binstead\b(?! of)|\bthen\b|:\s|,\s*(?:and |so )?(?:you|we|they|it|i|please|just|simply)\b",
    re.I,
)
_COMMA = re.compile(r"(?<!not),\s+", re.I)
_LIST = re.compile(r"\b(?:or|nor)\b", re.I)
_AFTER = re.compile(
    r"\b(?:is|are|would be|remains?) (?:not (?:allowed|permitted|advised|a)|forbidden|prohibited|against"
    r"|no )"
    r"|\b(?:breaks?|violates?) (?:the |its |their )?(?:terms|polic|rules?)|\bdo(?:es)? not (?:help|fix"
    r"|cure)",
    re.I,
)


_WITHIN = re.compile(r"\b(?:will|shall|can|should|must|may)\s+not\b|\bnever\b", re.I)
_ASKS = re.compile(r"(?:does|do|is|are|which|what|where|in which|from which)\b(?!.*\bknow\b).*\?\W*\Z", re.I)


def plain(text: str) -> str:
    """`text` with typographic apostrophes and runs of blanks (not line breaks) made plain."""
    return re.sub(r"[ \t\u00a0]+", " ", text.replace("\u2019", "'").replace("\u2018", "'"))


@lru_cache(maxsize=READINGS)
def reading(text: str) -> tuple[str, str | None]:
    """`plain(text)`, and that as a `Phrase` looks for words in it: every law asks for the same text."""
    whole = plain(text)
    return whole, folded(whole)


def sentences(text: str) -> list[str]:
    """The sentences of `text`; a semicolon, a dash and a line break end one too."""
    return [s for s in _SENTENCE.split(plain(text)) if s.strip()]


def negated(before: str, after: str = "") -> bool:
    """Whether the words before a phrase (or a verdict after it) deny it, within one sentence."""
    scope = _IDIOM.sub(" ", before)
    turns = list(_TURN.finditer(scope))
    if turns:
        scope = scope[turns[-1].end() :]
    commas = list(_COMMA.finditer(scope))
    if commas and not _LIST.search(scope[commas[0].end() :] + " " + after):
        scope = scope[commas[-1].end() :]
    return bool(_NOT.search(scope) or _AFTER.search(after))


def hits(text: str, phrases: Iterable[Phrase]) -> list[str]:
    """What in `text` matches one of `phrases`, is not denied and not merely asked about."""
    # Most texts hold nothing of the kind: one look at the whole spares the look at each sentence.
    whole, low = reading(text)
    suspects = [phrase.pattern for phrase in phrases if phrase.search(whole, low)]
    found = []
    for sentence in sentences(text) if suspects else ():
        if _ASKS.match(sentence):
            continue
        for pattern in suspects:
            for match in pattern.finditer(sentence):
                denied = negated(sentence[: match.start()], sentence[match.end() :])
                if not denied and not _WITHIN.search(match.group(0)):
                    found.append(match.group(0).strip())
    return found
