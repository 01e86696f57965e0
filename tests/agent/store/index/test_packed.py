"""What goes into a packed value comes out of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.issues.tokens import issue_tokens
from agent.store.index.packed import TITLE_WEIGHT, as_text, combined, length, pack, unpack

tokens = st.lists(st.sampled_from(["a", "b::c", "é", "x.y", "1", "long_name"]), max_size=30)


@given(tokens, tokens)
def test_nothing_is_lost(title: list[str], body: list[str]) -> None:
    packed = pack(title, body)
    assert unpack(packed) == (title, {token: body.count(token) for token in body})
    counts = combined(packed)
    assert counts == {t: TITLE_WEIGHT * title.count(t) + body.count(t) for t in {*title, *body}}
    assert sum(counts.values()) == length(title, body)
    words = as_text(packed).split()
    assert {word: words.count(word) for word in words} == counts


@pytest.mark.parametrize(
    "text", ["", "\x00 \u2028 a\u00a0b \x85 c\td\x1ce", "\U0001f600" * 5, "名前が見つかりません"]
)
def test_no_token_of_a_text_breaks_the_form(text: str) -> None:
    title, body = issue_tokens(text, text)
    assert unpack(pack(title, body))[0] == title
    assert sum(unpack(pack(title, body))[1].values()) == len(body)
    assert len(as_text(pack(title, body)).split()) == length(title, body)
