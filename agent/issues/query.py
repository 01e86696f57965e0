"""From a report to what to look for: signatures first, then the most telling words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from agent.issues.issue import IssueQuery
from agent.issues.references import REPOSITORY_OF, own_thread
from agent.issues.tokens import MOST_TEXT, tokens
from agent.report.error_report import ErrorReport
from agent.report.lexicon import Lexicon

MOST_TERMS = 20
MOST_WEIGHTS = 200
MOST_SENTENCES = 1_000
"""Characters of a report that are read as sentences, where something reads them at all."""
SEARCH_DEPTH = 100
"""How many hits to ask the store for, so that `rank` has something to choose from."""

_TITLE_TOKEN, _ERROR_TOKEN, _BODY_TOKEN, _REPEATED = 3.0, 0.75, 1.0, 0.5
"""What a token of the title counts, of a line that tells of an error and of the text, and how much more of
it when it is repeated (x ln of how often). Chosen by cross-validation over duplicates in two trackers; a
boost for identifiers gained nothing, since they come with their parts and so count more anyway."""
_ERROR_LINE = re.compile(
    r"error|panic|assert|fail|fatal|exception|abort|SIG[A-Z]{3}|segfault|overflow|undefined|unexpected"
    r"|cannot|can't|mismatch|expected|unreachable|goroutine|refused|denied|invalid|exceed|timed? ?out",
    re.I,
)
_MOST_LINE = 500
_MOST_TITLE = 60

_TITLE, _MESSAGE, _PROSE = 3.0, 1.5, 0.5
_PROSE_LIMIT = 20_000
_MOST_OTHER_NAMES = 4

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-\[\]]*[A-Za-z0-9_\]]|[^\W_]{2,}", re.UNICODE)
_NOISE = re.compile(r"req_\w+|toolu_\w+|msg_\w+|[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f-]{20,}|[\d.,:]+", re.I)
_DROPPED = re.compile(r"https?://\S+|(?<=[A-Za-z])['’][A-Za-z]{1,2}\b")
_CODE = re.compile(r"_|[a-z][A-Z]|[A-Z]{4,}|[A-Za-z]\d|\d[A-Za-z]|\w[.\-]\w")

_ENDING = re.compile(r"(?:ings?|ed|es?|s)$")

_STOP_WORDS = """
    a about after again all already also always am an and another any anyone are as at back be because been
    before being but by came can cannot cant com could did didnt do does doesnt doing done dont down each else
    even ever every everything few first for from get gets getting give go going gone got had happen happened
    happening happens has have having he help here hi how however http https i if im in into is isnt it its
    ive just keep keeps know last like made make makes many may me might more most much must my need new no
    not nothing now of off ok on once one only or other our out over own please same say says see seems
    should show shows since so some something still such sure than thank thanks that the their them then
    there these they thing this those though time to today too try trying two until up upon us use used user
    users using very want was way we well went were what when where which while who why will with without wont
    work worked working works would yes yesterday yet you your
"""
_STOP = frozenset(_STOP_WORDS.split())
"""Words that say nothing about which thread is meant."""

_COMMON_WORDS = """
    anthropic anthropics api behavior bug claude code console darwin environment error errors expected feature
    github id invalid_request_error issue issues linux macos message messages platform preflight problem
    report request request_id requests steps terminal text true false null type version windows
    checklist actual reproduce reproduction information info description log logs output example
