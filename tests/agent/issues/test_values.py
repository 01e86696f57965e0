"""Single values of a row, in the shapes of each API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.issues.values import (
    Unusable,
    clean,
    count_of,
    date_of,
    labels_of,
    number_of,
    person_of,
    reactions_of,
    text_of,
)


def test_clean_keeps_tabs_lines_and_every_language() -> None:
    assert clean("a\tb\r\nc é 中 \x07") == "a\tb\nc é 中 "
    assert clean("plain") == "plain"


def test_the_first_field_that_holds_something_counts() -> None:
    assert text_of({"a": " ", "b": " x "}, "a", "b") == "x"
    assert text_of({"body": " x "}, "body") == " x "
    assert text_of({"a": 1}, "a", "b") == ""


@pytest.mark.parametrize(
    ("value", "number"), [(7, 7), ("7", 7), ("#7", 7), (7.0, 7), ("", None), (True, None)]
)
def test_numbers(value: Any, number: int | None) -> None:
    assert number_of({"number": value}, "number") == number


@pytest.mark.parametrize("value", ["seven", -1, 0, 1.5, "1e9"])
def test_what_is_no_number_is_said(value: Any) -> None:
    with pytest.raises(Unusable, match="number"):
        number_of({"number": value}, "number")


@pytest.mark.parametrize(
    ("value", "count"),
    [(3, 3), ("3", 3), ([1, 2], 2), ({"totalCount": 4}, 4), (-1, None), (True, None), ("x", None),
     (10**12, None)],
)  # fmt: skip
def test_counts(value: Any, count: int | None) -> None:
    assert count_of({"comments": value}, "comments") == count


def test_dates() -> None:
    noon = datetime(2026, 4, 8, 12, tzinfo=UTC)
    assert date_of({"at": "2026-04-08T12:00:00Z"}, "at") == noon
    assert date_of({"at": "2026-04-08T14:00:00+02:00"}, "at") == noon
    assert date_of({"at": "2026-04-08 12:00:00 UTC"}, "at") == noon
    assert date_of({"at": None}, "at") is None
    assert date_of({"at": ""}, "at") is None
    with pytest.raises(Unusable, match="at: 'soon'"):
        date_of({"at": "soon"}, "at")
    with pytest.raises(Unusable, match="at: '1775649600'"):
        date_of({"at": 1775649600}, "at")


def test_people() -> None:
    assert person_of({"user": {"login": "ann"}}, "user", "author") == "ann"
    assert person_of({"user": None, "author": "bob"}, "user", "author") == "bob"
    assert person_of({"user": {"id": 1}}, "user") is None


def test_labels() -> None:
    assert labels_of([{"name": "a"}, "b", 3]) == ["a", "b"]
    assert labels_of({"nodes": [{"name": "a"}]}) == ["a"]
    assert labels_of("a, b,") == ["a", "b"]


def test_reactions_of_both_apis_have_one_name() -> None:
    rest = {"reactions": {"url": "x", "total_count": 3, "+1": 2, "heart": 1, "eyes": 0}}
    graph = {"reactionGroups": [{"content": "THUMBS_UP", "users": {"totalCount": 2}},
                                {"content": "HEART", "users": {"totalCount": 1}}]}  # fmt: skip
    assert reactions_of(rest) == reactions_of(graph) == {"+1": 2, "heart": 1}
    assert reactions_of({"reactions": 5, "reactionGroups": ["x"]}) == {}
