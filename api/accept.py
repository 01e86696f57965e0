"""Which of the forms on offer a client wants, by its Accept header with q-values (RFC 9110)."""

from __future__ import annotations

from collections.abc import Sequence

from api.problems import Problem

JSON = "application/json"
MARKDOWN = "text/markdown"
EVENTS = "text/event-stream"


def choose(accept: str | None, offers: Sequence[str]) -> str:
    """The best of `offers` for an Accept header; the first where any will do. Raises `Problem` 406."""
    if accept is None or not accept.strip():
        return offers[0]
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    weights = [(_weight(offer, ranges), -place) for place, offer in enumerate(offers)]
    best, place = max(weights)
    if best <= 0:
        raise Problem(406, "not-acceptable", f"This can be given as {', '.join(offers)}.")
    return offers[-place]


def _range(part: str) -> tuple[str, float]:
    """A media range and its weight; a weight that cannot be read counts as 0."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return name, 0.0
            return name, weight if 0 <= weight <= 1 else 0.0
    return name, 1.0


def _weight(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The weight of the most specific range that covers `offer`; 0 where none does."""
    for covering in (offer, offer.split("/")[0] + "/*", "*/*"):
        found = [weight for name, weight in ranges if name == covering]
        if found:
            return max(found)
    return 0.0
