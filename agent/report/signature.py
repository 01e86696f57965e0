"""The signature of a text that is kept and not answered, such as a stored issue."""

from __future__ import annotations

from agent.report.lexicon import Lexicon
from agent.report.read import find_errors


def first_signature(text: str, lexicon: Lexicon) -> str | None:
    """The signature of the first error in `text` that is of a known message, as `read` would find it.

    All else that `read` finds out is left alone, which is most of its time.
    """
    if not text or text.isspace():
        return None
    return next((event.signature for event in find_errors(text, lexicon) if event.signature), None)
