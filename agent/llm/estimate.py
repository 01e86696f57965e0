"""How many tokens a request will have, told without asking anybody: an upper guess, for budgets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

CHARACTERS_OF_A_TOKEN = 3.0
"""Of text in ASCII: English with identifiers and JSON, under the tokenizer of the models since 4.7."""
TOKENS_OF_ANOTHER_CHARACTER = 1.0
"""A character outside ASCII (Chinese, Cyrillic, accents) counts as so many tokens."""
TOKENS_OF_A_BLOCK = 8
"""What roles and borders add to each block."""


def text_tokens(text: str) -> int:
    """The tokens of a text, rather too many than too few."""
    foreign = sum(not character.isascii() for character in text) if not text.isascii() else 0
    return round((len(text) - foreign) / CHARACTERS_OF_A_TOKEN + foreign * TOKENS_OF_ANOTHER_CHARACTER)


def input_tokens(body: Mapping[str, Any]) -> int:
    """The input tokens of a Messages request: system, tools, messages and the schema of the answer."""
    return sum(tokens for tokens, _ in _blocks(body))


def cacheable_tokens(body: Mapping[str, Any]) -> int:
    """How many of `input_tokens` stand before the last cache mark: what the next call may read back."""
    so_far = marked = 0
    for tokens, mark in _blocks(body):
        so_far += tokens
        if mark:
            marked = so_far
    return marked


def _blocks(body: Mapping[str, Any]) -> Iterator[tuple[int, bool]]:
    """Tokens of each block and whether a cache mark stands on it, in the order of a cached prefix."""
    schema = body.get("output_config", {}).get("format")
    if schema:
        yield text_tokens(json.dumps(schema, ensure_ascii=False)), False
    for tool in body.get("tools") or []:
        yield _block(tool)
    system = body.get("system") or []
    yield from map(_block, [system] if isinstance(system, str) else system)
    for message in body.get("messages") or []:
        content = message["content"]
        yield from map(_block, [content] if isinstance(content, str) else content)


def _block(block: Any) -> tuple[int, bool]:
    if isinstance(block, str):
        return text_tokens(block) + TOKENS_OF_A_BLOCK, False
    if block.get("type") == "text":
        text = block["text"]
    else:
        rest = {key: value for key, value in block.items() if key != "cache_control"}
        text = json.dumps(rest, ensure_ascii=False)
    return text_tokens(text) + TOKENS_OF_A_BLOCK, bool(block.get("cache_control"))
