from __future__ import annotations

from datetime import date

from agent.report.form import read_form
from agent.report.terminal import plain
from agent.report.versions import bare_version, is_outdated, version_readings


def test_the_version_of_another_program_is_not_the_clients() -> None:
    screen = plain("on opencode v1.2.3, node 20.19.5; the regression came since 2.1.30")
    assert list(version_readings(screen, read_form(screen))) == []
    assert bare_version(screen) is None


def test_a_version_named_in_an_error_and_one_without_a_name() -> None:
    screen = plain("Claude Code 2.1.220 does not support this model")
    assert [(r[0], r[1]) for r in version_readings(screen, read_form(screen))] == [("2.1.220", "error")]
    found = bare_version(plain("darwin, cursor, 2.0.30."))
    assert found is not None
    assert found[0] == "2.0.30"


def test_a_version_is_outdated_by_its_day() -> None:
    assert is_outdated("2.1.7", date(2026, 4, 8))
    assert not is_outdated("2.1.92", date(2026, 4, 8))
    assert is_outdated("2.1.92", None)
