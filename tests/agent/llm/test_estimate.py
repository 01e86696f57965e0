"""The offline estimate of tokens: an upper guess that grows with what is sent."""

from __future__ import annotations

import pytest

from agent.llm.estimate import cacheable_tokens, input_tokens, text_tokens
from tests.agent.llm.conftest import BODY


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("The request was refused because the account has no credit left.", 12, 26),
        ("请求被拒绝,因为账户余额不足。", 12, 20),
        ('{"type":"error","error":{"type":"invalid_request_error"}}', 14, 24),
    ],
)
def test_a_text_is_guessed_rather_too_long_than_too_short(text: str, least: int, most: int) -> None:
    assert least <= text_tokens(text) <= most


def test_a_request_counts_system_messages_and_schema() -> None:
    whole = input_tokens(BODY)
    for part in ("system", "messages", "output_config"):
        rest = {name: value for name, value in BODY.items() if name != part}
        assert input_tokens(rest | ({} if part != "messages" else {"messages": []})) < whole


def test_what_stands_up_to_the_last_mark_is_cacheable() -> None:
    schema = input_tokens({"output_config": BODY["output_config"]})
    system = input_tokens({"system": BODY["system"]})
    assert cacheable_tokens(BODY) == schema + system < input_tokens(BODY)
    assert cacheable_tokens({"system": "plain words", "messages": []}) == 0


def test_plain_strings_count_as_blocks_do() -> None:
    as_text = {"system": "abc", "messages": [{"role": "user", "content": "abcdef"}]}
    as_blocks = {
        "system": [{"type": "text", "text": "abc"}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "abcdef"}]}],
    }
    assert input_tokens(as_text) == input_tokens(as_blocks) > 0
