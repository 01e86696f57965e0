"""`caseworker chat`: from a pipe, from a terminal, and what ends it."""

from __future__ import annotations

import io
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.errors import BadInput, TooLarge
from api.chat_command import GOODBYE, HELLO, messages

ROOT = Path(__file__).resolve().parents[2]
SEED = "\nMy plan is at 0% of my limit. Claude Code on Max.\n"


def test_a_piped_conversation_asks_takes_the_answer_and_closes(run, refusal: str) -> None:
    shown = run(
        "chat", stdin=f"{refusal}{SEED}\n\nthe official claude\n\n2.1.7\n\nthat fixed it, thanks\n\nmore\n"
    )
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith(HELLO)
    parts = ("Which program sends", "claude --version", "You run 2.1.7", "Do this:", "The case is closed")
    at = [shown.out.index(part) for part in parts]
    assert at == sorted(at)
    assert GOODBYE not in shown.out
    assert max(map(len, shown.out.split("\n"))) <= 100


@pytest.mark.parametrize("words", ["", "\n\n\n", "exit\n", "Quit"])
def test_nothing_said_ends_politely(run, words: str) -> None:
    shown = run("chat", stdin=words)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == f"{HELLO}\n{GOODBYE}\n\n"


def test_what_cannot_be_read_is_said_and_the_talk_goes_on(run, refusal: str, monkeypatch) -> None:
    monkeypatch.setenv("CASEWORKER_MAX_INPUT_BYTES", "2000")
    shown = run("chat", stdin=b"\0\x01binary\n\n" + b"x" * 2001 + b"\n\n" + refusal.encode() + b"\n")
    assert shown.code == 0
    for part in ("binary data", "at most 2000", "extra", GOODBYE):
        assert part in shown.out


def test_no_database_is_needed(run, refusal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", "sqlite:////proc/no/such/folder.sqlite3")
    shown = run("chat", stdin=refusal)
    assert shown.code == 0
    assert "cannot be opened" in shown.err
    assert "extra" in shown.out


def test_messages_of_a_pipe_end_with_a_blank_line() -> None:
    said = messages(io.BytesIO(b"\n\na\nb\n \nc\n\n\n\xff\xfe\n\nd"), False, 100)
    first, second, third, *rest = said
    assert (first, second) == ("a\nb", "c")
    assert isinstance(third, BadInput | str)
    assert rest[-1] == "d"


def test_a_message_over_the_limit_is_refused_alone() -> None:
    said = list(messages(io.BytesIO(b"x" * 11 + b"\n\nok\n"), False, 10))
    assert isinstance(said[0], TooLarge)
    assert said[1:] == ["ok"]


def _until(terminal: int, part: str, seconds: float = 20) -> str:
    """What the terminal shows up to `part`."""
    shown, end = b"", time.monotonic() + seconds
    while part.encode() not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                shown += os.read(terminal, 65_536)
            except OSError:  # the other side is gone
                break
    return shown.decode()


@pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal is needed")
def test_in_a_terminal_a_paste_is_one_message_and_ctrl_d_ends(refusal: str, database: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "api.cli", "chat"]
    with subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        assert "> " in _until(ours, "> ")
        os.write(ours, f"Claude Code v2.1.7\n\n{refusal}{SEED}".encode())
        reply = _until(ours, "Do this:") + _until(ours, "\n> ")
        assert "older" in reply or "outdated" in reply.lower()
        os.write(ours, b"\x04")
        assert GOODBYE in _until(ours, GOODBYE)
        assert process.wait(10) == 0
    os.close(ours)
