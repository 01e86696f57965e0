"""Version skew: a bound that parts a wave from quiet times, and nothing where there is none."""

from __future__ import annotations

import pytest

from agent.issues.skew import is_beside, numbers, skew_of

OLD = {"2.0.46": 1, "2.0.76": 3, "2.1.7": 2, "2.1.29": 2}
USUAL = {"2.1.29": 1, "2.1.38": 4, "2.1.76": 6, "2.1.92": 9}


def test_a_wave_of_old_clients_is_older_than_a_bound() -> None:
    skew = skew_of(OLD, USUAL)
    assert skew is not None
    assert (skew.side, skew.than) == ("older", "2.1.38")
    assert (skew.wave, skew.wave_known, skew.quiet, skew.quiet_known) == (8, 8, 1, 20)
    assert skew.lift == pytest.approx(14.0)
    assert skew.p_value < 0.001


def test_a_wave_of_a_new_release_is_newer_than_a_bound() -> None:
    skew = skew_of({"2.1.93": 7, "2.1.38": 1}, USUAL)
    assert skew is not None
    assert (skew.side, skew.than, skew.wave) == ("newer", "2.1.92", 7)
    assert is_beside("2.1.38", skew)
    assert is_beside("2.1.92", skew)
    assert not is_beside("2.1.93", skew)


def test_everybodys_clients_grow_newer() -> None:
    later = {"2.1.93": 7}
    assert skew_of(later, USUAL, {"2.1.93": 1}) is not None
    assert skew_of(later, USUAL, {"2.1.93": 30}) is None
    assert skew_of(OLD, USUAL, {"2.1.7": 30}) == skew_of(OLD, USUAL)


@pytest.mark.parametrize(
    ("wave", "quiet"),
    [
        (USUAL, USUAL),
        ({"2.1.7": 2}, USUAL),
        (OLD, {"2.1.92": 2}),
        ({}, {}),
        ({"unknown": 9}, USUAL),
        ({"2.1.7": 3}, {"2.1.7": 50}),
    ],
)
def test_nothing_is_said_where_nothing_parts_them(wave: dict[str, int], quiet: dict[str, int]) -> None:
    assert skew_of(wave, quiet) is None


def test_versions_compare_as_numbers() -> None:
    assert numbers("v2.1.100") > numbers("2.1.96") > numbers("2.1.7")
    assert numbers("no version") == ()
