"""The process that walks the road: a submission in, every room out, and never a user's words in its log."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from agent.compose import open_context
from agent.errors import StoreUnavailable
from agent.graph import ROOMS, diagnose
from agent.report.error_report import Answered, Case, Submission
from agent.settings import Settings
from agent.state import Context
from api.answers import UNKNOWN_PRODUCT
from api.road_process import asked, walked

REFUSED = Submission(
    id="t-1",
    text='API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\u2028é',
)


def lines(line: bytes, settings: Settings, **changed: Any) -> list[Any]:
    async def scene() -> list[Any]:
        async with open_context(settings) as context:
            found = [each async for each in walked(line, replace(context, **changed))]
            assert all(each.endswith(b"\n") and each.count(b"\n") == 1 for each in found)
            return [json.loads(each) for each in found]

    return asyncio.run(scene())


def in_this_process(submission: Submission, settings: Settings) -> Any:
    async def scene() -> Any:
        async with open_context(settings) as context:
            return (await diagnose(submission, context)).model_dump(mode="json")

    return asyncio.run(scene())


def without_times(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("id", "created_at", "timings_ms")}


def test_it_says_every_room_and_then_the_answer(service_settings: Settings) -> None:
    found = lines(asked(REFUSED, "dx_1"), service_settings)
    assert [name for name, _ in found] == [*ROOMS, "answer"]
    answer = dict(found[:-1]) | found[-1][1]
    assert answer["id"] == "dx_1"
    assert without_times(answer) == without_times(in_this_process(REFUSED, service_settings))


def test_the_answers_of_a_conversation_travel_with_it(service_settings: Settings) -> None:
    answers = [Answered(question="q", sign="status.is", args={"is": 529}, present=True)]
    case = Case(**REFUSED.model_dump(), answers=answers)
    assert json.loads(asked(case, "dx_2"))["submission"]["answers"][0]["question"] == "q"
    assert lines(asked(case, "dx_2"), service_settings)[-1][0] == "answer"


def test_what_the_submission_calls_for_is_noted(service_settings: Settings) -> None:
    found = lines(asked(REFUSED.model_copy(update={"product": "quagga"}), "dx_3"), service_settings)
    assert UNKNOWN_PRODUCT in dict(found)["diagnosis"]["notes"]


def test_a_store_that_is_gone_is_told_as_such(service_settings: Settings) -> None:
    class Gone:
        async def search(self, *_: Any) -> Any:
            raise StoreUnavailable(where="somewhere", why="it is gone")

    found = lines(asked(REFUSED, "dx_4"), service_settings, issues=Gone())
    name, problem = found[-1]
    assert (name, problem["status"], problem["slug"]) == ("problem", 503, "store-unavailable")
    assert problem["retry_after"] > 0


def test_a_fault_is_logged_without_its_words(
    service_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        async def search(self, *_: Any) -> Any:
            raise KeyError("quagga")

    name, problem = lines(asked(REFUSED, "dx_5"), service_settings, issues=Broken())[-1]
    assert (name, problem["status"]) == ("problem", 500)
    said = capsys.readouterr().err
    assert "kind=KeyError" in said
    assert "dx_5" in said
    assert "quagga" not in said + json.dumps(problem)


def test_it_is_ready_and_ends_when_nobody_asks_any_more(service_settings: Settings) -> None:
    command = [sys.executable, "-m", "api.road_process"]
    done = subprocess.run(command, input=asked(REFUSED, "dx_6"), capture_output=True, timeout=60, check=True)
    said = done.stdout.splitlines()
    assert said[0] == b"ready"
    assert [json.loads(each)[0] for each in said[1:]] == [*ROOMS, "answer"]
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("name", "value"),
    # A file is no folder, whoever asks.
    [("CAUSES", "/nowhere/at/all"), ("DATABASE_URL", f"sqlite:///{__file__}/x.sqlite3")],
)
def test_without_a_catalogue_or_a_store_it_does_not_start(
    service_settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CASEWORKER_{name}", value)
    command = [sys.executable, "-m", "api.road_process"]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"no diagnoses can be made" in done.stderr


def test_a_context_is_not_changed_by_a_walk(service_settings: Settings) -> None:
    async def scene() -> None:
        async with open_context(service_settings) as context:
            before: Context = replace(context)
            assert [each async for each in walked(asked(REFUSED, "dx_7"), context)]
            assert context == before

    asyncio.run(scene())
