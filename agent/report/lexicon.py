"""The words the report room knows: message templates, statements and dated synonyms.

Parsed once from packaged TOML text by `compose.py`; the rooms never open a file (law 2).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import ConfigDict

from agent.report.error_report import Noun


class MessageTemplate(Noun):
    """One known message. `<name>` in `template` stands for any short filling, `...` for any tail.

    `signature` is the slug that every filling shares. `retryable` is None where unknown.
    `bare` says whether the text may be recognised in a paste without JSON around it: False for
    words that ordinary prose uses too ("Overloaded").
    """

    signature: str
    template: str
    group: str
    status: int | None = None
    type: str | None = None
    retryable: bool | None = None
    bare: bool = True


class StatementRule(Noun):
    """One thing reporters say, as regular expressions over a sentence in lower case.

    `denied` lists expressions of the opposite; where `negatable` is true a "not", "no" or
    "without" before the match turns it into a denial as well. A sentence that matches `unless` says
    nothing of the matter, whatever else it matches.
    """

    id: str
    says: str
    patterns: list[str]
    denied: list[str] = []
    unless: list[str] = []
    negatable: bool = False


class Synonym(Noun):
    """One term of the vendor's that drifted: `terms` all mean `canonical`; `since` dates the newest."""

    canonical: str
    terms: list[str]
    since: date | None = None
    source: str | None = None


class Lexicon(Noun):
    """All templates, statements and synonyms; immutable and shared by every run."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    messages: list[MessageTemplate]
    statements: list[StatementRule]
    synonyms: list[Synonym]

    @cached_property
    def by_signature(self) -> dict[str, MessageTemplate]:
        """Templates by signature; the first one wins where a signature has several wordings."""
        found: dict[str, MessageTemplate] = {}
        for template in self.messages:
            found.setdefault(template.signature, template)
        return found

    @cached_property
    def _synonym_pattern(self) -> tuple[re.Pattern[str], dict[str, str]] | None:
        table = {term.lower(): s.canonical for s in self.synonyms for term in s.terms}
        if not table:
            return None
        longest_first = sorted(table, key=len, reverse=True)
        return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.I), table

    def canonical(self, text: str) -> str:
        """`text` with every drifted term replaced by its canonical one (case-insensitive)."""
        if self._synonym_pattern is None:
            return text
        pattern, table = self._synonym_pattern
        return pattern.sub(lambda m: table[m.group(0).lower()], text)


Section = Literal["messages", "statements", "synonyms"]


def parse_lexicon(documents: Iterable[str]) -> Lexicon:
    """Build a `Lexicon` from TOML texts, each with any of [[messages]], [[statements]], [[synonyms]].

    Raises `tomllib.TOMLDecodeError` on bad TOML and `pydantic.ValidationError` on a bad entry.
    """
    found: dict[Section, list[object]] = {"messages": [], "statements": [], "synonyms": []}
    for document in documents:
        table = tomllib.loads(document)
        for section, entries in found.items():
            entries.extend(table.get(section, []))
    return Lexicon.model_validate(found)