"""
_COMMON = frozenset(_COMMON_WORDS.split())
"""Words that nearly every thread has: they count for little."""

_USUAL_WORDS = """
account billing block blocks chat cli content context credit credits extra haiku limit limits max model
models opus plan pro session sonnet subscription tokens usage
"""
_USUAL = frozenset(_USUAL_WORDS.split())
"""Words of the trade that threads of many causes share."""


def telling(term: str) -> float:
    """How much a term tells, 0 to 2: an identifier more than a word, a word that all threads have little."""
    if term.lower() in _COMMON:
        return 0.15
    if term.lower() in _USUAL:
        return 0.5
    if " " in term or _CODE.search(term):
        return 2.0
    return min(1.2, 0.5 + 0.1 * len(term))


def is_error_line(line: str) -> bool:
    """Whether a line tells of an error: one says error, panic, refused, ..."""
    return bool(_ERROR_LINE.search(line))


def words(text: str) -> list[str]:
    """The words and identifiers of `text` in order, without ids, bare numbers, URLs and stop words."""
    found = []
    for hit in _WORD.finditer(_DROPPED.sub(" ", text)):
        word = hit[0]
        if len(word) <= 40 and not _NOISE.fullmatch(word) and word.lower().replace("'", "") not in _STOP:
            found.append(word)
    return found


def build_query(report: ErrorReport, lexicon: Lexicon | None = None) -> IssueQuery:
    """What to look for. With `lexicon`, a term of the vendor's that drifted brings its other names along.

    `terms` are at most 20, the most telling first; a term of several words means that phrase.
    """
    weights: dict[str, float] = {}
    spelled: dict[str, str] = {}
    for text, factor in _sources(report):
        for word in words(text):
            key = _root(word.lower())
            spelled.setdefault(key, word)
            weights[key] = max(weights.get(key, 0.0), factor * telling(word))
    for phrase in _other_names(report, lexicon):
        weights.setdefault(phrase, _MESSAGE)
        spelled.setdefault(phrase, phrase)
    best = sorted(weights, key=lambda key: (-weights[key], key))[:MOST_TERMS]
    own = own_thread(report)
    return IssueQuery(
        signatures=list(dict.fromkeys(event.signature for event in report.errors if event.signature)),
        terms=[spelled[key] for key in best],
        **_weighed(report, _other_names(report, lexicon)),
        text=report.text[:MOST_SENTENCES],
        exclude=own,
        repository=own[0] if own else REPOSITORY_OF.get(report.product or ""),
        at=report.reported_at,
    )


def _weighed(report: ErrorReport, names: list[str]) -> dict[str, Any]:
    """The tokens that count most with their weights, and which stand in title, error lines and body."""
    # A report's text begins with its title, which counts for itself.
    text = report.text.removeprefix(report.title or "")[:MOST_TEXT]
    lines = [line[:_MOST_LINE] for line in text.splitlines() if is_error_line(line)]
    told = [event.message for event in report.errors if event.message]
    body = tokens(text)
    title = tokens(" ".join([report.title or "", *names]))[:_MOST_TITLE]
    sources = [
        (Counter(title), _TITLE_TOKEN),
        (Counter(tokens("\n".join([*lines, *told]))), _ERROR_TOKEN),
        (Counter(body), _BODY_TOKEN),
    ]
    weights: dict[str, float] = {}
    for counts, each in sources:
        for token, count in counts.items():
            weights[token] = weights.get(token, 0.0) + each * (1 + _REPEATED * math.log(count))
    kept = dict(sorted(weights.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_WEIGHTS])
    errors, others = ([token for token in kept if token in counts] for counts, _ in sources[1:])
    return {"weights": kept, "title": title, "errors": errors, "body": others, "length": len(body)}


def _root(word: str) -> str:
    """One key for the forms of a word, so that they take one place: the index stems them alike."""
    return _ENDING.sub("", word) if len(word) > 5 else word


def _sources(report: ErrorReport) -> Iterable[tuple[str, float]]:
    yield report.title or "", _TITLE
    for event in report.errors:
        yield " ".join(filter(None, (event.type, event.message))), _MESSAGE
    yield report.text[:_PROSE_LIMIT], _PROSE


def _other_names(report: ErrorReport, lexicon: Lexicon | None) -> list[str]:
    """The other names of each drifted term that the title or a message uses, in lower case."""
    if lexicon is None:
        return []
    said = _plain(" ".join([report.title or "", *(event.message or "" for event in report.errors)]))
    found: list[str] = []
    for synonym in lexicon.synonyms:
        names = [_plain(name) for name in (synonym.canonical, *synonym.terms)]
        if any(name in said for name in names):
            found.extend(name.strip() for name in names if name not in said)
    return list(dict.fromkeys(found))[:_MOST_OTHER_NAMES]


def _plain(text: str) -> str:
    """In lower case with single spaces in place of all that is no word, and one at either end."""
    return " ".join(["", *re.findall(r"[^\W_]+", text.lower()), ""])
