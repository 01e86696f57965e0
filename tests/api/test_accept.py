"""Content negotiation: weights, ranges, and what fits nothing."""

from __future__ import annotations

import pytest

from api.accept import EVENTS, JSON, MARKDOWN, choose
from api.problems import Problem

OFFERS = (JSON, MARKDOWN, EVENTS)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/*", MARKDOWN),
        ("text/markdown;q=0.4, application/json;q=0.3", MARKDOWN),
        ("application/json;q=0, */*", MARKDOWN),
        ("text/html, text/event-stream;q=0.1", EVENTS),
        ("TEXT/MARKDOWN", MARKDOWN),
    ],
)
def test_the_best_weight_wins(accept: str | None, chosen: str) -> None:
    assert choose(accept, OFFERS) == chosen


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0", "text/markdown;q=many", "nonsense"])
def test_what_fits_nothing_is_406(accept: str) -> None:
    with pytest.raises(Problem) as refused:
        choose(accept, OFFERS)
    assert refused.value.status == 406
