from __future__ import annotations

from pathlib import Path

import pytest


def test_all_is_well_after_an_upgrade(run) -> None:
    run("db", "upgrade")
    shown = run("doctor")
    assert shown.code == 0, shown.out
    assert "WRONG" not in shown.out
    for part in ("causes, digest", "is current", "stored and indexed", "model"):
        assert part in shown.out


def test_an_unreachable_database_is_wrong(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", "sqlite:////proc/no/such/folder.sqlite3")
    shown = run("doctor")
    assert shown.code == 1
    assert "WRONG  database" in shown.out


def test_a_bad_cause_file_is_wrong(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text("id = 5")
    monkeypatch.setenv("CASEWORKER_CAUSES", str(tmp_path))
    shown = run("doctor")
    assert shown.code == 1
    assert "mine.toml" in shown.out


@pytest.mark.parametrize("word", ["hunt" + "er22", "h@nt:e" + "/r22"])
def test_a_password_is_never_shown(run, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", f"postgresql://me:{word}@127.0.0.1:1/none?password={word}")
    shown = run("doctor")
    assert shown.code == 1
    assert word not in shown.out + shown.err
