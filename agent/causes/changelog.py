"""Which later version touches a cause: lines of a stored changelog, tied to causes by their words.

The words of a cause are those of its file and of the messages that its signs name; a word counts by how
few lines and how few causes have it. A line is a candidate and no more: nobody said that it is a fix.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from agent.causes.catalogue import Catalogue
from agent.causes.cause import Cause, FixVersion
from agent.issues.tokens import tokens
from agent.report.error_report import ErrorReport, Noun

LEAST_WEIGHT = 5.0
LEAST_SHARE = 0.4
FEWEST_WORDS = 3
"""The relevance floor: the words that a line shares with a cause weigh so much, make up such a share of what
the line says, and are so many."""
NAMED_SHARE = 0.6
"""A version that the cause's file names needs only so much of the weight and of the share."""
MESSAGE_WORDS, MESSAGE_SHARE = 4, 0.7
"""A line that holds so many words of the report's own message, and such a share of its weight, touches it."""
_SCALE = 3.0
_VERSION = re.compile(r"\d+(?:\.\d+){1,3}(?:-[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*)?")
_CODE = re.compile(r"`([^`\n]+)`")


class StoredLine(Noun):
    """One line of a stored changelog, and where it came from."""

    version: str
    line: str
    source: str


Profile = Mapping[str, float]


def version_key(version: str) -> tuple[tuple[int, ...], int, tuple[tuple[int, int, str], ...]]:
    """What versions are ordered by: a pre-release comes before its release. Numbers empty where none are."""
    found = _VERSION.search(version)
    release, _, before = (found[0] if found else "").partition("-")
    parts = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"[.-]", before) if part
    )
    return tuple(int(part) for part in release.split(".") if part), 0 if before else 1, parts


class Changelog:
    """The lines of one product's changelog, ready to be asked. Makes an index once; asking is cheap."""

    def __init__(self, lines: Iterable[StoredLine]) -> None:
        self.lines = tuple(lines)
        self._words = [frozenset(tokens(line.line)) for line in self.lines]
        self._keys = [version_key(line.version) for line in self.lines]
        seen = Counter(word for words in self._words for word in words)
        total = len(self.lines)
        self._rarity = {
            word: math.log(1 + total / count) / math.log(1 + total) for word, count in seen.items()
        }
        self._holding: dict[str, list[int]] = defaultdict(list)
        for place, words in enumerate(self._words):
            for word in words:
                self._holding[word].append(place)
        self._profiles: tuple[str, dict[str, Profile]] = ("", {})
        self._touching: dict[str, list[tuple[float, int]]] = {}

    def candidates(self, cause: Cause, report: ErrorReport, catalogue: Catalogue) -> list[FixVersion]:
        """Versions later than the report's whose lines touch the cause or the report's own message.

        The best line of each version, the most relevant first. Empty where the report's version is not known.
        """
        running = version_key(report.value("client_version") or "")
        if not running[0]:
            return []
        scored: dict[int, float] = {}
        for score, place in [*self._of_cause(cause, catalogue), *self._of_messages(report, catalogue)]:
            if self._keys[place] > running:
                scored[place] = max(scored.get(place, 0.0), score)
        best: dict[str, int] = {}
        for place in sorted(scored, key=lambda place: (-scored[place], self._keys[place], place)):
            best.setdefault(self.lines[place].version, place)
        return [
            FixVersion(version=line.version, relation="candidate", line=line.line, source=line.source)
            for line in (self.lines[place] for place in best.values())
        ]

    def _of_cause(self, cause: Cause, catalogue: Catalogue) -> list[tuple[float, int]]:
        if self._profiles[0] != catalogue.digest:
            self._profiles, self._touching = (catalogue.digest, _profiles(catalogue)), {}
        if cause.id not in self._touching:
            named = set(_VERSION.findall(_texts(cause)))
            profile = self._profiles[1].get(cause.id, {})
            self._touching[cause.id] = [
                (score, place)
                for place in self._places(profile)
                if (score := self._score(place, profile, self.lines[place].version in named)) > 0
            ]
        return self._touching[cause.id]

    def _score(self, place: int, profile: Profile, is_named: bool) -> float:
        """How near the line is to the cause; 0 below the relevance floor."""
        words = self._words[place]
        shared = {word: profile[word] * self._rarity[word] for word in words if word in profile}
        weight = math.fsum(shared.values())
        share = weight / (_SCALE * math.fsum(self._rarity[word] for word in words) or 1.0)
        least = NAMED_SHARE if is_named else 1.0
        if len(shared) < FEWEST_WORDS or weight < least * LEAST_WEIGHT or share < least * LEAST_SHARE:
            return 0.0
        return weight * share

    def _of_messages(self, report: ErrorReport, catalogue: Catalogue) -> list[tuple[float, int]]:
        """Lines that hold the words of the report's own messages."""
        found = []
        for event in report.errors:
            known = catalogue.lexicon.by_signature.get(event.signature or "")
            words = set(tokens(known.template if known else event.message or ""))
            whole = math.fsum(self._rarity.get(word, 1.0) for word in words)
            for place in self._places(dict.fromkeys(words, 1.0)):
                shared = words & self._words[place]
                weight = math.fsum(self._rarity[word] for word in shared)
                if len(shared) >= MESSAGE_WORDS and weight >= MESSAGE_SHARE * whole:
                    found.append((weight, place))
        return found

    def _places(self, words: Iterable[str]) -> Sequence[int]:
        """The lines that hold any of the words."""
        return sorted({place for word in words for place in self._holding.get(word, ())})


def _profiles(catalogue: Catalogue) -> dict[str, Profile]:
    """Cause id to its words, each with a weight from 0 to about 3: how few causes have it."""
    said = {cause.id: _words(cause, catalogue) for cause in catalogue.causes}
    having = Counter(word for words in said.values() for word in words)
    total = len(said)
    return {
        cause_id: {word: often * math.log((1 + total) / having[word]) for word, often in words.items()}
        for cause_id, words in said.items()
    }


def _words(cause: Cause, catalogue: Catalogue) -> dict[str, float]:
    """The words of a cause: of its messages, title and summary, of code that it names, of the rest less."""
    signatures = [name for use in cause.signs if use.sign == "error.signature" for name in use.args["is"]]
    phrases = [phrase for use in cause.signs if use.sign == "error.message" for phrase in use.args["any"]]
    known = catalogue.lexicon.by_signature
    messages = [known[name].template for name in signatures if name in known]
    code = _CODE.findall(_texts(cause))
    found = dict.fromkeys(tokens(" ".join([cause.explanation, *cause.notes])), 0.6)
    found |= dict.fromkeys(
        tokens(" ".join([cause.id, cause.title, cause.summary, *messages, *phrases, *code])), 1.0
    )
    return found


def _texts(cause: Cause) -> str:
    steps = (text for step in cause.steps for text in (step.step, step.why))
    return "\n".join([cause.explanation, cause.summary, cause.recommendation, *cause.notes, *steps])
