"""A cursor is the place of a row, and nothing else is a cursor."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import BadCursor, BadInput
from agent.store.cursor import Place, read_cursor, write_cursor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 7_000_000_000_000_000).map(lambda n: EPOCH + n * timedelta(microseconds=1))


@given(MOMENTS, st.from_regex(r"[\w.-]{1,64}", fullmatch=True).filter(str.isascii))
def test_a_place_comes_back_to_the_microsecond(moment: datetime, name: str) -> None:
    cursor = write_cursor(Place(moment, name))
    assert read_cursor(cursor) == Place(moment, name)
    assert "=" not in cursor


def encoded(raw: str) -> str:
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "nonsense",
        "é",
        "\ud800",
        "A" * 5_000,
        encoded("1|12|"),
        encoded("2|12|dx_1"),
        encoded("1|-5|dx_1"),
        encoded("1|999999999999999999|dx_1"),
        encoded("1|0012|dx_1"),
        encoded("1|12|dx_1' OR 1=1"),
        encoded("1|١|dx_1"),
        write_cursor(Place(datetime(2026, 1, 1, tzinfo=UTC), "dx_1")) + "=",
    ],
)
def test_anything_else_is_refused_as_bad_input(cursor: str) -> None:
    with pytest.raises(BadCursor, match="leave it out"):
        read_cursor(cursor)
    assert issubclass(BadCursor, BadInput)
