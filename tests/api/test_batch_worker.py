from __future__ import annotations

import json

import pytest

from agent.compose import open_context
from agent.settings import Settings
from api.batch_worker import ANSWER, PROBLEM, answer_line

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b'{"text": "\xff"}', "not valid UTF-8 (byte 11)"),
        (b'{"text": "' + b"x" * 1000 + b'"}', "at most 1000"),
        (b"[1]", "JSON object"),
    ],
)
async def test_a_bad_line_is_a_marked_problem(raw: bytes, says: str) -> None:
    async with open_context(Settings()) as context:
        found = await answer_line(4, raw, context, 1000)
    assert found[:1] == PROBLEM
    assert says in json.loads(found[1:])["detail"]


async def test_a_line_s_answer_depends_on_no_other_line(refusal: str) -> None:
    raw = json.dumps({"id": "a", "text": refusal}).encode()
    other = json.dumps({"text": "API Error: 529 Overloaded", "product": "toaster"}).encode()
    async with open_context(Settings()) as context:
        alone, _, after = [await answer_line(1, line, context, 10_000) for line in (raw, other, raw)]
    assert alone[:1] == ANSWER
    first, second = json.loads(alone[1:]), json.loads(after[1:])
    for answer in (first, second):
        for volatile in ("id", "created_at", "timings_ms"):
            del answer[volatile]
    assert first == second
