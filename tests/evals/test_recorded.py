"""Recordings beside cases: every state, why, and the command that mends it; the denominator is the cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.compose import load_prices
from agent.diagnosis.next_call import Models
from agent.llm.recordings import write
from agent.llm.replay import Miss, Replay
from agent.llm.staleness import Change
from evals.backlog import Gap
from evals.case import Case
from evals.lock import Lock, digests
from evals.recorded import RecordedCase, after_walk, load_recordings
from tests.agent.llm.conftest import BODY, recorded, recorded_call

TODAY = date(2026, 11, 23)
Make = Callable[..., Case]


@pytest.fixture
def load(make_case: Make, tmp_path: Path) -> Callable[..., dict[str, RecordedCase]]:
    def load(*gaps: Gap, lock: Lock | None = None) -> dict[str, RecordedCase]:
        cases = [make_case("blue-mill"), make_case("red-mill")]
        found = load_recordings(cases, tmp_path, backlog=gaps, lock=lock, prices=load_prices(), today=TODAY)
        assert {case.slug for case in cases} <= {entry.slug for entry in found}, "no case is lost"
        return {entry.file or entry.slug: entry for entry in found}

    return load


def gap(slug: str, until: date = date(2026, 12, 1)) -> Gap:
    return Gap(slug=slug, reason="nobody has a key yet", since=date(2026, 11, 1), until=until)


def locked(folder: Path) -> Lock:
    return Lock(prompts="p", catalogue="c", recordings=digests(folder))


def test_ok_and_a_case_without_one(load: Any, tmp_path: Path) -> None:
    write(recorded(), tmp_path)
    write(recorded(kind="authored", trial=1), tmp_path)
    found = load(lock=locked(tmp_path))
    good = found["blue-mill.json"]
    assert (good.state, good.kind, good.trial, good.why, good.red) == ("ok", "live", 0, "", False)
    assert found["blue-mill.t1.json"].kind == "authored"
    assert (found["red-mill"].state, found["red-mill"].red) == ("missing", True)
    assert "recording" not in good.model_dump(), "a results file holds no recording"


def test_a_gap_that_is_declared_is_not_red_until_it_ends(load: Any) -> None:
    ended = date(2026, 11, 22)
    found = load(gap("blue-mill"), gap("red-mill", ended))
    assert (found["blue-mill"].red, found["blue-mill"].state) == (False, "missing")
    assert "nobody has a key yet" in str(found["blue-mill"].declared)
    assert found["red-mill"].red
    assert str(ended) in found["red-mill"].why


def test_a_gap_that_nobody_needs_is_red(load: Any, tmp_path: Path) -> None:
    write(recorded(), tmp_path)
    entries = [entry for entry in load(gap("blue-mill"), gap("red-mill")).values() if entry.red]
    assert [(entry.state, entry.slug) for entry in entries] == [("orphan", "blue-mill")]
    assert load(gap("blue-mill"), gap("red-mill"), gap("green-mill"))["backlog.toml"].red


def test_orphans(load: Any, tmp_path: Path) -> None:
    write(recorded(case="green-mill"), tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "blue-mill.t0.json").write_text("{}")
    found = load()
    assert {name: found[name].state for name in ("green-mill.json", "notes.txt", "blue-mill.t0.json")} == {
        "green-mill.json": "orphan",
        "notes.txt": "orphan",
        "blue-mill.t0.json": "orphan",
    }


def test_edited_by_hand_inside_outside_and_unknown_to_the_lock(load: Any, tmp_path: Path) -> None:
    path = write(recorded(), tmp_path)
    lock = locked(tmp_path)
    assert load(lock=lock.model_copy(update={"recordings": {}}))["blue-mill.json"].state == "edited"
    path.write_text(path.read_text().replace("a test", "somebody else"))
    entry = load(lock=lock)["blue-mill.json"]
    assert (entry.state, "lock" in entry.why) == ("edited", True)
    path.write_text(path.read_text().replace("in words of a user", "other words"))
    entry = load()["blue-mill.json"]
    assert (entry.state, entry.why) == ("edited", "not what its digest says: calls[0].request")


def test_a_deleted_one_is_missing_even_where_another_is_there(load: Any, tmp_path: Path) -> None:
    write(recorded(), tmp_path)
    gone = write(recorded(trial=1), tmp_path)
    lock = locked(tmp_path)
    gone.unlink()
    entry = load(gap("red-mill"), lock=lock)["blue-mill.t1.json"]
    assert (entry.state, entry.red) == ("missing", True)


def test_a_model_that_is_offered_no_more_and_a_file_that_is_none(load: Any, tmp_path: Path) -> None:
    old = recorded_call(BODY | {"model": "claude-gone-1"})
    write(recorded(old), tmp_path)
    write(recorded(old, kind="local", trial=1), tmp_path)
    (tmp_path / "red-mill.json").write_text("{")
    found = load()
    assert found["blue-mill.json"].state == "expired-model"
    assert found["blue-mill.t1.json"].state == "ok", "a local model has no price"
    assert (found["red-mill.json"].state, found["red-mill.json"].kind) == ("error", None)


def test_every_entry_that_is_red_says_what_to_do(load: Any, tmp_path: Path) -> None:
    write(recorded(case="green-mill"), tmp_path)
    (tmp_path / "red-mill.json").write_text("{")
    assert all(entry.why and entry.next for entry in load(gap("x-mill")).values() if entry.red)


def test_the_walk_tells_what_is_stale() -> None:
    entry = RecordedCase(slug="blue-mill", state="ok", kind="authored", trial=0, file="blue-mill.json")
    names = Models("t", "d", "s")
    replay = Replay([recorded()], names, one_case=True)
    unasked = after_walk(entry, replay, None)
    assert (unasked.state, unasked.why) == ("stale", "the road asks for no draft any more")
    change = Change(what="prompt", field="system[0]", old="a", new="b")
    replay.misses.append(Miss("draft", "stale", [change]))
    stale = after_walk(entry, replay, None)
    assert (stale.state, stale.changes, stale.why) == ("stale", [change], "prompt system[0]: a became b")
    assert "--authored" in stale.next
    empty = Replay([], names)
    empty.misses.append(Miss("repair", "not_recorded", []))
    assert "asks for a repair, which was not recorded" in after_walk(entry, empty, None).why
    assert after_walk(entry, Replay([], names), None) == entry
    assert after_walk(entry, empty, "it fell").state == "error"
