"""`waves` on the command line: the known threads hold some, with their versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.issues.wave import Wave
from tests.api.conftest import Run


def test_the_april_wave_is_shown_with_its_versions(run: Run) -> None:
    shown = run("waves")
    assert shown.code == 0
    assert "out-of-extra-usage  12 (12 issues, 0 reports), 2026-04-08 to 2026-04-08" in shown.out
    assert "older than" in shown.out
    assert "found on 2026-04-08" in shown.out
    assert "message: You're out of extra usage." in shown.out


def test_json_is_one_document_with_the_same(run: Run) -> None:
    told = json.loads(run("waves", "--format", "json").out)
    assert set(told) == {"as_of", "waves"}
    found = {wave["signature"]: Wave.model_validate(wave) for wave in told["waves"]}
    wave = found["out-of-extra-usage"]
    assert wave.count == len(wave.members) == 12
    assert wave.canonical is not None
    assert wave.skew is not None
    assert wave.skew.side == "older"
    assert not wave.active


def test_since_leaves_out_what_was_over(run: Run) -> None:
    listed = json.loads(run("waves", "--since", "2026-04-30", "--format", "json").out)["waves"]
    assert "out-of-extra-usage" not in {wave["signature"] for wave in listed}
    assert run("waves", "--since", "2099-01-01").out == "No wave is found in what is stored.\n"


@pytest.mark.parametrize("since", ["soon", "2026-99-99"])
def test_a_bad_since_is_named(run: Run, since: str) -> None:
    shown = run("waves", "--since", since)
    assert (shown.code, shown.out) == (2, "")
    assert since in shown.err


def test_without_a_database_it_says_why(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", f"sqlite:///{tmp_path}/file/x.sqlite3")
    shown = run("waves")
    assert shown.code == 2
    assert "cannot be opened" in shown.err
