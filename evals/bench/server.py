"""A server of its own for measuring: a process on a free port of this machine, with an empty database."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

START_SECONDS = 60.0
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class ServerFailed(Exception):
    """The server did not come up, or did not stop."""


@dataclass(frozen=True)
class Server:
    """A running server: its address, its process, how long it took to be ready, and its environment."""

    url: str
    pid: int
    ready_s: float
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def serving(command: Sequence[str] = ("-m", "api.cli", "serve", "--port", "0")) -> Iterator[Server]:
    """`python COMMAND` until the block ends. Raises `ServerFailed`."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CASEWORKER_")}
        env = {**kept, "CASEWORKER_DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}"}
        log = folder / "server.log"
        started = time.perf_counter()
        with log.open("w") as out:
            process = subprocess.Popen([sys.executable, *command], stdout=out, stderr=out, env=env)
        try:
            url = _wait(process, log)
            yield Server(url, process.pid, time.perf_counter() - started, log, env)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def post_json(url: str, body: object) -> bytes:
    """The answer to one POST. Raises `OSError` for an error."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: bytes = answer.read()
        return found


def _wait(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        said = _ADDRESS.search(log.read_text(encoding="utf-8", errors="replace"))
        if said and _is_ready(said[0]):
            return said[0]
        time.sleep(0.05)
    raise ServerFailed(f"the server is not ready: {log.read_text(encoding='utf-8', errors='replace')[-500:]}")


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
