"""`python -m evals record`: ask a model what is stale or missing, and keep what it answers.

Each recording is written as soon as its case is done, with its digest in the lock: whoever stops this
and runs it again goes on where it was.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Literal

from agent.compose import load_prices
from agent.diagnosis.model import Budget, ModelCall, ModelReply, Outcome
from agent.errors import AgentError, ModelUnavailable
from agent.llm.live import Models as LiveModels
from agent.llm.live import open_live
from agent.llm.own_refusal import own_refusal
from agent.llm.record import Recorder, make_recording, save
from agent.llm.recordings import VERSIONS, Kind, Recording
from agent.ports import Model
from agent.state import Context
from evals.backlog import remove_gaps
from evals.lock import Lock, digest_of_file, read_lock, write_lock
from evals.places import Places
from evals.plan import Todo
from evals.provenance import Tree, provenance_of, sdk_version
from evals.run import CONSTANT, run_case, shipped_models, with_model
from prompts import load as load_prompts

CALL_SECONDS = 300.0
"""How long one call to a provider may take; a local model may take what it needs."""
HOPELESS: frozenset[Outcome] = frozenset({"bad_key", "billing"})
"""After one of these the next case would get the same."""

Say = Callable[[str], None]
Asked = Literal["live", "local"]


class NotRecorded(AgentError):
    """No recording was made: {why}."""

    outcome: Outcome | None = None
    """That of the reply that was none of the model's own."""


@dataclass(frozen=True)
class Source:
    """A model to record, with what its recordings say of it."""

    model: Model
    kind: Kind
    headers: Mapping[str, str | None]
    sdk: str | None
    requested: str


@dataclass
class Done:
    """What came of a run: the recordings that were written, the cases that failed and why, the dollars."""

    written: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    usd: float = 0.0


class Patient:
    """`model`, with each call ended after `seconds`, and what all calls cost."""

    def __init__(self, model: Model, seconds: float) -> None:
        self._model, self._seconds, self.usd = model, seconds, 0.0
        self.name = model.name
        self.triage_model, self.draft_model = model.triage_model, model.draft_model
        self.strong_model = model.strong_model

    async def complete(self, call: ModelCall, said: Say, budget: Budget) -> ModelReply:
        """As `ports.Model` says."""
        held = budget.model_copy(update={"seconds": min(budget.seconds, self._seconds)})
        reply = await self._model.complete(call, said, held)
        self.usd += reply.usd
        return reply


@asynccontextmanager
async def open_source(asked: Asked, context: Context) -> AsyncIterator[Source]:
    """The model to record. Raises `ModelUnavailable` where it could never answer.

    A live one has no fallback here: what another model says is no recording of the one that was asked.
    """
    if asked == "local":
        async with _open_local() as model:
            sdk = getattr(model, "sdk", None)
            yield Source(model, "local", VERSIONS, sdk, model.draft_model)
        return
    names = shipped_models()
    models = LiveModels(names.triage, names.draft, names.strong, None)
    async with open_live(
        models, load_prices(), lambda e: own_refusal(e, context.catalogue, CONSTANT)
    ) as live:
        if live.trouble is not None:
            raise ModelUnavailable(why=live.trouble.rstrip("."))
        headers = {**VERSIONS, "anthropic-version": live.api_version}
        yield Source(Patient(live, CALL_SECONDS), "live", headers, sdk_version(), names.draft)


@asynccontextmanager
async def _open_local() -> AsyncIterator[Model]:
    """The local model of the extra `local`: `agent.llm.local.open_local`. Raises `ModelUnavailable`."""
    try:
        opened = import_module("agent.llm.local").open_local
    except ModuleNotFoundError as missing:
        raise ModelUnavailable(why=f"{missing.name} is not installed (extra: local)") from None
    async with opened() as model:
        yield model


class Books:
    """The files that a run of `record` changes: recordings, lock, backlog.

    Each is read anew before it is changed, so that two runs over different cases may go on side by side.
    """

    def __init__(self, places: Places, catalogue: str) -> None:
        self._places, self._catalogue = places, catalogue

    def keep(self, recording: Recording) -> None:
        """Write a recording, lock it, and take its case's gap off the backlog. Raises `HoldsSecret`."""
        path = save(recording, self._places.recordings)
        lock = self._lock()
        digests = {**lock.recordings, path.name: digest_of_file(path)}
        write_lock(lock.model_copy(update={"recordings": digests}), self._places.lock)
        remove_gaps(self._places.backlog, {recording.case})

    def current(self) -> None:
        """Nothing is stale: the lock names the prompts and the catalogue of today."""
        now = {"prompts": load_prompts().digest, "catalogue": self._catalogue}
        write_lock(self._lock().model_copy(update=now), self._places.lock)

    def _lock(self) -> Lock:
        first = Lock(prompts=load_prompts().digest, catalogue=self._catalogue, recordings={})
        return read_lock(self._places.lock) or first


async def record_case(
    todo: Todo, source: Source, context: Context, tree: Tree, by: str, *, why: str | None = None
) -> Recording:
    """Walk one case with the model and give the recording. Raises `NotRecorded`.

    Where `source` is authored, faults are kept as well.
    """
    recorder = Recorder(source.model, source.headers, faults=source.kind == "authored")
    row = await run_case(todo.case, with_model(context, recorder), kind=source.kind, trial=todo.trial)
    if row.error is not None:
        raise NotRecorded(why=row.error)
    if recorder.failed is not None:
        bad = NotRecorded(why=f"{recorder.failed.outcome}: {recorder.failed.why}".rstrip("."))
        bad.outcome = recorder.failed.outcome
        raise bad
    if not recorder.calls:
        raise NotRecorded(why="the road asks no model about this case")
    provenance = provenance_of(source.kind, source.requested, tree, by, sdk=source.sdk, why=why)
    return make_recording(todo.case.slug, todo.trial, recorder, provenance)


async def record_one(
    todo: Todo, source: Source, context: Context, books: Books, tree: Tree, by: str, done: Done
) -> AgentError | None:
    """Record one case and write it, and note in `done` what came of it; why not, where it failed."""
    try:
        recording = await record_case(todo, source, context, tree, by)
        books.keep(recording)
    except AgentError as bad:
        done.failed[todo.case.slug] = str(bad)
        return bad
    done.written.append(recording.name)
    return None


async def record_all(
    todo: Sequence[Todo], source: Source, context: Context, books: Books, tree: Tree, by: str, say: Say
) -> Done:
    """Record one case after the other, each written when it is done. A refused key or account ends it."""
    done = Done()
    for number, one in enumerate(todo, 1):
        say(f"[{number}/{len(todo)}] {one.case.slug}, trial {one.trial}")
        bad = await record_one(one, source, context, books, tree, by, done)
        if bad is not None:
            say(f"  {bad}")
        if isinstance(bad, NotRecorded) and bad.outcome in HOPELESS:
            say("  The next case would get the same, so this ends here.")
            break
    done.usd = getattr(source.model, "usd", 0.0)
    return done
