"""A live model and a server that plays the provider, both real."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.causes.catalogue import Catalogue
from agent.compose import load_catalogue
from agent.diagnosis.model import Budget, ModelCall, ModelReply
from agent.llm.live import Live, Models, open_live
from agent.llm.own_refusal import own_refusal
from agent.llm.prices import Prices, parse_prices
from agent.llm.recordings import (
    VERSIONS,
    RecordedCall,
    Recording,
    RecordingProvenance,
    digest_of,
    request_key,
)
from agent.settings import Settings
from evals.bench.messages_server import MessagesServer, messages_server

KEY = "sk-ant-" + "api03-" + "t" * 40
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PLENTY = Budget(tokens=100_000, seconds=20, usd=1)
PRICES = Path(__file__).resolve().parents[3] / "agent" / "llm" / "prices.toml"
MODELS = Models("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5")
SCHEMA = {
    "type": "object",
    "properties": {"summary": {"type": "string"}},
    "required": ["summary"],
    "additionalProperties": False,
}
BODY: dict[str, Any] = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 800,
    "system": [
        {"type": "text", "text": "You word a diagnosis.", "cache_control": {"type": "ephemeral"}},
    ],
    "messages": [{"role": "user", "content": [{"type": "text", "text": "in words of a user"}]}],
    "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
}


@dataclass
class Scene:
    """A provider, the model that asks it, and what was said and slept meanwhile."""

    server: MessagesServer
    live: Live
    said: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    async def ask(self, budget: Budget = PLENTY, **changed: Any) -> ModelReply:
        """The reply to one call; `changed` are fields of its body."""
        return await self.live.complete(
            ModelCall(step="draft", body=BODY | changed), self.said.append, budget
        )


Open = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The packaged causes."""
    return load_catalogue(Settings(causes=None))


@pytest.fixture(scope="session")
def prices() -> Prices:
    """The packaged prices."""
    return parse_prices(PRICES.read_text(encoding="utf-8"))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, catalogue: Catalogue, prices: Prices) -> Open:
    """Opens a scene in which the server answers with the turns given; no wait of ours is a real one."""

    @asynccontextmanager
    async def scene(*turns: Any, models: Models = MODELS, key: str | None = KEY) -> AsyncIterator[Scene]:
        for name in ("AUTH_TOKEN", "PROFILE", "API_KEY", "CONFIG_DIR", "CUSTOM_HEADERS"):
            monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        if key is not None:
            monkeypatch.setenv("ANTHROPIC_API_KEY", key)
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        async with messages_server(*turns) as server:
            monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
            diagnose = lambda error: own_refusal(error, catalogue, NOW)  # noqa: E731
            async with open_live(models, prices, diagnose, sleep=sleep) as live:
                yield Scene(server, live, slept=slept)

    return scene


def message(text: str = "{}", stop_reason: str | None = "end_turn") -> dict[str, Any]:
    """A message as the API returns it."""
    return {
        "id": "msg_01Recorded",
        "type": "message",
        "role": "assistant",
        "model": BODY["model"],
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 1200, "output_tokens": 80},
    }


def recorded_call(
    body: dict[str, Any] = BODY, response: dict[str, Any] | None = None, step: Any = "draft"
) -> RecordedCall:
    """A call whose digests are right; without a response it got an empty object as its text."""
    response = message() if response is None else response
    return RecordedCall(
        step=step,
        request=body,
        request_headers=dict(VERSIONS),
        request_sha256=request_key(body),
        response=response,
        response_sha256=digest_of(response),
        latency_ms=12,
    )


def recorded(*calls: RecordedCall, kind: Any = "live", case: str = "blue-mill", trial: int = 0) -> Recording:
    """A recording of those calls, or of one."""
    provenance = RecordingProvenance(
        kind=kind,
        model_requested="claude-sonnet-5-5",
        model_returned="claude-sonnet-5-5",
        recorded_at=NOW,
        recorded_by="a test",
        why="to be tried" if kind in ("authored", "mutated") else None,
    )
    return Recording(case=case, trial=trial, calls=list(calls) or [recorded_call()], provenance=provenance)
