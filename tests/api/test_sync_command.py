"""`issues sync` as a person runs it: what it says, what it waits for, and a kill in the middle."""

from __future__ import annotations

import io
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.store.issues import SqlIssues
from api.sync_command import Countdown
from tests.agent.github.forge import Fault, Forge, serving
from tests.api.processes import as_in_a_terminal

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "ghp_" + "A1b2" * 9


@pytest.fixture
def forge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    found = Forge()
    with serving(found) as url:
        monkeypatch.setenv("CASEWORKER_GITHUB_URL", url)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield found


def stored(database: Path) -> int:
    with sqlite3.connect(database) as plain:
        found: int = plain.execute("SELECT count(*) FROM issues WHERE repository = 'o/n'").fetchone()[0]
    plain.close()
    return found


def test_a_sync_says_what_it_did(run: Any, forge: Forge, database: Path) -> None:
    for number in range(1, 4):
        forge.issue(number, number)
    forge.comment(9, 1, "see #2", 5)
    shown = run("issues", "sync", "o/n")
    assert (shown.code, shown.out) == (
        0, "o/n: 3 threads, 1 comments, 0 events, 0 new releases; 0 deleted, 0 transferred\n",
    )  # fmt: skip
    assert TOKEN not in shown.out + shown.err
    assert stored(database) == 3
    again = run("issues", "sync", "o/n")
    assert again.out.startswith("o/n: 0 threads, 0 comments")


def test_what_came_gets_its_vectors(run: Any, forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    async def fitted(store: SqlIssues) -> bool:
        counts.append(await store.count())
        return False

    monkeypatch.setattr(SqlIssues, "fit_latent", fitted)
    forge.issue(1, 1)
    before = run("doctor").out
    assert run("issues", "sync", "o/n").code == 0
    assert len(counts) == 1
    assert f"{counts[0] - 1} stored and indexed" in before


def test_a_pause_is_one_line_where_nobody_watches(run: Any, forge: Forge) -> None:
    forge.faults = [Fault(502)]
    shown = run("issues", "sync", "o/n")
    assert shown.code == 0
    assert "502" not in shown.err


@pytest.mark.parametrize(
    ("name", "why"), [("nonsense", "OWNER/NAME"), ("no/body", "no such repository"), ("a/b;c", "OWNER/NAME")]
)
def test_a_repository_that_will_not_do(run: Any, forge: Forge, name: str, why: str) -> None:
    shown = run("issues", "sync", name)
    assert shown.code == 2
    assert why in shown.err


def test_a_token_that_is_refused_is_not_shown(run: Any, forge: Forge) -> None:
    forge.faults = [Fault(401)]
    shown = run("issues", "sync", "o/n")
    assert shown.code == 2
    assert "GITHUB_TOKEN" in shown.err
    assert TOKEN not in shown.err


def test_a_host_that_will_not_do(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_GITHUB_URL", "ftp://x")
    shown = run("issues", "sync", "o/n")
    assert shown.code == 2
    assert "CASEWORKER_GITHUB_URL" in shown.err


def test_without_a_token_it_says_so(run: Any, forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    forge.issue(1, 1)
    shown = run("issues", "sync", "o/n")
    assert shown.code == 0
    assert "GITHUB_TOKEN" in shown.err


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_sync_goes_on(run: Any, forge: Forge, database: Path, sign: signal.Signals) -> None:
    for number in range(1, 31):
        forge.issue(number, number * 10)
    forge.per_page = 5
    reached, go_on = threading.Event(), threading.Event()

    def hold(path: str) -> None:
        if len(forge.paths("/repos/o/n/issues?")) >= 4 and not go_on.is_set():
            reached.set()
            go_on.wait(60)

    forge.before = hold
    started = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "issues", "sync", "o/n"], cwd=ROOT, env=os.environ,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=as_in_a_terminal,
    )  # fmt: skip
    assert reached.wait(60)
    started.send_signal(sign)
    said, _ = started.communicate(timeout=60)
    assert started.returncode == (130 if sign == signal.SIGINT else -sign)
    assert ("o/n: stopped; the same command goes on from here" in said.decode()) == (sign == signal.SIGINT)
    assert "Traceback" not in said.decode()
    go_on.set()
    before = stored(database)
    assert 5 <= before < 30
    forge.requests.clear()
    shown = run("issues", "sync", "o/n")
    assert shown.code == 0
    assert "going on where the last run stopped" in shown.err
    assert "since=" in forge.paths("/repos/o/n/issues?")[0]
    assert stored(database) == 30


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.anyio
async def test_a_terminal_shows_a_countdown() -> None:
    out, slept = Terminal(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await Countdown(out, sleep).wait(62.5, "host: its rate limit is used up")
    assert sum(slept) == 62.5
    assert len(slept) == 63
    assert "its rate limit is used up; going on in 1 min 02 s" in out.getvalue()
    assert "going on in 1 s" in out.getvalue()
    assert out.getvalue().endswith("\r\x1b[K")


@pytest.mark.anyio
async def test_elsewhere_a_long_pause_is_one_line_and_a_short_one_none() -> None:
    out, slept = io.StringIO(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await Countdown(out, sleep).wait(600, "host: its rate limit is used up")
    await Countdown(out, sleep).wait(1, "host: it answers 502")
    assert slept == [600, 1]
    assert out.getvalue() == "caseworker: host: its rate limit is used up; going on in 10 min 00 s\n"
