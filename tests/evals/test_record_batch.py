"""Recording by batches: rounds, a kill in the middle, an answer that was lost, and no request paid twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.llm.recordings import read
from evals.__main__ import main
from evals.batch_state import read_state
from evals.lock import digests
from evals.places import Places
from tests.batch_provider import BatchProvider, batch_provider, faithful
from tests.small_suite import small_suite


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[BatchProvider]:
    for name in ("AUTH_TOKEN", "PROFILE", "CONFIG_DIR", "CUSTOM_HEADERS"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "of-no-account")
    with batch_provider() as provider:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", provider.url)
        yield provider


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return small_suite(tmp_path / "suite")


def options(places: Places) -> list[str]:
    return ["record", "--root", str(places.root), "--batch", "--yes", "--poll", "0.05"]


def test_all_cases_go_out_as_one_batch(provider: BatchProvider, places: Places, capsys: Any) -> None:
    assert main(options(places)) == 0
    assert [len(batch) for batch in provider.begun] == [2]
    assert sorted(digests(places.recordings)) == ["blue-mill.json", "red-mill.json"]
    assert not places.batch.exists()
    recording = read(places.recordings / "blue-mill.json")
    assert (recording.kind, recording.calls[0].edited) == ("live", [])
    assert recording.calls[0].request_sha256 in [one["custom_id"] for one in provider.begun[0]]
    assert "paid $0.0030" in capsys.readouterr().err, "half of 2 x (1000 x $2 + 100 x $10) a million"
    assert main(["run", "--cases", str(places.cases)]) == 0


def test_a_repair_is_a_second_batch(provider: BatchProvider, places: Places) -> None:
    def broken_first(params: dict[str, Any]) -> dict[str, Any]:
        result = faithful(params)
        if len(params["messages"]) == 1:
            result["message"]["content"][0]["text"] = "no draft at all"
        return result

    provider.reply = broken_first
    assert main(options(places)) == 0
    assert [len(batch) for batch in provider.begun] == [2, 2]
    assert [call.step for call in read(places.recordings / "red-mill.json").calls] == ["draft", "repair"]


def test_a_kill_while_a_batch_runs_loses_and_repeats_nothing(provider: BatchProvider, places: Places) -> None:
    provider.open.clear()
    command = [sys.executable, "-m", "evals", *options(places)]
    killed = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=dict(os.environ))
    assert provider.looked.wait(60)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    (running,) = read_state(places.batch).running
    assert len(running.keys) == 2
    provider.open.set()
    assert main(options(places)) == 0
    assert len(provider.begun) == 1, "the batch that was under way was found again"
    assert sorted(digests(places.recordings)) == ["blue-mill.json", "red-mill.json"]


def test_a_batch_whose_id_was_never_heard_is_found_again(
    provider: BatchProvider, places: Places, capsys: Any
) -> None:
    provider.lose_answer = True
    assert main(options(places)) == 2
    assert read_state(places.batch).intent is not None
    assert main(options(places)) == 0
    assert "began before this was stopped" in capsys.readouterr().err
    assert len(provider.begun) == 1


def test_what_a_batch_could_not_do_fails_its_case_alone(
    provider: BatchProvider, places: Places, capsys: Any
) -> None:
    refused: list[str] = []

    def first_expires(params: dict[str, Any]) -> dict[str, Any]:
        refused.append("x")
        return {"type": "expired"} if len(refused) == 1 else faithful(params)

    provider.reply = first_expires
    assert main(options(places)) == 1
    assert len(digests(places.recordings)) == 1
    assert "timeout" in capsys.readouterr().err
    assert main(options(places)) == 0
    assert [len(batch) for batch in provider.begun] == [2, 1]
    assert not places.batch.exists()
