"""Real `caseworker serve` processes on free ports of this machine, and PostgreSQL for them to share."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
START_SECONDS = 60.0


@dataclass(frozen=True)
class Served:
    """A server: its process, its port, and the file that gets all it says."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def said(self) -> str:
        """Everything on its stdout and stderr up to now."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self, number: int = signal.SIGTERM, seconds: float = 30.0) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


def as_in_a_terminal() -> None:
    """To be run in a new process: it takes Ctrl-C, also where what runs the tests is in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command(*arguments: str, url: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `caseworker ARGUMENTS` to its end on the database at `url`; `env` without its prefix."""
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments],
        env=_environment(url, env), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@contextmanager
def served(
    url: str,
    folder: Path,
    arguments: Sequence[str] = (),
    before: Callable[[], None] | None = None,
    **env: str,
) -> Iterator[Served]:
    """A server on the database at `url`, ready to answer; it is stopped where the block did not.

    `before` runs in the new process ahead of the program; `env` holds settings without their prefix.
    """
    log = folder / f"served-{time.monotonic_ns()}.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", "0", *arguments],
            env=_environment(url, env), stdout=out, stderr=out, preexec_fn=before,
        )  # fmt: skip
    try:
        yield Served(process, _ready(process, log), log)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment(url: str, env: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CASEWORKER_")}
    given = {f"CASEWORKER_{name.upper()}": value for name, value in env.items()}
    return {**kept, "CASEWORKER_DATABASE_URL": url, "COLUMNS": "100", **given}


def _ready(process: subprocess.Popen[bytes], log: Path) -> int:
    """The port, once the server answers on it."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        found = _ADDRESS.search(log.read_text(encoding="utf-8", errors="replace"))
        try:
            if found:
                urllib.request.urlopen(f"{found[0]}/readyz", timeout=5).close()
                return int(found[1])
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    raise AssertionError(f"the server did not come up: {log.read_text(encoding='utf-8')[-2000:]}")
