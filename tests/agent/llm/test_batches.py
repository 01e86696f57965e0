"""The batch API through the real SDK, against a provider on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.errors import ModelUnavailable
from agent.llm.batches import Progress, open_batches
from agent.llm.recordings import VERSIONS
from tests.agent.llm.conftest import BODY, KEY, message
from tests.batch_provider import BatchProvider, batch_provider

pytestmark = pytest.mark.anyio
RESULTS = {
    "good": {"type": "succeeded", "message": message("words") | {"more": 1}},
    "bad": {
        "type": "errored",
        "error": {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "no"},
            "request_id": None,
        },
    },
    "late": {"type": "expired"},
}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[BatchProvider]:
    for name in ("AUTH_TOKEN", "PROFILE", "CONFIG_DIR", "CUSTOM_HEADERS"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    with batch_provider(lambda params: RESULTS[params["model"]]) as provider:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", provider.url)
        yield provider


async def test_a_batch_is_begun_watched_and_read(provider: BatchProvider) -> None:
    asked = {name: BODY | {"model": name} for name in RESULTS}
    provider.open.clear()
    async with open_batches() as batches:
        assert batches.api_version == VERSIONS["anthropic-version"]
        batch = await batches.begin(asked)
        assert await batches.progress(batch) == Progress(ended=False, done=0, all=3)
        provider.open.set()
        assert await batches.progress(batch) == Progress(ended=True, done=3, all=3)
        found = await batches.results(batch)
        (recent,) = await batches.recent()
    assert (recent.id, recent.all) == (batch, 3)
    assert {one["custom_id"]: one["params"] for one in provider.begun[0]} == asked
    assert found["good"] == message("words")
    assert found["bad"] == RESULTS["bad"]["error"]
    assert found["late"] is None


async def test_a_refusal_names_status_and_type_and_no_key(provider: BatchProvider) -> None:
    provider.refuse = 400
    async with open_batches() as batches:
        with pytest.raises(ModelUnavailable, match="begin a batch: 400 invalid_request_error") as refused:
            await batches.begin({"a": BODY})
    assert KEY not in str(refused.value)


async def test_a_batch_whose_answer_is_lost_is_not_begun_twice(provider: BatchProvider) -> None:
    provider.lose_answer = True
    async with open_batches() as batches:
        with pytest.raises(ModelUnavailable, match="begin a batch"):
            await batches.begin({"a": BODY})
        assert len(provider.begun) == 1


async def test_without_a_key_nothing_begins(provider: BatchProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    with pytest.raises(ModelUnavailable, match="ANTHROPIC_API_KEY"):
        async with open_batches():
            pass
