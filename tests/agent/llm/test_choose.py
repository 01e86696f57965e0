"""Which model the settings choose, and which of them could never answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.causes.catalogue import Catalogue
from agent.diagnosis.model import ModelCall
from agent.errors import ModelUnavailable
from agent.llm.choose import chosen_model
from agent.llm.prices import Prices
from agent.llm.recordings import write
from agent.settings import Settings
from tests.agent.llm.conftest import BODY, NOW, PLENTY, recorded

pytestmark = pytest.mark.anyio


@pytest.fixture
def keyless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment in which the SDK finds no credential."""
    for name in ("API_KEY", "AUTH_TOKEN", "PROFILE", "CONFIG_DIR", "BASE_URL"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


async def test_none_is_none(catalogue: Catalogue, prices: Prices) -> None:
    async with chosen_model(Settings(model="none"), catalogue, prices, lambda: NOW) as model:
        assert model is None


async def test_live_has_the_models_of_the_settings(
    catalogue: Catalogue, prices: Prices, keyless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")
    settings = Settings(model="live", triage_model="t", draft_model="d", strong_model="s", fallback_model="")
    async with chosen_model(settings, catalogue, prices, lambda: NOW) as model:
        assert model is not None
        assert (model.name, model.triage_model, model.draft_model, model.strong_model) == (
            "live",
            "t",
            "d",
            "s",
        )


async def test_replay_answers_from_the_folder_of_the_settings(
    catalogue: Catalogue, prices: Prices, tmp_path: Path
) -> None:
    write(recorded(), tmp_path)
    settings = Settings(model="replay", recordings=tmp_path)
    async with chosen_model(settings, catalogue, prices, lambda: NOW) as model:
        assert model is not None
        assert (model.name, model.draft_model) == ("replay", settings.draft_model)
        reply = await model.complete(ModelCall(step="draft", body=BODY), str, PLENTY)
        assert (reply.outcome, reply.recorded) == ("ok", True)
    local = tmp_path / "local"
    write(recorded(kind="local"), local)
    settings = Settings(model="replay", recordings=local)
    async with chosen_model(settings, catalogue, prices, lambda: NOW) as model:
        assert model is not None
        assert model.strong_model == "claude-sonnet-5-5", "the local model's own name, for each rung"


async def test_a_recording_that_was_edited_is_not_replayed(
    catalogue: Catalogue, prices: Prices, tmp_path: Path
) -> None:
    path = write(recorded(), tmp_path)
    path.write_text(path.read_text().replace("end_turn", "max_tokens"))
    with pytest.raises(ModelUnavailable, match="edited"):
        async with chosen_model(
            Settings(model="replay", recordings=tmp_path), catalogue, prices, lambda: NOW
        ):
            pass


@pytest.mark.parametrize(
    ("mode", "folder", "why"),
    [
        ("live", None, "ANTHROPIC_API_KEY"),
        ("replay", None, "CASEWORKER_RECORDINGS"),
        ("replay", "none", "holds no recordings"),
    ],
)
async def test_what_could_never_answer_is_said_at_once(
    catalogue: Catalogue,
    prices: Prices,
    keyless: None,
    tmp_path: Path,
    mode: Any,
    folder: str | None,
    why: str,
) -> None:
    settings = Settings(model=mode, recordings=tmp_path / folder if folder else None)
    with pytest.raises(ModelUnavailable, match=why):
        async with chosen_model(settings, catalogue, prices, lambda: NOW):
            pass
