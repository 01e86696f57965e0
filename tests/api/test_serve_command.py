"""`serve`: what it looks at first, where it listens, and that it opens the database once."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import api.app
from agent.compose import open_services
from agent.errors import StoreUnavailable
from api import serve_command
from api.serve_command import CannotListen, NoKey, listen, serve


@pytest.fixture
def signals() -> Iterator[None]:
    """The signal handlers as they were, once `serve` has ended."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Gets an entry whenever the services are opened."""
    found: list[object] = []

    def counted(settings: Any) -> Any:
        found.append(settings)
        return open_services(settings)

    for module in (serve_command, api.app):
        monkeypatch.setattr(module, "open_services", counted)
    return found


def ask_then_stop(listening: socket.socket, number: int, answers: list[Any]) -> None:
    """From another thread: read /readyz of the server that comes up, then send this process a signal."""
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/readyz"
    until = time.monotonic() + 20
    while time.monotonic() < until and not answers:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answers.append(json.loads(answer.read()))
        except OSError:
            time.sleep(0.02)
    os.kill(os.getpid(), number)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_process_opens_the_database_once_and_a_stop_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], opened: list[object], number: int
) -> None:
    answers: list[Any] = []
    asking: list[threading.Thread] = []

    def overheard(host: str, port: int) -> socket.socket:
        listening = listen(host, port)
        asking.append(threading.Thread(target=ask_then_stop, args=(listening, number, answers)))
        asking[0].start()
        return listening

    monkeypatch.setattr(serve_command, "listen", overheard)
    serve("127.0.0.1", 0, 1)
    asking[0].join()
    assert answers[0]["status"] == "ready"
    assert len(opened) == 1
    said = capsys.readouterr().err
    assert said.startswith("caseworker: http://127.0.0.1:")
    assert said.count("\n") == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_without_a_key_only_loopback_is_served(monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    monkeypatch.setattr(serve_command, "listen", lambda *_: pytest.fail("it must not listen"))
    with pytest.raises(NoKey, match=r"not 0\.0\.0\.0.*caseworker keys create"):
        serve("0.0.0.0", 0, workers)


def test_a_database_that_cannot_be_used_is_said_before_anything_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", "sqlite:////proc/no/such/folder.sqlite3")
    monkeypatch.setattr(serve_command, "listen", lambda *_: pytest.fail("it must not listen"))
    with pytest.raises(StoreUnavailable):
        serve("127.0.0.1", 0, 1)


def test_a_port_that_is_taken_is_named() -> None:
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"127\.0\.0\.1:{port} cannot be listened on"):
            listen("127.0.0.1", port)
    with pytest.raises(CannotListen, match=r"no-such-host\.invalid"):
        listen("no-such-host.invalid", 0)


def test_a_second_signal_reaches_the_workers() -> None:
    class Stubborn:
        """A process that ends at its second signal."""

        left = 1

        def is_alive(self) -> bool:
            return self.left > 0

        def terminate(self) -> None:
            self.left -= 1

        def join(self, timeout: float | None = None) -> None:
            assert timeout is not None or not self.is_alive(), "it would wait for ever"

    workers = serve_command._Workers.__new__(serve_command._Workers)
    every = [Stubborn(), Stubborn()]
    workers.processes = [SimpleNamespace(process=one, join=one.join) for one in every]  # type: ignore[misc]
    workers.signal_queue = [signal.SIGTERM]
    workers.join_all()
    assert [one.left for one in every] == [0, 0]
    assert workers.signal_queue == []
