"""Fix versions: newer than what runs, fixes first, and an empty list is a legal answer."""

from __future__ import annotations

from typing import Any

import pytest

from agent.causes.catalogue import Catalogue, VersionFact
from agent.causes.cause import Cause, FixVersion
from agent.causes.changelog import Changelog
from agent.causes.fixes import fix_versions
from agent.compose import load_catalogue
from agent.report.error_report import ErrorReport, Reading
from agent.report.lexicon import Lexicon
from agent.settings import Settings


@pytest.fixture
def whole() -> Catalogue:
    return load_catalogue(Settings(causes=None))


def known(*facts: tuple[str, str]) -> Catalogue:
    versions = [
        VersionFact.model_validate(
            {"version": v, "relation": r, "causes": ["x"], "line": v, "source": "https://example.org"}
        )
        for v, r in facts
    ]
    lexicon = Lexicon(messages=[], statements=[], synonyms=[])
    return Catalogue(lexicon=lexicon, causes=[], versions=versions, digest="x")


def running(version: str | None) -> ErrorReport:
    environment: dict[str, Any] = (
        {"client_version": Reading(value=version, source="banner")} if version else {}
    )
    return ErrorReport(text="", environment=environment)


FACTS = known(("2.1.9", "fixes"), ("2.1.90", "candidate"), ("2.1.50", "improves_message"))


def test_only_newer_versions_and_fixes_first() -> None:
    assert [f.version for f in fix_versions("x", running("2.1.7"), FACTS)] == ["2.1.9", "2.1.50", "2.1.90"]
    assert [f.version for f in fix_versions("x", running("2.1.49"), FACTS)] == ["2.1.50", "2.1.90"]


def test_no_entry_claims_to_fix_this() -> None:
    assert fix_versions("y", running("2.1.7"), FACTS) == []
    assert fix_versions("x", running("2.1.90"), FACTS) == []


def test_with_no_known_version_all_are_candidates() -> None:
    assert {f.relation for f in fix_versions("x", running(None), FACTS)} == {"candidate"}


class OneLine(Changelog):
    """A stored changelog that touches every cause, in three versions."""

    def candidates(self, cause: Cause, report: ErrorReport, catalogue: Catalogue) -> list[FixVersion]:
        return [
            FixVersion(version=v, relation="candidate", line="stored", source="s")
            for v in ("2.1.9", "2.1.60", "2.1.61")
        ]


def test_stored_lines_come_after_what_is_packaged_and_name_no_version_twice(whole: Catalogue) -> None:
    facts = whole.model_copy(update={"versions": known(("2.1.9", "fixes")).versions})
    facts = facts.model_copy(
        update={"versions": [f.model_copy(update={"causes": [whole.causes[0].id]}) for f in facts.versions]}
    )
    found = fix_versions(whole.causes[0].id, running("2.1.7"), facts, OneLine([]))
    assert [(f.version, f.relation) for f in found] == [
        ("2.1.9", "fixes"), ("2.1.60", "candidate"), ("2.1.61", "candidate"),
    ]  # fmt: skip
