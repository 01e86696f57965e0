"""`serve`: looks whether it may start, then runs the HTTP service until a signal stops it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import tempfile

import uvicorn
from uvicorn.supervisors import Multiprocess

from agent.compose import Services, open_services
from agent.errors import AgentError
from agent.settings import ModelMode, Settings
from api.auth import CREATE_KEY, is_loopback
from api.environment import load_settings
from api.metrics import SHARED_FOLDER

_APP = "api.app:create_worker"
_STUCK_SECONDS = 5
"""After the runs have ended: how long connections may take that do not close by themselves."""


class NoKey(AgentError):
    """No API key is defined, so only loopback addresses can be served, not {host}. Create one: {how}."""


class CannotListen(AgentError):
    """{host}:{port} cannot be listened on: {why}."""


def serve(host: str, port: int, workers: int, model: ModelMode | None = None) -> None:
    """Serve until a signal; `model` wins over the setting.

    Raises `AgentError` where the environment does not allow it.
    """
    settings = load_settings(model)
    config = uvicorn.Config(
        _APP,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_STUCK_SECONDS,
        lifespan="on",
    )
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    if workers == 1:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_serve_alone(config, settings))
        return
    asyncio.run(_may_start(settings, host))
    # The workers read the environment anew.
    os.environ["CASEWORKER_MODEL"] = settings.model
    listening = _listening(host, port)
    with tempfile.TemporaryDirectory(prefix="caseworker-") as counts:
        os.environ[SHARED_FOLDER] = counts
        _Workers(config, sockets=[listening]).run()


class _Workers(Multiprocess):
    """Several processes. A second stop signal is passed on to them, and then they do not wait."""

    def join_all(self) -> None:
        """Wait until every process has ended."""
        while alive := [worker.process for worker in self.processes if worker.process.is_alive()]:
            while self.signal_queue:
                self.signal_queue.pop()
                for process in alive:
                    process.terminate()
            alive[0].join(0.2)
        super().join_all()


async def _serve_alone(config: uvicorn.Config, settings: Settings) -> None:
    """One process: the services that were looked at are the ones that the app works with."""
    from api.app import create_app
    from api.roads import usual_number

    async with open_services(settings) as services:
        await _check_key(services, config.host)
        listening = _listening(config.host, config.port)
        many = usual_number() if settings.road_processes is None else settings.road_processes
        config.app = lambda: create_app(settings, services=services, own_process=True, road_processes=many)
        await uvicorn.Server(config).serve(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    """A bound socket, said on stderr. From here on a stop signal is no failure."""
    listening = listen(host, port)
    # The server raises the signal again once it has stopped.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    sys.stderr.write(f"caseworker: http://{_shown(host)}:{listening.getsockname()[1]}, stop with Ctrl-C\n")
    return listening


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises `CannotListen`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as bad:
        raise CannotListen(host=host, port=port, why=bad.strerror or str(bad)) from None
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as bad:
        listening.close()
        raise CannotListen(host=host, port=port, why=bad.strerror or str(bad)) from None
    listening.set_inheritable(True)
    return listening


async def _may_start(settings: Settings, host: str) -> None:
    async with open_services(settings) as services:
        await _check_key(services, host)


async def _check_key(services: Services, host: str) -> None:
    if not is_loopback(host) and not await services.keys.any():
        raise NoKey(host=host, how=CREATE_KEY)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
