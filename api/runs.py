"""The diagnoses being made in this process. A run goes on whatever becomes of the request that asked.

What a run has said is kept in a short list that any number of readers follow at their own pace, so a
reader that stops reading holds up nobody and fills no queue.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import structlog

from agent.compose import Services
from agent.diagnosis.diagnosis import Answer, StoredDiagnosis
from agent.errors import AgentError
from agent.graph import LARGE, ROOMS, new_id
from agent.report.error_report import Submission
from agent.settings import Settings
from agent.state import Context
from api.answers import noted
from api.metrics import Metrics
from api.problems import Problem, from_error, internal

Walk = Callable[[Submission, Context, str], AsyncIterator[tuple[str, Any]]]
"""`graph.stream`, or something of its shape."""

SMALL_AT_ONCE = 4
LARGE_AT_ONCE = 2
"""How many runs share the event loop; large ones work in threads and wait for each other only."""
SMALL_WITH_MODEL, LARGE_WITH_MODEL = 64, 8
"""The same where a model is asked: such a run waits for somebody else most of its time."""
DRAFTS, DIAGNOSIS = 5, 1_000_000
"""The id of the first piece of a draft, and that of the diagnosis: the pieces have the ids between."""
DONE, PROBLEM = DIAGNOSIS + 1, DIAGNOSIS + 2
"""The ids of the last event: the same whenever and from wherever it is read."""
SEQS = {"report": 1, "usage": 2, "issues": 3, "causes": 4, "diagnosis": DIAGNOSIS}
_log = structlog.get_logger("runs")


class Event(NamedTuple):
    """One event of a run. `seq` grows from 1; `data` is JSON-only."""

    seq: int
    name: str
    data: Any


@dataclass
class Run:
    """One diagnosis in the making; in the end it has an `answer` or a `problem`."""

    id: str
    owner: str | None
    created_at: datetime
    events: list[Event] = field(default_factory=list)
    answer: Answer | None = None
    problem: Problem | None = None
    ended: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def next_draft(self) -> int:
        """The id of the next piece of a draft; `DONE` where there were so many that none is left."""
        seq = max(DRAFTS, self.events[-1].seq + 1) if self.events else DRAFTS
        return seq if seq < DIAGNOSIS else DONE

    def say(self, seq: int, name: str, data: Any) -> None:
        """Add an event and wake everybody who follows."""
        self.events.append(Event(seq, name, data))
        self.ended = seq in (DONE, PROBLEM)
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """The events with a `seq` above `after`, as they come, up to the last."""
        place = 0
        while True:
            while place < len(self.events):
                if self.events[place].seq > after:
                    yield self.events[place]
                place += 1
            if self.ended:
                return
            await self._news.wait()

    async def result(self) -> Answer:
        """The answer, once there is one. Raises the `Problem` that the run ended in."""
        while not self.ended:
            await self._news.wait()
        if self.answer is None:
            raise self.problem or internal()
        return self.answer


@dataclass(frozen=True)
class Asked:
    """What a run is to do: `begun` where its row stands already, `key` where a claim waits for it.

    `stored` is False where whoever asks keeps the answer, together with what it belongs to.
    """

    submission: Submission
    size: int
    key: str | None = None
    begun: bool = False
    stored: bool = True


class Runs:
    """Starts runs, bounds how many there are, and lets them end when the server stops.

    `processes` beside this one make diagnoses: more of them keep more runs going.
    """

    def __init__(
        self, services: Services, settings: Settings, metrics: Metrics, walk: Walk, processes: int = 0
    ) -> None:
        self._services, self._settings, self._metrics, self._walk = services, settings, metrics, walk
        waits = services.context.model is not None
        small = max(SMALL_AT_ONCE, 2 * processes)
        self._small = asyncio.Semaphore(SMALL_WITH_MODEL if waits else small)
        self._large = asyncio.Semaphore(LARGE_WITH_MODEL if waits else LARGE_AT_ONCE)
        self._runs: dict[str, Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unnoted: dict[str, dict[str, Any]] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def get(self, diagnosis_id: str) -> Run | None:
        """The run of this id, while it is being made in this process."""
        return self._runs.get(diagnosis_id)

    def check_room(self) -> None:
        """Raises `Problem` 503 where so many runs are waiting that one more would wait too long."""
        if len(self._tasks) >= self._settings.max_runs:
            detail = "As many diagnoses as this server takes are being made."
            raise Problem(503, "too-many-runs", detail, retry_after=2)

    def new(self, owner: str | None) -> Run:
        """A run that has an id and is not started yet."""
        return Run(new_id(), owner, self._services.context.clock.now())

    def start(self, run: Run, asked: Asked) -> None:
        """Begin the run in a task of its own."""
        self._runs[run.id] = run
        self._metrics.running.inc()
        task = asyncio.create_task(self._execute(run, asked))
        self._tasks.add(task)
        task.add_done_callback(partial(self._left, run, asked))

    async def drain(self, seconds: float) -> None:
        """Wait for the runs to end; those that have not after `seconds` end in a problem."""
        if self._tasks:
            _done, late = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=5)

    def cut(self) -> None:
        """End every run now, in a problem."""
        for task in self._tasks:
            task.cancel()

    async def note_failed(self) -> None:
        """Write down the failures that could not be written down. Raises `StoreUnavailable`."""
        for run_id, problem in list(self._unnoted.items()):
            await self._services.diagnoses.fail(run_id, problem)
            self._unnoted.pop(run_id, None)

    async def _execute(self, run: Run, asked: Asked) -> None:
        problem: Problem | None = None
        try:
            async with asyncio.timeout(self._settings.run_seconds):
                await self._walk_through(run, asked)
        except TimeoutError:
            detail = f"The diagnosis took longer than {self._settings.run_seconds:g} seconds."
            problem = Problem(504, "run-too-slow", detail)
        except asyncio.CancelledError:
            problem = _stopping()
        except Problem as bad:
            problem = bad
        except AgentError as bad:
            problem = from_error(bad)
        except Exception as bad:  # noqa: BLE001 - the edge of a run: whatever it is, its readers must hear
            log_fault("run failed", bad)
            problem = internal()
        if problem is not None:
            await self._fail(run, asked, problem)

    def _left(self, run: Run, asked: Asked, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._runs.pop(run.id, None)
        self._metrics.running.dec()
        if not run.ended:
            # It was stopped before it began, or once more while it was ending.
            run.problem = run.problem or _stopping()
            if asked.begun:
                self._unnoted[run.id] = run.problem.body()
            run.say(PROBLEM, "problem", run.problem.body())

    async def _walk_through(self, run: Run, asked: Asked) -> None:
        context = noted(asked.submission, self._services.context)
        answer: Answer | None = None
        async with self._large if asked.size > LARGE else self._small:
            async for name, value in self._walk(asked.submission, context, run.id):
                if name == "answer":
                    answer = value
                elif (seq := SEQS.get(name, run.next_draft)) < DONE:
                    run.say(seq, name, value)
        if answer is None:
            raise internal()
        if asked.stored:
            await self._services.diagnoses.save(
                answer,
                owner=run.owner,
                submission=kept(asked.submission, answer),
                events=[],
                idempotency_key=asked.key,
            )
        run.answer = answer
        self._metrics.made(answer)
        run.say(DONE, "done", closing(answer))

    async def _fail(self, run: Run, asked: Asked, problem: Problem) -> None:
        run.problem = problem
        try:
            if asked.begun:
                await self._services.diagnoses.fail(run.id, problem.body())
            elif asked.key is not None:
                await self._services.idempotency.release(asked.key, run.owner or "")
        except Exception as bad:  # noqa: BLE001 - the edge of a run: its readers must hear all the same
            log_fault("a failed run could not be noted", bad)
            if asked.begun:
                self._unnoted[run.id] = problem.body()
        run.say(PROBLEM, "problem", problem.body())


def _stopping() -> Problem:
    return Problem(503, "stopping", "The server is being stopped; send it again.", retry_after=5)


def closing(answer: Answer) -> dict[str, Any]:
    """The data of `done`: what the answer holds beside its five rooms."""
    rooms = set(ROOMS)
    return answer.model_dump(mode="json", exclude=rooms)


def replay(answer: Answer) -> list[Event]:
    """The events of a finished run, from its stored answer: the same as were said live."""
    found = answer.model_dump(mode="json", include=set(ROOMS))
    rooms = [Event(SEQS[name], name, found[name]) for name in ROOMS]
    return [*rooms, Event(DONE, "done", closing(answer))]


async def stored_events(stored: StoredDiagnosis, after: int = 0) -> AsyncIterator[Event]:
    """The events of a run that has ended, above `after`."""
    if stored.answer is not None:
        events = replay(stored.answer)
    else:
        events = [Event(PROBLEM, "problem", stored.problem or internal().body())]
    for event in events:
        if event.seq > after:
            yield event


def kept(submission: Submission, answer: Answer) -> dict[str, Any]:
    """What is stored of a submission: its texts as the report room left them, without secrets."""
    rest = submission.model_dump(mode="json", exclude={"title", "text", "error"}, exclude_none=True)
    return {**rest, "title": answer.report.title, "text": answer.report.text}


def log_fault(event: str, fault: BaseException) -> None:
    """Log an unforeseen fault by its kind and place. Its own words may hold what a user wrote."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[::-1][:8])
    _log.error(event, kind=type(fault).__name__, where=where)
    _log.debug(event, words=str(fault))
