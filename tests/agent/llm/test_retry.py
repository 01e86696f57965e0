"""When the same request is sent again, and after how long."""

from __future__ import annotations

import pytest

from agent.llm.retry import LONGEST_PAUSE, may_try_again, pause, retry_after


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert may_try_again(status, {})
    assert not may_try_again(status, {"x-should-retry": "false"})


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_what_stays_refused_is_not(status: int) -> None:
    assert not may_try_again(status, {})
    assert may_try_again(status, {"x-should-retry": "true"})


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Mon, 23 Nov 2026 00:00:00 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_the_seconds_that_a_provider_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_pause_is_the_one_asked_for_or_grows() -> None:
    assert pause(1, 3.0, 0.5) == 3.0
    assert [pause(tries, None, 0.0) for tries in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert pause(1, None, 1.0) == 0.375
    assert pause(30, None, 0.0) == LONGEST_PAUSE
