"""The model that the settings name, opened and looked at before anybody relies on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from agent.causes.catalogue import Catalogue
from agent.diagnosis.next_call import Models as DraftModels
from agent.errors import ModelUnavailable
from agent.llm.live import Models, open_live
from agent.llm.own_refusal import own_refusal
from agent.llm.prices import Prices
from agent.llm.recordings import BadRecording, files_in, read
from agent.llm.replay import Diagnose, Replay, models_of
from agent.ports import Model
from agent.settings import Settings
from prompts import load as load_prompts


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
        yield _replay(settings, lambda error: own_refusal(error, catalogue, now()))
        return
    models = Models(
        settings.triage_model, settings.draft_model, settings.strong_model, settings.fallback_model or None
    )
    async with open_live(models, prices, lambda error: own_refusal(error, catalogue, now())) as live:
        if live.trouble is not None:
            raise ModelUnavailable(why=live.trouble.rstrip("."))
        yield live


def _replay(settings: Settings, diagnose: Diagnose) -> Replay:
    """The recordings of the settings' folder. Raises `ModelUnavailable` where there are none to be trusted.

    Where all of them are of one local model, the road asks for that one.
    """
    if settings.recordings is None:
        raise ModelUnavailable(why="CASEWORKER_RECORDINGS names no folder of recordings to replay")
    found = []
    for path in files_in(settings.recordings):
        try:
            recording = read(path)
        except BadRecording as bad:
            raise ModelUnavailable(why=str(bad).rstrip(".")) from None
        if any(call.edited for call in recording.calls):
            raise ModelUnavailable(why=f"the recording {path.name} was edited")
        found.append(recording)
    if not found:
        raise ModelUnavailable(why="the folder of CASEWORKER_RECORDINGS holds no recordings")
    names = DraftModels(settings.triage_model, settings.draft_model, settings.strong_model)
    own = {models_of(recording, names) for recording in found}
    return Replay(found, own.pop() if len(own) == 1 else names, prompts=load_prompts(), diagnose=diagnose)
