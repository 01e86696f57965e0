"""What goes into a packed value comes out of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.issues.tokens import issue_tokens
from agent.store.index.packed import (
    MOST_BODY_TERMS,
    MOST_COUNT,
    TITLE_WEIGHT,
    as_text,
    combined,
    length,
    pack,
    pack_with_length,
    shared,
    unpack,
)

tokens = st.lists(st.sampled_from(["a", "b::c", "é", "x.y", "1", "long_name"]), max_size=30)


@given(tokens, tokens)
def test_nothing_is_lost(title: list[str], body: list[str]) -> None:
    packed = pack(title, body)
    assert unpack(packed) == (title, {token: body.count(token) for token in body})
    counts = combined(packed)
    whole = {t: TITLE_WEIGHT * title.count(t) + body.count(t) for t in {*title, *body}}
    assert shared(packed, frozenset({"a", "x.y", "none"})) == (
        title,
        {token: body.count(token) for token in ("a", "x.y") if token in body},
        len(body),
    )
    assert counts == {token: min(MOST_COUNT, count) for token, count in whole.items()}
    assert pack_with_length(title, body) == (packed, length(packed))
    assert sum(counts.values()) == length(packed)
    words = as_text(packed).split()
    assert {word: words.count(word) for word in words} == counts


@pytest.mark.parametrize(
    "text", ["", "\x00 \u2028 a\u00a0b \x85 c\td\x1ce", "\U0001f600" * 5, "名前が見つかりません"]
)
def test_no_token_of_a_text_breaks_the_form(text: str) -> None:
    title, body = issue_tokens(text, text)
    assert unpack(pack(title, body))[0] == title
    assert sum(unpack(pack(title, body))[1].values()) == len(body)
    assert len(as_text(pack(title, body)).split()) == length(pack(title, body))


def test_of_a_long_body_the_frequent_and_the_first_tokens_are_searched_and_none_is_forgotten() -> None:
    body = [f"w{number}" for number in range(400)] + ["w399", "w399"]
    packed = pack(["w398"], body)
    counts = combined(packed)
    assert counts["w399"] == 3
    assert counts["w398"] == TITLE_WEIGHT
    assert {*counts} == {"w399", "w398", *(f"w{number}" for number in range(MOST_BODY_TERMS - 1))}
    assert len(unpack(packed)[1]) == 400
    assert pack_with_length(["w398"], body) == (packed, length(packed))
