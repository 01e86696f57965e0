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

from agent.compose import open_services
from agent.errors import AgentError
from agent.settings import Settings
from api.auth import CREATE_KEY, is_loopback
from api.environment import load_settings
from api.metrics import SHARED_FOLDER

_APP = "api.app:create_app"
_STUCK_SECONDS = 5
"""After the runs have ended: how long connections may take that do not close by themselves."""


class NoKey(AgentError):
    """No API key is defined, so only loopback addresses can be served, not {host}. Create one: {how}."""


class CannotListen(AgentError):
    """{host}:{port} cannot be listened on: {why}."""


def serve(host: str, port: int, workers: int) -> None:
    """Serve until a signal. Raises `AgentError` where the environment does not allow it."""
    settings = load_settings()
    asyncio.run(_may_start(settings, host))
    listening = listen(host, port)
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
    # The server raises the signal again once it has stopped; a stop that was asked for is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    sys.stderr.write(f"caseworker: http://{_shown(host)}:{listening.getsockname()[1]}, stop with Ctrl-C\n")
    if workers == 1:
        uvicorn.Server(config).run(sockets=[listening])
        return
    with tempfile.TemporaryDirectory(prefix="caseworker-") as counts:
        os.environ[SHARED_FOLDER] = counts
        Multiprocess(config, sockets=[listening]).run()


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises `CannotListen`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.set_inheritable(True)
    except OSError as bad:
        raise CannotListen(host=host, port=port, why=bad.strerror or str(bad)) from None
    return listening


async def _may_start(settings: Settings, host: str) -> None:
    async with open_services(settings) as services:
        if not is_loopback(host) and not await services.keys.any():
            raise NoKey(host=host, how=CREATE_KEY)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
