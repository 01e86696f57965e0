"""The road: every room is passed, a missing store is survived, and one run leaves no trace in the next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from langsmith.utils import get_env_var, tracing_is_enabled

from agent.compose import load_catalogue, open_context
from agent.diagnosis.diagnosis import Answer
from agent.graph import LARGE, TRACING, build, diagnose
from agent.report.error_report import Submission
from agent.settings import Settings
from agent.state import Context

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)
SEED = {
    "id": "mine",
    "title": "out of extra usage when I have used 0% of my normal limit",
    "text": "Claude Code v2.1.7 on macOS\n"
    'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"You\'re out of extra '
    'usage. Add more at claude.ai/settings/usage and keep going."},'
    '"request_id":"req_011CZqwT95fczsmYtLxPyNk9"}',
    "product": "claude-code",
    "source": {"reported_at": NOON.isoformat()},
}


class Noon:
    def now(self) -> datetime:
        return NOON


@pytest.fixture
def bare() -> Context:
    return Context(catalogue=load_catalogue(Settings(causes=None)), clock=Noon())


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Context]:
    async with open_context(Settings(database_url=f"sqlite:///{tmp_path / 'x.sqlite3'}")) as opened:
        yield opened


def same(answer: Answer) -> dict[str, Any]:
    return answer.model_dump(mode="json", exclude={"id", "created_at", "timings_ms", "provenance", "issues"})


async def test_the_founding_case_walks_the_road(bare: Context) -> None:
    answer = await diagnose(Submission.model_validate(SEED), bare)
    assert answer.client_id == "mine"
    assert answer.created_at == NOON
    assert answer.causes[0].id == "legacy-client-misclassified"
    assert answer.usage.lane == "extra_usage"
    assert answer.usage.verdict == "contradiction"
    assert {step.cost for step in answer.diagnosis.guidance} == {"free"}
    assert answer.diagnosis.guidance[0].step.startswith("Update first")
    assert answer.diagnosis.handoff is not None
    assert answer.diagnosis.handoff.request_ids == ["req_011CZqwT95fczsmYtLxPyNk9"]
    assert set(answer.timings_ms) == {"read", "assess", "retrieve", "weigh", "conclude"}


async def test_related_issues_inform_and_do_not_weigh(bare: Context, context: Context) -> None:
    with_store = await diagnose(Submission.model_validate(SEED), context)
    without = await diagnose(Submission.model_validate(SEED), bare)
    assert with_store.issues
    assert without.issues == []
    assert with_store.causes == without.causes


async def test_runs_do_not_see_each_other(bare: Context) -> None:
    first = await diagnose(Submission.model_validate(SEED), bare)
    await diagnose(Submission(text="Request timed out"), bare)
    assert same(await diagnose(Submission.model_validate(SEED), bare)) == same(first)


async def test_a_report_with_nothing_known_abstains_or_asks(bare: Context) -> None:
    answer = await diagnose(Submission(text="How do I change the colour theme?"), bare)
    assert answer.diagnosis.action in ("ask", "abstain")
    assert len(answer.causes) >= 3


async def test_a_large_paste_gives_the_same_diagnosis(bare: Context) -> None:
    long = Submission.model_validate(SEED | {"text": SEED["text"] + "\n" + "a log line of no note\n" * 4000})
    assert len(long.text or "") > LARGE
    answer = await diagnose(long, bare)
    assert answer.causes[0].id == "legacy-client-misclassified"


async def test_no_run_is_sent_to_a_tracing_service(bare: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in TRACING:
        monkeypatch.setenv(variable, "true")
    build.cache_clear()
    get_env_var.cache_clear()
    await diagnose(Submission(text="Request timed out"), bare)
    assert not tracing_is_enabled()
    get_env_var.cache_clear()


async def test_a_report_in_a_wave_says_so_with_evidence_and_a_note(context: Context) -> None:
    """The known threads hold the wave of that day; a quiet month later the same report says nothing."""
    answer = await diagnose(Submission.model_validate(SEED), context)
    (said,) = [e for e in answer.diagnosis.evidence if e.text.startswith("wave of this error: ")]
    assert said.kind == "issue"
    assert "on clients older than" in said.text
    assert [note for note in answer.diagnosis.notes if note.startswith("A wave: ")]
    later = SEED | {"source": {"reported_at": datetime(2026, 6, 8, tzinfo=UTC).isoformat()}}
    quiet = (await diagnose(Submission.model_validate(later), context)).diagnosis
    assert not [e for e in quiet.evidence if "wave" in e.text]
    assert not [note for note in quiet.notes if "wave" in note]
