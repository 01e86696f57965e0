"""Lines of a changelog tied to causes: later versions only, the relevant ones only, candidates only."""

from __future__ import annotations

import pytest

from agent.causes.catalogue import Catalogue
from agent.causes.changelog import Changelog, StoredLine, version_key
from agent.compose import load_catalogue
from agent.report.error_report import ErrorEvent, ErrorReport, Reading
from agent.settings import Settings

NOISE = """
Added support for vim mode in the prompt editor
Improved startup performance by lazy loading plugins
Fixed a crash when the terminal is resized during streaming
Added a command to save the conversation
Fixed path completion with spaces on Windows
Servers can now be configured per project
Fixed emoji rendering in the status line
Added a keyboard shortcut for toggling thinking
Updated the theme picker with a preview
Fixed spinner flicker on slow terminals
"""
IMAGE = "Fixed an image over the size limit in the conversation failing every later request"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(Settings(causes=None))


def line(version: str, said: str) -> StoredLine:
    return StoredLine(version=version, line=said, source="https://example.org/CHANGELOG.md")


def log(*lines: StoredLine) -> Changelog:
    noise = [line(f"2.2.{n}", said) for n, said in enumerate(NOISE.strip().splitlines())]
    return Changelog([*noise, *lines])


def running(version: str | None, message: str | None = None) -> ErrorReport:
    readings = {"client_version": Reading(value=version, source="banner")} if version else {}
    event = ErrorEvent(status=400, type=None, message=message, group=None, request_ids=[], signature=None,
                       retryable=None, provider="unknown", spans=[])  # fmt: skip
    return ErrorReport(text="x", environment=readings, errors=[event] if message else [])


def found(changelog: Changelog, cause: str, version: str | None, catalogue: Catalogue) -> list[str]:
    fixes = changelog.candidates(catalogue.by_id[cause], running(version), catalogue)
    assert {fix.relation for fix in fixes} <= {"candidate"}
    return [fix.version for fix in fixes]


def test_a_line_that_touches_the_cause_is_a_candidate_and_noise_is_not(catalogue: Catalogue) -> None:
    changelog = log(line("2.1.172", IMAGE))
    assert found(changelog, "oversized-image", "2.1.7", catalogue) == ["2.1.172"]
    assert all(found(log(), cause.id, "2.1.7", catalogue) == [] for cause in catalogue.causes)
    assert found(changelog, "tls-ca-not-trusted", "2.1.7", catalogue) == []


def test_only_later_versions_are_named_and_none_where_it_is_not_known(catalogue: Catalogue) -> None:
    changelog = log(line("2.1.172", IMAGE), line("2.1.172-beta.1", IMAGE))
    assert found(changelog, "oversized-image", "2.1.172", catalogue) == []
    assert found(changelog, "oversized-image", "2.1.172-beta.1", catalogue) == ["2.1.172"]
    assert found(changelog, "oversized-image", "2.1.99", catalogue) == ["2.1.172-beta.1", "2.1.172"]
    assert found(changelog, "oversized-image", None, catalogue) == []


def test_a_version_is_named_once_with_its_best_line(catalogue: Catalogue) -> None:
    weaker = (
        "Fixed a large image failing every later request because of its size limit, among many other things"
    )
    changelog = log(line("2.1.172", weaker), line("2.1.172", IMAGE))
    (fix,) = changelog.candidates(catalogue.by_id["oversized-image"], running("2.1.7"), catalogue)
    assert (fix.version, fix.line) == ("2.1.172", IMAGE)
    assert fix.source == "https://example.org/CHANGELOG.md"


def test_a_line_with_the_words_of_the_message_touches_it(catalogue: Catalogue) -> None:
    said = "Fixed the error 'The quagga cannot be saddled before noon' after a restart"
    changelog, cause = log(line("2.1.172", said)), catalogue.by_id["invalid-parameter"]
    asked = running("2.1.7", "The quagga cannot be saddled before noon.")
    assert [fix.version for fix in changelog.candidates(cause, asked, catalogue)] == ["2.1.172"]
    other = running("2.1.7", "The zebra cannot be ridden.")
    assert changelog.candidates(cause, other, catalogue) == []


def test_the_packaged_facts_tie_to_their_own_causes(catalogue: Catalogue) -> None:
    """The packaged lines are known to touch their causes; four in five that are named are right."""
    changelog = Changelog([line(fact.version, fact.line) for fact in catalogue.versions])
    truth = {fact.line: set(fact.causes) for fact in catalogue.versions}
    named = [
        (cause.id, changelog.lines[place].line)
        for cause in catalogue.causes
        for _, place in changelog._of_cause(cause, catalogue)
    ]
    right = [cause in truth[said] for cause, said in named]
    assert len(named) >= 30
    assert sum(right) >= 0.75 * len(right)


@pytest.mark.parametrize(
    ("older", "newer"),
    [("2.1.9", "2.1.10"), ("2.1.10-beta.1", "2.1.10"), ("2.1.10-beta.2", "2.1.10-beta.10"),
     ("2.1.9", "2.1.10-rc.1"), ("2.1.10-alpha", "2.1.10-beta"), ("v2.1.9", "2.2")],
)  # fmt: skip
def test_versions_are_ordered_as_people_release_them(older: str, newer: str) -> None:
    assert version_key(older) < version_key(newer)


def test_what_is_no_version_has_no_numbers() -> None:
    assert version_key("latest")[0] == ()


def test_an_empty_changelog_has_no_candidate(catalogue: Catalogue) -> None:
    assert Changelog([]).candidates(catalogue.causes[0], running("2.1.7", "a b c d e"), catalogue) == []
