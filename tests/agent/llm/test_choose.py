"""Which model the settings choose, and which of them could never answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.causes.catalogue import Catalogue
from agent.errors import ModelUnavailable
from agent.llm.choose import chosen_model
from agent.llm.prices import Prices
from agent.settings import Settings
from tests.agent.llm.conftest import NOW

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


@pytest.mark.parametrize(("mode", "why"), [("live", "ANTHROPIC_API_KEY"), ("replay", "recordings")])
async def test_what_could_never_answer_is_said_at_once(
    catalogue: Catalogue, prices: Prices, keyless: None, mode: Any, why: str
) -> None:
    with pytest.raises(ModelUnavailable, match=why):
        async with chosen_model(Settings(model=mode), catalogue, prices, lambda: NOW):
            pass
