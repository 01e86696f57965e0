"""Runs that nobody will end any more are ended, again and again as long as the server lives."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from agent.compose import Services
from api.runs import Runs, log_fault

EVERY_SECONDS = 20.0
"""Pause between two looks."""


@contextmanager
def sweeping(runs: Runs, services: Services) -> Iterator[None]:
    """While inside, failed runs are noted that could not be, and those of processes that are gone."""
    task = asyncio.create_task(_sweep(runs, services))
    try:
        yield
    finally:
        task.cancel()


async def _sweep(runs: Runs, services: Services) -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await runs.note_failed()
            await services.end_abandoned()
        except Exception as bad:  # noqa: BLE001 - the edge of a task: it must be there when the store is back
            log_fault("abandoned runs could not be ended", bad)
