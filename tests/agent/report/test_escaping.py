from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from agent.report.escaping import depth_of, end_of_string, unescape


def test_the_number_of_backslashes_tells_the_depth() -> None:
    assert [depth_of(n) for n in (0, 1, 3, 7)] == [0, 1, 2, 3]


def test_a_string_ends_at_the_first_quote_with_fewer_backslashes() -> None:
    text = r'{\"a\":\"b\"}","next":1'
    assert text[: end_of_string(text, 1)] == r"{\"a\":\"b\"}"


@given(st.text(max_size=40), st.integers(0, 3))
def test_unescape_undoes_json(text: str, depth: int) -> None:
    escaped = text
    for _ in range(depth):
        escaped = json.dumps(escaped)[1:-1]
    back, offsets = unescape(escaped, depth)
    assert back == text
    assert offsets[-1] == len(escaped)
    assert len(offsets) == len(back) + 1
