"""`issues sync`: one repository from GitHub, with what a person sees while it waits."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TextIO

from agent.compose import open_sync
from agent.github.sync import Synced
from api.environment import load_settings

_TELL_FROM = 5.0
"""Seconds from which on a pause is worth a line."""


class Countdown:
    """`ports.Waiter` that shows on a terminal how long is left; elsewhere it says one line."""

    def __init__(
        self, out: TextIO | None = None, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._out, self._sleep = out or sys.stderr, sleep

    async def wait(self, seconds: float, why: str) -> None:
        """Returns after so many seconds."""
        if not self._out.isatty():
            if seconds >= _TELL_FROM:
                self._out.write(f"caseworker: {why}; going on in {_shown(seconds)}\n")
                self._out.flush()
            await self._sleep(seconds)
            return
        left = seconds
        while left > 0:
            self._out.write(f"\r\x1b[K{why}; going on in {_shown(left)}")
            self._out.flush()
            step = min(1.0, left)
            await self._sleep(step)
            left -= step
        self._out.write("\r\x1b[K")
        self._out.flush()


def _shown(seconds: float) -> str:
    whole = max(1, round(seconds))
    return f"{whole // 60} min {whole % 60:02} s" if whole >= 60 else f"{whole} s"


def sync(repository: str, full: bool) -> Synced:
    """Brings the stored issues up to date and says what was done."""
    done = asyncio.run(_synced(repository, full))
    sys.stdout.write(
        f"{repository}: {done.threads} threads, {done.comments} comments, {done.events} events, "
        f"{done.releases} new releases; {done.gone} deleted, {done.moved} transferred\n"
    )
    for note in done.notes:
        sys.stderr.write(f"caseworker: {note}\n")
    return done


async def _synced(repository: str, full: bool) -> Synced:
    try:
        async with open_sync(load_settings(), repository, Countdown(), _say) as run:
            return await run.run(full)
    except asyncio.CancelledError:
        _say(f"{repository}: stopped; the same command goes on from here")
        raise


def _say(text: str) -> None:
    sys.stderr.write(f"caseworker: {text}\n")
    sys.stderr.flush()
