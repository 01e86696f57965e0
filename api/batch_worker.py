"""One worker process of a batch: lines of reports in on stdin, lines of answers out on stdout.

It says hello once with its limits (or with what keeps it from working), then answers block after
block: a count, that many lines `NUMBER REPORT`; back come as many lines, each with a mark before it.
A whole block is read before the first answer is written, so that neither side waits for the other.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from typing import BinaryIO

from agent.compose import open_context
from agent.errors import AgentError, BadInput, TooLarge
from agent.settings import Settings
from agent.state import Context
from api.answers import answer
from api.environment import load_settings
from api.problem import problem_line
from api.submissions import parse_json, submission_from

ANSWER, PROBLEM, STOP = b"+", b"-", b"!"


async def answer_line(number: int, raw: bytes, context: Context, limit: int) -> bytes:
    """The marked answer, or the marked problem, of one input line."""
    client_id = None
    try:
        if len(raw) > limit:
            raise TooLarge(size=len(raw), limit=limit)
        value = parse_json(_decoded(raw))
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            client_id = value["id"]
        found = await answer(submission_from(value), context)
    except BadInput as bad:
        return PROBLEM + problem_line(number, str(bad), client_id)
    return ANSWER + found.model_dump_json().encode()


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        raise BadInput(f"The line is not valid UTF-8 (byte {bad.start + 1}).") from None


async def _serve(blocks: BinaryIO, out: BinaryIO, settings: Settings) -> None:
    async with open_context(settings) as context:
        _say(out, {"max_input_bytes": settings.max_input_bytes})
        while header := blocks.readline():
            block = [blocks.readline() for _ in range(int(header))]
            for line in block:
                number, _, raw = line.rstrip(b"\r\n").partition(b" ")
                out.write(await answer_line(int(number), raw, context, settings.max_input_bytes) + b"\n")
            out.flush()


def _say(out: BinaryIO, hello: dict[str, object]) -> None:
    out.write(json.dumps(hello).encode() + b"\n")
    out.flush()


def main() -> None:
    """Work until stdin ends or nobody reads the answers any more."""
    # What a library prints must not stand between the answers: stdout becomes stderr.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with suppress(BrokenPipeError):
        try:
            asyncio.run(_serve(sys.stdin.buffer, out, load_settings()))
        except AgentError as stopped:
            _say_stop(out, stopped)


def _say_stop(out: BinaryIO, stopped: AgentError) -> None:
    out.write(STOP + str(stopped).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
