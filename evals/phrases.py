"""Whether a text holds a phrase, and whether it tells the reader to do what a phrase says.

"Do not enable extra usage" holds the phrase "enable extra usage" and does not tell anybody to do
it. A negation counts from where it stands to the end of its clause, and "is not needed" counts
backwards; a condition ("if it is not listed, ...") negates nothing that follows its comma, and
what it names is not told to anybody either.
"""

from __future__ import annotations

import re

_CLAUSE = re.compile(
    r"(?<=[.;!?:])\s+|\s+(?:--|—|–)\s+|,?\s+\b(?:but|then|so|otherwise)\b\s*,?|\n\s*(?=[\n*-])"
)
_CONDITION = re.compile(
    r"^(?:if|when|where|unless|once|while|before|as long as|because|since)\b[^,]*,\s*",
)
_BEFORE = re.compile(
    r"\b(?:not|never|no|nor|neither|without|avoid|cannot|\w+n't|rather than|instead of|nothing|before)\b",
)
_AFTER = re.compile(
    r"^(?:(?!\b(?:if|when|where|unless|until|and|or)\b)[^.;,]){0,40}?\b(?:(?:is|are|was|does|do|will|would|should|must|need|can|could|may|has|have)(?:\s+not|n't)"
    r"|cannot|won't|changes? nothing|not needed)\b",
    re.I,
)


def flat(text: str) -> str:
    """`text` in lower case with every run of white space as one space and straight quotes."""
    return " ".join(text.replace("\u2019", "'").replace("\xa0", " ").split()).lower()


def _pattern(phrase: str) -> re.Pattern[str]:
    words = re.escape(flat(phrase))
    left = r"(?<!\w)" if words[:1].isalnum() else ""
    right = r"(?!\w)" if words[-1:].isalnum() else ""
    return re.compile(left + words + right)


def holds(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text as whole words, whatever the case and the spacing."""
    return bool(_pattern(phrase).search(flat(text)))


def tells(text: str, phrase: str) -> bool:
    """Whether some clause of the text tells the reader to do what the phrase says."""
    pattern = _pattern(phrase)
    return any(_tells(clause, pattern) for clause in _clauses(text))


def _clauses(text: str) -> list[str]:
    pieces = (flat(piece) for piece in _CLAUSE.split(text.replace("\u2019", "'")))
    return [main for piece in pieces if (main := _CONDITION.sub("", piece, count=1))]


def _tells(clause: str, phrase: re.Pattern[str]) -> bool:
    for match in phrase.finditer(clause):
        before, after = clause[: match.start()], clause[match.end() :]
        if not _BEFORE.search(before) and not _AFTER.match(after):
            return True
    return False
