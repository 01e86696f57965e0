"""Nothing secret of a submission is kept, wherever it stands in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.store.redacted import kept, redacted

KEY = "sk-ant-" + "api03-" + "abcdefghij0123456789"
TOKEN = "abcdef" + "0123456789" + "abcdef"


@pytest.mark.parametrize(
    "submission",
    [
        {"text": f"my key is {KEY} and so on"},
        {"error": {"request": {"headers": [{"x": KEY}]}}},
        {"usage": {KEY: 1}},
        {"environment": {"base_url": f"https://me:{TOKEN}@proxy.example/"}},
        {"error": {"api_key": TOKEN}},
        {"error": {"a": {"access_token": TOKEN}}},
        {"text": "x " * 20_000 + KEY},
    ],
)
@pytest.mark.anyio
async def test_a_secret_is_replaced(submission: dict[str, Any]) -> None:
    safe = json.dumps(await kept(submission))
    assert KEY not in safe
    assert TOKEN not in safe
    assert "[redacted:" in safe


@pytest.mark.anyio
async def test_what_is_no_secret_stays_as_it_is() -> None:
    plain = {"id": "c-1", "text": "req_011CZo5LuKkTAfBSaz4wRaUt", "usage": {"five_hour": 1.5},
             "error": [1, None, True, {"status": 400}], "source": None}  # fmt: skip
    assert await kept(plain) == plain


def test_deep_nesting_ends_somewhere() -> None:
    deep: Any = KEY
    for _ in range(500):
        deep = {"a": deep}
    safe = json.dumps(redacted(deep))
    assert KEY not in safe
    assert redacted(redacted(deep)) == redacted(deep)
