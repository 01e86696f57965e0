"""URLs and reasons: what a user writes, and what they are told."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from agent.errors import StoreUnavailable
from agent.store.engine import parse_url, pooled_engine, probe, reported, where

FILE = parse_url("sqlite:////somewhere/store.sqlite3")


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///some.sqlite3", "sqlite"),
        ("sqlite+aiosqlite:///some.sqlite3", "sqlite"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
    ],
)
def test_plain_urls_get_the_driver(url: str, driver: str) -> None:
    if driver.startswith("postgresql"):
        pytest.importorskip("psycopg")
    assert pooled_engine(parse_url(url)).url.drivername == driver


def test_a_password_is_never_shown() -> None:
    password = "hid" + "den"
    assert password not in where(parse_url(f"postgresql://u:{password}@h/d"))
    assert where(FILE) == "/somewhere/store.sqlite3"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("file is not a database", "not a SQLite database"),
        ("attempt to write a readonly database", "read-only"),
        ("database or disk is full", "the disk is full"),
        ("database is locked", "another process"),
        ("something new", "something new"),
    ],
)
def test_reasons_are_in_plain_words(said: str, why: str) -> None:
    with pytest.raises(StoreUnavailable, match=why), reported(FILE):
        raise sqlite3.OperationalError(said)
    with pytest.raises(StoreUnavailable, match=why), reported(FILE):
        raise OperationalError("SELECT 1", {}, sqlite3.OperationalError(said))


def test_a_missing_driver_is_named() -> None:
    with pytest.raises(StoreUnavailable, match="psycopg is not installed"), reported(FILE):
        raise ModuleNotFoundError("no", name="psycopg")


def test_other_errors_are_not_touched() -> None:
    with pytest.raises(KeyError), reported(FILE):
        raise KeyError("a mistake of ours")


def test_probe_makes_the_folder_and_keeps_no_lock(tmp_path: Path) -> None:
    url: URL = parse_url(f"sqlite:///{tmp_path}/a/store.sqlite3")
    probe(url)
    (tmp_path / "a" / "store.sqlite3").unlink()


def test_a_start_on_sqlite_waits_for_no_object_mapper() -> None:
    loaded = "sqlalchemy.orm"
    code = (
        "import sys; from agent.store.engine import parse_url, pooled_engine; import agent.store.database;"
        "pooled_engine(parse_url('sqlite:////somewhere/store.sqlite3')); "
        f"print({loaded!r} in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
