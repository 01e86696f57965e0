"""One case is recorded whole or not at all, and the books hold what was written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.diagnosis.model import ModelCall, ModelReply
from agent.errors import ModelUnavailable
from agent.llm.recordings import VERSIONS, Recording
from evals.case import Case
from evals.lock import digests, read_lock
from evals.places import Places
from evals.plan import Todo
from evals.provenance import Tree
from evals.record import CALL_SECONDS, Books, NotRecorded, Patient, Source, open_source, record_case
from evals.run import BUDGET, road
from prompts import load as load_prompts
from tests.agent.llm.conftest import BODY, recorded
from tests.small_suite import Echo

Make = Callable[..., Case]


def record(case: Case, model: Echo) -> Recording:
    async def walk() -> Recording:
        async with road() as context:
            source = Source(model, "live", VERSIONS, "sdk 1", "claude-sonnet-5-5")
            return await record_case(Todo(case, 2, "missing"), source, context, Tree("abc", True), "me")

    return asyncio.run(walk())


def test_a_case_is_recorded_with_its_provenance(make_case: Make) -> None:
    recording = record(make_case(), Echo())
    provenance = recording.provenance
    assert (recording.case, recording.trial, recording.calls[0].step) == ("blue-mill", 2, "draft")
    assert (provenance.git_commit, provenance.git_dirty, provenance.sdk) == ("abc", True, "sdk 1")
    assert (provenance.recorded_by, provenance.request_id) == ("me", "req_1")


def test_what_is_no_answer_of_a_model_is_no_recording(make_case: Make) -> None:
    with pytest.raises(NotRecorded, match="billing: It is spent") as refused:
        record(make_case(), Echo(reply=ModelReply(outcome="billing", why="It is spent.")))
    assert refused.value.outcome == "billing"

    def fall(_: int) -> None:
        raise RuntimeError("fell over")

    with pytest.raises(NotRecorded, match="fell over"):
        record(make_case(), Echo(fall))


def test_the_books_lock_what_is_written_and_follow_the_prompts_only_when_told(tmp_path: Path) -> None:
    places = Places(tmp_path)
    books = Books(places, "catalogue-1")
    books.keep(recorded())
    again = Books(places, "catalogue-2")
    again.keep(recorded(trial=1))
    books.keep(recorded(trial=2))
    lock = read_lock(places.lock)
    assert lock is not None
    assert lock.recordings == digests(places.recordings)
    assert len(lock.recordings) == 3, "two runs side by side lose nothing of each other"
    assert lock.catalogue == "catalogue-1"
    again.current()
    lock = read_lock(places.lock)
    assert lock is not None
    assert (lock.catalogue, lock.prompts) == ("catalogue-2", load_prompts().digest)


def test_a_provider_gets_so_long_a_call_and_dollars_are_summed() -> None:
    class Noting(Echo):
        async def complete(self, call: ModelCall, said: object, budget: object) -> ModelReply:  # type: ignore[override]
            budgets.append(budget)
            return ModelReply(outcome="ok", usd=0.25)

    budgets: list[object] = []
    patient = Patient(Noting(), CALL_SECONDS)
    for _ in range(2):
        asyncio.run(patient.complete(ModelCall(step="draft", body=BODY), str, BUDGET))
    assert budgets[0] == BUDGET.model_copy(update={"seconds": CALL_SECONDS})
    assert patient.usd == 0.5


def test_live_needs_a_key_and_has_no_fallback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def opened() -> str:
        async with road() as context, open_source("live", context) as source:
            return source.requested

    for name in ("API_KEY", "AUTH_TOKEN", "PROFILE", "CONFIG_DIR", "BASE_URL"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ModelUnavailable, match="ANTHROPIC_API_KEY"):
        asyncio.run(opened())
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")
    assert asyncio.run(opened()) == "claude-sonnet-5-5"
