"""A process of our own: what it is told, what it says, and that it is gone in the end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api import child
from api.child import Child, ChildEnded

ECHO = "import sys\nfor line in sys.stdin: print(sys.argv[2], line, end='', flush=True)"
HALF = "import sys; sys.stdin.readline(); print('half', end='', flush=True); sys.exit(3)"


def test_lines_go_in_and_come_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_START", ECHO)

    async def scene() -> None:
        echo = await Child.start("it")
        await echo.say(b"one\n")
        await echo.say("zwei \u2028 é\n".encode())
        assert [await echo.line(), await echo.line()] == [b"it one", "it zwei \u2028 é".encode()]
        assert echo.is_alive
        await echo.end()
        assert not echo.is_alive
        await echo.say(b"nobody hears it\n")
        with pytest.raises(ChildEnded) as ended:
            await echo.line()
        assert ended.value.status == -signal.SIGKILL

    asyncio.run(scene())


def test_half_a_line_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_START", HALF)

    async def scene() -> None:
        half = await Child.start("it")
        await half.say(b"go\n")
        with pytest.raises(ChildEnded):
            await half.line()
        assert await half.ended() == 3
        await half.end()

    asyncio.run(scene())


def test_one_that_is_read_from_while_it_is_ended_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_START", ECHO)

    async def scene() -> None:
        echo = await Child.start("it")
        waiting = asyncio.create_task(echo.line())
        await asyncio.sleep(0)
        await asyncio.gather(echo.end(), echo.end())
        with pytest.raises(ChildEnded):
            await waiting

    asyncio.run(scene())


def test_the_module_is_ours_wherever_the_user_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "paste_worker.py").write_text("def main(): print('taken over', flush=True)\n")
    monkeypatch.chdir(tmp_path)

    async def scene() -> None:
        worker = await Child.start("api.paste_worker")
        await worker.say(b'{"submission": {"text": "529"}, "now": "2026-04-08T12:00:00+00:00"}\n')
        assert (await worker.line()).startswith(b'{"report"')
        os.kill(worker.pid, signal.SIGTERM)
        assert await worker.ended() == -signal.SIGTERM
        await worker.end()

    asyncio.run(scene())


def test_what_is_printed_does_not_stand_between_the_lines() -> None:
    code = (
        "from api.child import stdout_for_lines\n"
        "out = stdout_for_lines()\nprint('a library talks')\nout.write(b'a line\\n')\nout.flush()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("a line\n", "a library talks\n")
