"""The self-test's recordings: one of every state, made of a real case, and what the suite makes of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent.compose import load_prices
from agent.diagnosis.model import Budget, ModelCall, ModelReply
from agent.diagnosis.next_call import Models
from agent.llm.prices import Prices
from agent.llm.record import Recorder
from agent.llm.recordings import Recording, RecordingProvenance, State, digest_of, dump, request_key
from agent.llm.replay import replayed
from agent.state import Context
from evals.backlog import Gap
from evals.bench.echo import echo
from evals.case import Case
from evals.lock import Lock, digests
from evals.recorded import RecordedCase, load_recordings
from evals.run import run_case, run_recorded, shipped_models, with_model

DAY = date(2026, 6, 1)
NO_PRICES = Prices(checked=DAY, batch=0.5, models=[])


class Faithful:
    """A `ports.Model` that words a diagnosis in the plain words, as a provider would send them."""

    name = "fixture"

    def __init__(self, models: Models) -> None:
        self.triage_model, self.draft_model, self.strong_model = models

    async def complete(
        self,
        call: ModelCall,
        said: Callable[[str], None],  # noqa: ARG002 - nobody listens
        budget: Budget,  # noqa: ARG002 - nothing is spent
    ) -> ModelReply:
        """The plain words as a message."""
        response: dict[str, Any] = {
            "id": "msg_fixture",
            "type": "message",
            "role": "assistant",
            "model": call.body["model"],
            "content": [{"type": "text", "text": echo(call.body)}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        return replayed(response).model_copy(update={"response": response, "recorded": False})


async def recorded(case: Case, context: Context, *, live: bool = False) -> Recording:
    """A sound recording of a case."""
    recorder = Recorder(Faithful(shipped_models()))
    await run_case(case, with_model(context, recorder))
    provenance = RecordingProvenance(
        kind="live" if live else "authored",
        model_requested=recorder.draft_model,
        model_returned=recorder.returned,
        recorded_at=datetime(2026, 6, 1, tzinfo=UTC),
        recorded_by="the self-test",
        why="a fixture of the self-test",
    )
    return Recording(case=case.slug, trial=0, calls=recorder.calls, provenance=provenance)


@dataclass(frozen=True)
class Folder:
    """One folder of recordings and what belongs to it: text by file name, lock, gaps and prices."""

    files: dict[str, str]
    locked: dict[str, str] | None = None
    gaps: tuple[Gap, ...] = ()
    prices: Prices | None = None


def folders(sound: Recording, live: Recording) -> dict[State, Folder]:
    """A folder for each state, named by the state that the suite must find in it."""
    name, text = sound.name, dump(sound)
    gap = Gap(slug=sound.case, reason="a fixture of the self-test", since=DAY, until=DAY + timedelta(days=1))
    return {
        "ok": Folder({name: text}, locked={name: text}),
        "stale": Folder({name: dump(_asked_otherwise(sound))}),
        "missing": Folder({}, gaps=(gap.model_copy(update={"until": DAY - timedelta(days=1)}),)),
        "orphan": Folder({name: text, "no-such-case.json": text}),
        "edited": Folder({name: dump(_answered_otherwise(sound))}),
        "expired-model": Folder({name: dump(live)}, prices=NO_PRICES),
        "error": Folder({name: text[: len(text) // 2]}),
    }


def others(sound: Recording) -> dict[str, tuple[State, Folder]]:
    """More ways into a state: a file that the lock does not know, one that is gone, no gap at all."""
    name, text = sound.name, dump(sound)
    return {
        "another digest than the lock's": ("edited", Folder({name: text}, locked={name: f"{text} "})),
        "a file that the lock does not know": ("edited", Folder({name: text}, locked={})),
        "a file that is gone": ("missing", Folder({}, locked={name: text})),
        "a case without a recording and without a gap": ("missing", Folder({})),
    }


def _asked_otherwise(sound: Recording) -> Recording:
    """The recording of another prompt: sound in itself, but not what the road asks."""
    call = sound.calls[0]
    system = [{**call.request["system"][0], "text": "Another prompt."}]
    request = {**call.request, "system": system}
    key = request_key(request, call.request_headers)
    first = call.model_copy(update={"request": request, "request_sha256": key})
    return sound.model_copy(update={"calls": [first, *sound.calls[1:]]})


def _answered_otherwise(sound: Recording) -> Recording:
    """The recording after somebody wrote into its answer."""
    call = sound.calls[0]
    response = {**(call.response or {}), "stop_reason": "max_tokens"}
    assert digest_of(response) != call.response_sha256
    return sound.model_copy(
        update={"calls": [call.model_copy(update={"response": response}), *sound.calls[1:]]}
    )


async def state_of(folder: Folder, case: Case, context: Context) -> list[RecordedCase]:
    """What the suite says of a folder, for one declared case."""
    with TemporaryDirectory() as name:
        path = Path(name)
        lock = None
        if folder.locked is not None:
            for file, text in folder.locked.items():
                (path / file).write_text(text, encoding="utf-8")
            lock = Lock(prompts="", catalogue="", recordings=digests(path))
            for file in folder.locked:
                (path / file).unlink()
        for file, text in folder.files.items():
            (path / file).write_text(text, encoding="utf-8")
        prices = folder.prices or load_prices()
        entries = load_recordings([case], path, backlog=folder.gaps, lock=lock, prices=prices, today=DAY)
    found = []
    for entry in entries:
        if entry.slug == case.slug and entry.recording is not None:
            entry, _ = await run_recorded(case, entry, context)
        found.append(entry)
    return found


async def state_faults(case: Case, context: Context) -> list[str]:
    """What the suite says wrong of the fixtures, in words; empty where it sees every state."""
    sound, live = await recorded(case, context), await recorded(case, context, live=True)
    if not sound.calls or not json.loads(dump(sound))["calls"]:
        return [f"self-test: the road asked a model for nothing over {case.slug}"]
    wanted = {state: (state, folder) for state, folder in folders(sound, live).items()} | others(sound)
    found = []
    for name, (state, folder) in wanted.items():
        entries = await state_of(folder, case, context)
        said = sorted({entry.state for entry in entries if entry.red} or {"ok"})
        if said != [state]:
            found.append(f"self-test: {name}: a recording that is {state} is taken for {', '.join(said)}")
    return found
