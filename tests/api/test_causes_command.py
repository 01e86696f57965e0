from __future__ import annotations

from pathlib import Path

import pytest

KNOWN = Path(__file__).resolve().parents[2] / "agent/causes/known"


def test_the_list_names_every_cause_file(run) -> None:
    listed = [line.split()[0] for line in run("causes").out.splitlines()]
    assert listed == sorted(path.stem for path in KNOWN.glob("*.toml"))


def test_one_cause_is_shown_in_full(run) -> None:
    shown = run("causes", "legacy-client-misclassified")
    assert shown.code == 0
    for part in ("Signs", "Guidance:", "Sources", "https://"):
        assert part in shown.out


def test_check_takes_good_files_and_names_the_bad(run, tmp_path: Path) -> None:
    good = KNOWN / "legacy-client-misclassified.toml"
    bad = tmp_path / "bad.toml"
    text = good.read_text()
    sign = text.split('sign = "')[1].split('"')[0]
    bad.write_text(text.replace(f'sign = "{sign}"', 'sign = "moon_phase"').replace("legacy-", "lunar-", 1))
    shown = run("causes", "check", str(good), str(bad), str(tmp_path / "none.toml"))
    assert shown.code == 1
    assert shown.out == f"{good}: ok, legacy-client-misclassified\n"
    assert "moon_phase" in shown.err
    assert "none.toml: No such file" in shown.err


def test_check_without_a_file_is_a_usage_error(run) -> None:
    assert run("causes", "check").code == 2


def test_the_same_id_in_two_files_is_refused(run, tmp_path: Path) -> None:
    good = KNOWN / "legacy-client-misclassified.toml"
    twin = tmp_path / "twin.toml"
    twin.write_text(good.read_text())
    shown = run("causes", "check", str(good), str(twin))
    assert shown.code == 1
    assert "stands in" in shown.err


def test_a_cause_of_the_team_s_own_takes_the_place_and_it_is_said(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (KNOWN / "legacy-client-misclassified.toml").read_text()
    (tmp_path / "mine.toml").write_text(text)
    monkeypatch.setenv("CASEWORKER_CAUSES", str(tmp_path))
    assert "own file replaces legacy-client-misclassified" in run("causes").out
