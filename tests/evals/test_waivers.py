"""Waivers: one check of one case, until a day, and never for everything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evals.case import BadCase
from evals.waivers import load_waivers, waiver_for

GOOD = """
[[waiver]]
case = "blue-mill"
room = "causes"
result = "top3"
reason = "the message was split in two"
who = "A. Reviewer"
until = 2026-12-01
"""


def made(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "waivers.toml"
    path.write_text(text)
    return path


def test_a_waiver_is_for_one_check_until_the_end_of_its_day(tmp_path: Path) -> None:
    waivers = load_waivers(made(tmp_path, GOOD))
    found = waiver_for("blue-mill", "causes", "top3", waivers)
    assert found is not None
    assert not found.expired(date(2026, 12, 1))
    assert found.expired(date(2026, 12, 2))
    assert waiver_for("blue-mill", "causes", "acceptable", waivers) is None
    assert waiver_for("red-mill", "causes", "top3", waivers) is None


def test_of_several_the_last_day_counts(tmp_path: Path) -> None:
    waivers = load_waivers(made(tmp_path, GOOD + GOOD.replace("12-01", "12-24")))
    found = waiver_for("blue-mill", "causes", "top3", waivers)
    assert found is not None
    assert found.until == date(2026, 12, 24)


def test_no_file_is_no_waiver(tmp_path: Path) -> None:
    assert load_waivers(tmp_path / "none.toml") == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('case = "blue-mill"', 'case = "*"', "case"),
        ('room = "causes"', 'room = "*"', "room"),
        ("until = 2026-12-01", "", "until"),
        ("until = 2026-12-01", 'until = "some day"', "until"),
        ('who = "A. Reviewer"', "", "who"),
        ('reason = "the message was split in two"', 'reason = "x"', "reason"),
        ("[[waiver]]", "[[waver]]", "waver is not known"),
        ("[[waiver]]", "[[waiver", "cannot be read"),
    ],
)
def test_a_bad_waiver_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(BadCase, match=words):
        load_waivers(made(tmp_path, GOOD.replace(old, new)))
