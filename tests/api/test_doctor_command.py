from __future__ import annotations

from pathlib import Path

import pytest

from agent.store.index import latent, vectors


def test_all_is_well_after_an_upgrade(run) -> None:
    run("db", "upgrade")
    shown = run("doctor")
    assert shown.code == 0, shown.out
    assert "WRONG" not in shown.out
    for part in ("causes, digest", "is current", "stored and indexed", "model"):
        assert part in shown.out


def test_vectors_that_are_missing_are_said_and_made(run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("db", "upgrade")
    monkeypatch.setattr(vectors, "FEWEST_ISSUES", 100)
    monkeypatch.setattr(latent, "DIMENSIONS", 12)
    monkeypatch.setattr(latent, "_SPARE", 4)
    shown = run("doctor")
    assert "was stale, is made anew: there was no latent model" in shown.out
    assert shown.code == 0
    assert "as the issues are" in run("doctor").out


def test_it_says_how_many_issues_it_compared_where_that_is_not_all(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.doctor_command.LOOKED_AT", 7)
    assert "as the issues are; the words of 7 were compared" in run("doctor").out


def test_an_encoder_that_cannot_be_had_is_wrong_and_no_diagnosis_fails_for_it(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEWORKER_ENCODER", str(tmp_path))
    shown = run("doctor")
    assert shown.code == 1
    line = next(line for line in shown.out.splitlines() if line.startswith("WRONG"))
    assert f"The encoder of sentences in {tmp_path} cannot be used" in line
    report = tmp_path / "report.txt"
    report.write_text("API Error: 529 Overloaded")
    said = run("diagnose", str(report), "--format", "json")
    assert said.code == 0
    assert f"The encoder of sentences in {tmp_path}" in said.out


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


def test_the_model_is_said_with_its_key_unseen(run, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-ant-" + "api03-" + "d" * 40
    monkeypatch.setenv("CASEWORKER_MODEL", "live")
    monkeypatch.setenv("ANTHROPIC_API_KEY", key)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    shown = run("doctor")
    assert shown.code == 0, shown.out
    assert "live: claude-sonnet-5-5 drafts, a key is there; it was not called" in shown.out
    assert key not in shown.out + shown.err


@pytest.mark.parametrize(("mode", "says"), [("live", "ANTHROPIC_API_KEY"), ("replay", "recordings")])
def test_a_model_that_could_never_answer_is_wrong(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, says: str
) -> None:
    for name in ("API_KEY", "AUTH_TOKEN", "PROFILE", "CONFIG_DIR"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CASEWORKER_MODEL", mode)
    shown = run("doctor")
    assert shown.code == 1
    line = next(line for line in shown.out.splitlines() if line.startswith("WRONG"))
    assert says in line
