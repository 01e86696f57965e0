"""Recording through the batch API: all cases walk at once, and what they ask goes out in batches.

A case waits for its reply; when all that are left wait, their requests are one batch. So a whole suite
takes as many batches as the longest case has calls. What a batch said is kept in a file until every case
is done, and a run that was killed finds its batches again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.diagnosis.model import Budget, ModelCall, ModelReply
from agent.diagnosis.next_call import Models
from agent.llm.attempt import usage_of
from agent.llm.batches import Batches
from agent.llm.prices import Prices
from agent.llm.recordings import asked_of, request_key
from agent.llm.replay import replayed
from agent.state import Context
from evals.batch_state import Intent, Running, read_state, write_state
from evals.plan import Todo
from evals.provenance import Tree, sdk_version
from evals.record import Books, Done, Say, Source, record_one

TICK = 0.02
SLACK = timedelta(minutes=5)
"""How far the provider's clock may be from ours."""

Wait = Callable[[float], Any]


class BatchModel:
    """A `ports.Model` whose calls wait for a batch. `waiting` are the requests nobody has answered."""

    name = "live"

    def __init__(self, models: Models, prices: Prices, headers: Mapping[str, str | None]) -> None:
        self.triage_model, self.draft_model, self.strong_model = models
        self._prices, self._headers = prices, headers
        self.waiting: dict[str, dict[str, Any]] = {}
        self.waiters = 0
        self.usd = 0.0
        self._answers: dict[str, asyncio.Future[dict[str, Any] | None]] = {}

    async def complete(
        self,
        call: ModelCall,
        said: Callable[[str], None],  # noqa: ARG002 - nobody listens to a batch
        budget: Budget,  # noqa: ARG002 - a batch cannot be ended for one request
    ) -> ModelReply:
        """The reply, once a batch has brought it."""
        key = request_key(call.body, self._headers)
        if key not in self._answers:
            self._answers[key] = asyncio.get_running_loop().create_future()
            self.waiting[key] = asked_of(call.body)
        self.waiters += 1
        try:
            response = await self._answers[key]
        finally:
            self.waiters -= 1
        if response is None:
            return ModelReply(outcome="timeout", why="The batch ended before this request was worked on.")
        reply = replayed(response)
        usd = self._prices.usd(call.body["model"], reply.usage, batch=True)
        return reply.model_copy(update={"usd": usd, "recorded": False})

    def answer(self, key: str, response: dict[str, Any] | None) -> None:
        """Give a waiting request its response; None where it was never worked on."""
        body = self.waiting.pop(key, None)
        if body is None:
            return
        self._answers[key].set_result(response)
        if response is not None:
            # Cases that ask the same share one request: it is paid once.
            self.usd += self._prices.usd(body["model"], usage_of(response), batch=True)


class Rounds:
    """Answers a `BatchModel` by batches. `poll` is how many seconds pass between two looks at one."""

    def __init__(
        self,
        batches: Batches,
        model: BatchModel,
        path: Path,
        say: Say,
        poll: float,
        wait: Wait = asyncio.sleep,
    ) -> None:
        self._batches, self._model, self._path = batches, model, path
        self._say, self._poll, self._wait = say, poll, wait
        self._state = read_state(path)

    async def answer_waiting(self) -> None:
        """One round: what is known at once, else what the batches under way bring, else a new batch."""
        if self._answer_known():
            return
        if self._state.intent is not None:
            await self._find_lost(self._state.intent)
        if not self._state.running:
            await self._begin()
        for batch in self._state.running:
            await self._finish(batch)
        self._answer_known()

    def _answer_known(self) -> int:
        known = [key for key in self._model.waiting if key in self._state.replies]
        for key in known:
            self._model.answer(key, self._state.replies[key])
        return len(known)

    async def _begin(self) -> None:
        asked = dict(self._model.waiting)
        self._keep(intent=Intent(keys=sorted(asked), at=datetime.now(UTC)))
        batch = await self._batches.begin(asked)
        self._say(f"batch {batch}: {len(asked)} requests")
        self._keep(intent=None, running=[*self._state.running, Running(id=batch, keys=sorted(asked))])

    async def _find_lost(self, intent: Intent) -> None:
        """A batch that began although nobody wrote its id down: of that time, with that many requests."""
        known = {batch.id for batch in self._state.running}
        for found in await self._batches.recent():
            if found.id in known or found.all != len(intent.keys) or found.at < intent.at - SLACK:
                continue
            self._say(f"batch {found.id} began before this was stopped: it goes on")
            self._keep(running=[*self._state.running, Running(id=found.id, keys=intent.keys)])
            break
        self._keep(intent=None)

    async def _finish(self, batch: Running) -> None:
        progress = await self._batches.progress(batch.id)
        while not progress.ended:
            self._say(f"batch {batch.id}: {progress.done} of {progress.all} done")
            await self._wait(self._poll)
            progress = await self._batches.progress(batch.id)
        results = await self._batches.results(batch.id)
        good = {key: r for key, r in results.items() if r is not None and r.get("type") != "error"}
        left = [other for other in self._state.running if other.id != batch.id]
        self._keep(running=left, replies={**self._state.replies, **good})
        self._say(f"batch {batch.id}: ended, {len(good)} of {len(results)} answered")
        for key in results.keys() - good.keys():
            self._model.answer(key, results[key])

    def _keep(self, **changes: Any) -> None:
        self._state = self._state.model_copy(update=changes)
        write_state(self._state, self._path)


async def record_batches(
    todo: Sequence[Todo],
    batches: Batches,
    models: Models,
    prices: Prices,
    context: Context,
    books: Books,
    tree: Tree,
    by: str,
    state: Path,
    say: Say,
    poll: float,
) -> Done:
    """Record all cases by batches; the state file goes when none failed. Raises `ModelUnavailable`."""
    headers = {"anthropic-version": batches.api_version, "anthropic-beta": None}
    model = BatchModel(models, prices, headers)
    source = Source(model, "live", headers, sdk_version(), models.draft)
    rounds = Rounds(batches, model, state, say, poll)
    done = Done()

    async def one(task: Todo) -> None:
        if (bad := await record_one(task, source, context, books, tree, by, done)) is not None:
            say(f"{task.case.slug}: {bad}")

    tasks = [asyncio.create_task(one(task)) for task in todo]
    try:
        while left := [task for task in tasks if not task.done()]:
            if model.waiting and model.waiters == len(left):
                await rounds.answer_waiting()
            await asyncio.sleep(TICK)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        task.result()
    done.usd = model.usd
    if not done.failed:
        state.unlink(missing_ok=True)
    return done
