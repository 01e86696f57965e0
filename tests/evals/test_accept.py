"""Accepting moves baseline and lock, by somebody, and not what nobody can accept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.llm.recordings import write
from evals.__main__ import main
from evals.baseline import read_baseline
from evals.lock import digests, read_lock
from evals.places import Places
from tests.agent.llm.conftest import recorded
from tests.small_suite import SLUGS, small_suite

AUTHORED = (
    '{} = "blue-mill"\nwhy = "the plain words come back"\n[[replies]]\nstep = "draft"\nfaithful = true\n'
)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = small_suite(tmp_path)
    gaps = [
        f'[[gap]]\nslug = "{slug}"\nreason = "nobody with a key"\nsince = 2026-11-01\nuntil = 2046-01-01\n'
        for slug in SLUGS
    ]
    places.backlog.write_text("".join(gaps))
    return places


def accept(places: Places, *options: str) -> int:
    return main(["accept", "--root", str(places.root), "--reviewer", "A Reviewer", *options])


def test_both_files_move_and_name_who_looked(places: Places, capsys: Any) -> None:
    places.authored.mkdir()
    (places.authored / "a.toml").write_text(AUTHORED.format("case"))
    assert main(["record", "--root", str(places.root), "--authored", str(places.authored)]) == 0
    assert read_lock(places.lock) is not None
    assert not places.baseline.exists(), "record moves the lock alone"
    assert accept(places, "--reason", "first") == 0
    baseline, lock = read_baseline(places.baseline), read_lock(places.lock)
    assert lock is not None
    assert lock.accepted == baseline.accepted
    assert (baseline.accepted.reviewer, baseline.accepted.reason) == ("A Reviewer", "first")
    assert lock.recordings == digests(places.recordings)
    assert [row.key for row in baseline.rows] == ["blue-mill", "blue-mill (authored, trial 0)", "red-mill"]


def test_a_run_moves_nothing(places: Places, capsys: Any) -> None:
    assert main(["run", "--cases", str(places.cases)]) == 0
    assert not places.lock.exists()
    assert not places.baseline.exists()


def test_what_is_red_is_not_accepted(places: Places, capsys: Any) -> None:
    write(recorded(case="green-mill"), places.recordings)
    assert accept(places) == 3
    assert "orphan: green-mill.json" in capsys.readouterr().err
    (places.recordings / "green-mill.json").unlink()
    write(recorded(), places.recordings)
    assert accept(places) == 3
    said = capsys.readouterr().err
    assert "stale: blue-mill.json" in said
    assert "python -m evals record" in said
    path = places.recordings / "blue-mill.json"
    data = json.loads(path.read_text())
    data["calls"][0]["response"]["stop_reason"] = "max_tokens"
    path.write_text(json.dumps(data))
    assert accept(places) == 3
    assert "edited: blue-mill.json" in capsys.readouterr().err
    assert not places.lock.exists()


def test_a_broken_check_needs_a_reason_and_a_name_is_needed_always(places: Places, capsys: Any) -> None:
    expected = places.cases / "blue-mill" / "expected.toml"
    expected.write_text(expected.read_text().replace("service-overloaded", "pdf-rejected"))
    assert accept(places) == 1
    assert "say why with --reason" in capsys.readouterr().err
    assert accept(places, "--reason", "a known gap") == 0
    assert main(["accept", "--root", str(places.root), "--reviewer", " "]) == 2
    with pytest.raises(SystemExit):
        main(["accept", "--root", str(places.root)])
