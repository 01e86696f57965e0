"""The one layer of retries: how often a call is tried, and how long is waited in between."""

from __future__ import annotations

from collections.abc import Mapping

TRIES = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
AGAIN = frozenset({408, 409, 429})
"""Statuses below 500 after which the same request may succeed."""


def may_try_again(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the same request may succeed later. A server that says so itself is believed."""
    said = headers.get("x-should-retry")
    if said in ("true", "false"):
        return said == "true"
    return status in AGAIN or status >= 500


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that the provider asks to wait; None where it does not say, or not in seconds."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None


def pause(tries: int, asked: float | None, chance: float) -> float:
    """Seconds to wait after `tries` tries (1, 2, ...): what was `asked`, else growing ones.

    `chance` from 0 to 1 shortens the latter by up to a quarter, so that many callers part.
    """
    if asked is not None:
        return asked
    return min(FIRST_PAUSE * 2.0 ** (tries - 1), LONGEST_PAUSE) * (1 - 0.25 * chance)
