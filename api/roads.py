"""Processes that walk the road, so that diagnoses are made on every core while one process serves."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import structlog
from pydantic_core import from_json

from agent.diagnosis.diagnosis import Answer
from agent.graph import LARGE
from agent.report.error_report import Submission
from agent.state import Context
from api.child import Child, ChildEnded
from api.problems import Problem, internal
from api.road_process import ANSWER, PROBLEM, READY, asked
from api.runs import Walk

_WORKER = "api.road_process"
_MOST_BY_ITSELF = 2
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a process that ended is started again; twice as many each time it does not get ready."""
_log = structlog.get_logger("roads")


def usual_number() -> int:
    """How many processes there are where the setting is silent: none where one core is all there is."""
    cores = os.cpu_count() or 1
    return min(cores, _MOST_BY_ITSELF) if cores > 1 else 0


class Roads:
    """Processes that are kept running, one walk in each at a time.

    `here` is the walk in this process: for a run that asks a model, which waits for somebody else most of
    its time, for a large paste, and for as long as no process is ready.
    """

    def __init__(self, many: int, here: Walk) -> None:
        self._many, self._here = many, here
        self._idle: list[Child] = []
        self._ready: set[Child] = set()
        self._news = asyncio.Condition()
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def ready(self) -> int:
        """How many processes take walks."""
        return len(self._ready)

    def start(self) -> None:
        """Bring the processes up; they are ready some seconds later."""
        self._keepers = [asyncio.create_task(self._keep()) for _ in range(self._many)]

    async def close(self) -> None:
        """End every process."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    async def walk(
        self, submission: Submission, context: Context, diagnosis_id: str
    ) -> AsyncIterator[tuple[str, Any]]:
        """`graph.stream` in one of the processes. Raises `Problem` where the walk came to nothing."""
        is_small = len(line := asked(submission, diagnosis_id)) <= LARGE
        child = await self._take() if is_small and context.model is None else None
        if child is None:
            async for said in self._here(submission, context, diagnosis_id):
                yield said
            return
        is_over, rooms = False, dict[str, Any]()
        try:
            await child.say(line)
            while not is_over:
                name, value = from_json(await child.line())
                is_over = name in (ANSWER, PROBLEM)
                if name == PROBLEM:
                    raise Problem(**value)
                if is_over:
                    yield name, Answer.model_validate({**rooms, **value})
                else:
                    rooms[name] = value
                    yield name, value
        except ChildEnded as bad:
            _log.error("a diagnosis was not made: its process ended", status=bad.status)
            raise internal() from None
        finally:
            # One that was given up in the middle would answer the next one with what it still has to say.
            if is_over:
                await self._give_back(child)
            else:
                child.kill()

    async def _take(self) -> Child | None:
        """A process that is idle, once there is one; None where none is ready at all."""
        async with self._news:
            await self._news.wait_for(lambda: self._idle or not self._ready)
            return self._idle.pop() if self._idle else None

    async def _give_back(self, child: Child) -> None:
        async with self._news:
            if child in self._ready:
                self._idle.append(child)
            self._news.notify_all()

    async def _take_out(self, child: Child) -> None:
        async with self._news:
            self._ready.discard(child)
            self._idle = [each for each in self._idle if each is not child]
            self._news.notify_all()

    async def _keep(self) -> None:
        """One process, started again whenever it ends."""
        pause = _FIRST_PAUSE
        while True:
            child = await Child.start(_WORKER)
            try:
                if await child.line() == READY:
                    pause = _FIRST_PAUSE
                    self._ready.add(child)
                    await self._give_back(child)
                    await child.ended()
            except ChildEnded:
                pause = min(2 * pause, _LONGEST_PAUSE)
            finally:
                await self._take_out(child)
                await child.end()
            _log.warning("a process that makes diagnoses ended", again_in_seconds=pause)
            await asyncio.sleep(pause)
