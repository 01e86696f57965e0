"""`chat`: a conversation in the terminal. It asks its question, takes the answer and goes on.

In a terminal a message ends with its line, or with the last line of a paste; from a pipe, with a blank
line. Nothing of a conversation is stored.
"""

from __future__ import annotations

import asyncio
import io
import os
import select
import sys
import textwrap
from collections.abc import Iterator
from typing import BinaryIO

from agent.errors import BadInput, TooLarge
from agent.settings import ModelMode, Settings
from api.environment import load_settings
from api.paste import decode, stdin_is_terminal

HELLO = "Paste the error, or say what fails. Ctrl-D ends."
GOODBYE = "Goodbye. Nothing of this conversation was stored."
LEAVE = ("exit", "quit", "bye")
PROMPT = "> "
_PASTE_PAUSE = 0.15
"""Seconds without another line after which a paste is taken to be complete."""
_WIDTHS = (60, 100)


def converse(model: ModelMode | None = None) -> None:
    """Talk until the case is closed or the input ends; `model` wins over the setting. Raises `AgentError`."""
    settings = load_settings(model)
    if sys.stdin is None:
        raise BadInput("stdin is closed.")
    terminal = stdin_is_terminal()
    try:
        asyncio.run(_talk(settings, terminal))
    except KeyboardInterrupt:
        _say(f"\n{GOODBYE}", terminal)


async def _talk(settings: Settings, terminal: bool) -> None:
    from agent.compose import open_context
    from api.answers import answer
    from api.conversation import Message, Standing, after, close, is_closing, join, settle

    async with open_context(settings) as context:
        for note in context.notes:
            sys.stderr.write(f"{note}\n")
        _say(HELLO, terminal)
        standing = Standing()
        for content in messages(sys.stdin.buffer, terminal, settings.max_input_bytes):
            if isinstance(content, BadInput):
                _say(str(content), terminal)
                continue
            message = Message(content)
            if standing.case is not None and is_closing(standing, message):
                _say(close(standing.case, standing.question, context.catalogue).reply.text, terminal)
                return
            try:
                case = join(standing, message, context.catalogue, settings.max_input_bytes)
            except BadInput as bad:
                _say(str(bad), terminal)
                continue
            found = await answer(case, context)
            step = settle(standing, case, found, context.catalogue)
            standing = after(standing, step, found)
            _say(step.reply.text, terminal)
        _say(f"\n{GOODBYE}" if terminal else GOODBYE, terminal)


def messages(stream: BinaryIO, terminal: bool, limit: int) -> Iterator[str | BadInput]:
    """What is typed or piped in, message by message; `BadInput` in place of one that cannot be read."""
    while True:
        if terminal:
            sys.stdout.write(PROMPT)
            sys.stdout.flush()
        raw = _pasted(stream) if terminal else _paragraph(stream)
        if raw is None:
            return
        if len(raw) > limit:
            yield TooLarge(size=len(raw), limit=limit)
            continue
        try:
            content = decode(raw, "The message").strip()
        except BadInput as bad:
            yield bad
            continue
        if content.lower() in LEAVE:
            return
        if content:
            yield content


def _pasted(stream: BinaryIO) -> bytes | None:
    """One line of a terminal, with the lines that follow at once: a paste. None at the end."""
    descriptor = _descriptor(stream)
    if descriptor is None:
        return stream.readline() or None
    parts = [os.read(descriptor, 65_536)]
    while parts[-1] and select.select([descriptor], [], [], _PASTE_PAUSE)[0]:
        parts.append(os.read(descriptor, 65_536))
    return b"".join(parts) or None


def _descriptor(stream: BinaryIO) -> int | None:
    """The number to wait on for more lines; None where the system or the stream has none."""
    if os.name != "posix":
        return None
    try:
        return stream.fileno()
    except io.UnsupportedOperation:
        return None


def _paragraph(stream: BinaryIO) -> bytes | None:
    """The lines up to the next blank one. None at the end."""
    lines: list[bytes] = []
    for line in iter(stream.readline, b""):
        if line.strip():
            lines.append(line)
        elif lines:
            break
    return b"".join(lines) or None


def _say(text: str, terminal: bool) -> None:
    narrowest, widest = _WIDTHS
    columns = os.get_terminal_size().columns if sys.stdout.isatty() else widest
    width = max(narrowest, min(columns, widest))
    for line in text.split("\n"):
        indent = "   " if line[:1].isdigit() else ""
        shown = textwrap.fill(
            line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        sys.stdout.write(shown + "\n")
    if terminal or text != HELLO:
        sys.stdout.write("\n")
    sys.stdout.flush()
