"""A server of our own for a measurement."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from evals.bench import own_postgres as module
from evals.bench.own_postgres import NoPostgres, own_postgres


def test_without_the_wheel_it_says_what_to_do(monkeypatch: Any) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(NoPostgres, match="--database"), own_postgres(None):
        pass


def test_a_program_that_fails_is_named(tmp_path: Path) -> None:
    for program in ("false", "not_there"):
        with pytest.raises(NoPostgres, match=program):
            module._run(Path("/usr/bin") / program, tmp_path, None)


def test_a_given_database_is_upgraded_and_stays(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.sqlite3"
    with own_postgres(url) as opened:
        assert opened == url
        assert (tmp_path / "x.sqlite3").exists()
    assert (tmp_path / "x.sqlite3").exists()
