"""The collector of cycles, in a process that serves for long."""

from __future__ import annotations

import gc

_COLLECTED_AFTER = (20_000, 20, 50)
"""So many new objects, then so many rounds, before the collector looks again: a diagnosis makes thousands
of objects that are gone with it, and looking for cycles among them ten times as often finds no more."""


def keep_what_is_loaded() -> None:
    """Let the collector pass over what is there by now: modules, the catalogue, the routes."""
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)
    gc.enable()
