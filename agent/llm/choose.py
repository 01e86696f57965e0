"""The model that the settings name, opened and looked at before anybody relies on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from agent.causes.catalogue import Catalogue
from agent.errors import ModelUnavailable
from agent.llm.live import Models, open_live
from agent.llm.own_refusal import own_refusal
from agent.llm.prices import Prices
from agent.ports import Model
from agent.settings import Settings


@asynccontextmanager
async def chosen_model(
    settings: Settings, catalogue: Catalogue, prices: Prices, now: Callable[[], datetime]
) -> AsyncIterator[Model | None]:
    """The model of the settings' mode; None for "none". Nothing is sent yet.

    Raises `ModelUnavailable` where it could never answer as the environment is.
    """
    if settings.model == "none":
        yield None
        return
    if settings.model == "replay":
        raise ModelUnavailable(why="this version has no recordings to replay")
    models = Models(
        settings.triage_model, settings.draft_model, settings.strong_model, settings.fallback_model or None
    )
    async with open_live(models, prices, lambda error: own_refusal(error, catalogue, now())) as live:
        if live.trouble is not None:
            raise ModelUnavailable(why=live.trouble.rstrip("."))
        yield live
