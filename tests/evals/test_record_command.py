"""The command: what is stale or missing is recorded, nothing else; the cost is said; a stop loses nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.diagnosis.model import ModelReply
from agent.errors import ModelUnavailable
from agent.llm.recordings import VERSIONS, read, request_key
from evals import record_command
from evals.__main__ import main
from evals.lock import digests, read_lock
from evals.places import Places
from evals.record import Source
from tests.small_suite import Echo, small_suite

GAP = '[[gap]]\nslug = "{}"\nreason = "nobody with a key yet"\nsince = 2026-11-01\nuntil = 2036-11-01\n'


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return small_suite(tmp_path)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the command ask a given model."""

    def use(model: Any) -> Any:
        @asynccontextmanager
        async def opened(asked: str, context: object) -> AsyncIterator[Source]:
            yield Source(model, "live", VERSIONS, "a test", model.draft_model)

        monkeypatch.setattr(record_command, "open_source", opened)
        return model

    return use


def record(places: Places, *options: str) -> int:
    return main(["record", "--root", str(places.root), *options])


def names(places: Places) -> list[str]:
    return sorted(digests(places.recordings))


def test_what_is_missing_is_recorded_once(places: Places, use: Any, capsys: Any) -> None:
    places.backlog.write_text(GAP.format("blue-mill") + GAP.format("red-mill"))
    model = use(Echo())
    assert record(places, "--yes", "--filter", "blue") == 0
    assert names(places) == ["blue-mill.json"]
    assert "red-mill" in places.backlog.read_text()
    assert "blue-mill" not in places.backlog.read_text()
    assert record(places, "--yes") == 0
    assert len(model.asked) == 2
    said = capsys.readouterr().err
    assert "[1/1] red-mill, trial 0" in said
    assert "Likely $" in said
    assert record(places, "--yes") == 0
    assert "nothing to record" in capsys.readouterr().err
    lock = read_lock(places.lock)
    assert lock is not None
    assert lock.recordings == digests(places.recordings)
    provenance = read(places.recordings / "red-mill.json").provenance
    assert (provenance.kind, provenance.model_requested, provenance.request_id) == (
        "live", "claude-sonnet-5-5", "req_1",
    )  # fmt: skip
    assert main(["run", "--cases", str(places.cases)]) == 0
    assert "live │ 2" in capsys.readouterr().out


def test_only_the_stale_one_is_recorded_again(places: Places, use: Any, capsys: Any) -> None:
    model = use(Echo())
    assert record(places, "--yes") == 0
    kept = (places.recordings / "red-mill.json").read_bytes()
    path = places.recordings / "blue-mill.json"
    data = json.loads(path.read_text())
    data["calls"][0]["request"]["max_tokens"] += 1
    data["calls"][0]["request_sha256"] = request_key(data["calls"][0]["request"])
    path.write_text(json.dumps(data))
    places.lock.unlink()
    model.asked.clear()
    assert record(places, "--yes") == 0
    assert "blue-mill, trial 0, is stale: parameter max_tokens: 8001 became 8000" in capsys.readouterr().err
    assert len(model.asked) == 1
    assert (places.recordings / "red-mill.json").read_bytes() == kept


def test_a_stop_loses_only_the_case_under_way(places: Places, use: Any, capsys: Any) -> None:
    def stop(number: int) -> None:
        if number == 1:
            raise KeyboardInterrupt

    use(Echo(stop))
    assert record(places, "--yes") == 2
    assert names(places) == ["blue-mill.json"]
    assert "goes on from here" in capsys.readouterr().err
    model = use(Echo())
    assert record(places, "--yes") == 0
    assert len(model.asked) == 1
    assert names(places) == ["blue-mill.json", "red-mill.json"]


def test_no_money_is_spent_unasked_and_an_estimate_asks_nobody(places: Places, use: Any, capsys: Any) -> None:
    model = use(Echo())
    assert record(places) == 2
    assert "--yes" in capsys.readouterr().err
    assert record(places, "--estimate") == 0
    out = capsys.readouterr().out
    assert "blue-mill" in out
    assert "cacheable" in out
    assert "at most $" in out
    assert model.asked == []
    assert not places.recordings.exists()


def test_a_bad_moment_fails_the_case_and_a_bad_key_ends_it(places: Places, use: Any, capsys: Any) -> None:
    use(Echo(reply=ModelReply(outcome="overloaded", why="The provider is overloaded.")))
    assert record(places, "--yes") == 1
    assert names(places) == []
    assert "2 failed" in capsys.readouterr().err
    model = use(Echo(reply=ModelReply(outcome="bad_key", why="It refused our own key.")))
    assert record(places, "--yes") == 1
    assert len(model.asked) == 1
    assert "ends here" in capsys.readouterr().err


def test_a_secret_is_not_written(places: Places, use: Any, capsys: Any) -> None:
    secret = "sk-ant-" + "api03-" + "q" * 30
    message = {"type": "message", "content": [{"type": "text", "text": secret}], "stop_reason": "end_turn"}
    use(Echo(reply=ModelReply(outcome="ok", text=secret, response=message)))
    assert record(places, "--yes", "--filter", "blue") == 1
    said = capsys.readouterr().err
    assert "was not written" in said
    assert secret not in said
    assert names(places) == []


def test_what_cannot_begin_is_said(
    places: Places, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> None:
    @asynccontextmanager
    async def refuse(*_: object) -> AsyncIterator[Source]:
        raise ModelUnavailable(why="there is none")
        yield

    monkeypatch.setattr(record_command, "open_source", refuse)
    assert record(places, "--yes") == 2
    assert "there is none" in capsys.readouterr().err
    for options, why in ((["--filter", "zz"], "none of the 2"), (["--batch", "--model", "local"], "--batch")):
        assert record(places, "--yes", *options) == 2
        assert why in capsys.readouterr().err
