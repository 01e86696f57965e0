"""What every request passes first and every answer last: its id, its headers, its line in the log.

It also turns away requests while the server is stopping, and is the last resort for faults that
nobody foresaw.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from api.metrics import Metrics
from api.problems import Problem, internal
from api.runs import log_fault

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
_log = structlog.get_logger("http")


class Gate:
    """Whether new requests are taken."""

    def __init__(self) -> None:
        self.stopping = False


class Door:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, gate: Gate, metrics: Metrics) -> None:
        self._app, self._gate, self._metrics = app, gate, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or turn it away."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = _Passage(scope, send)
        started = time.perf_counter()
        try:
            if self._gate.stopping:
                problem = Problem(503, "stopping", "The server is being stopped.", retry_after=5)
                problem.headers["connection"] = "close"
                await problem.response()(scope, receive, passage.send)
            else:
                await self._app(scope, receive, passage.send)
        except ClientDisconnect:
            passage.status = passage.status or 499
        except Exception as bad:  # noqa: BLE001 - the edge of the service: nothing of it may be shown
            log_fault("unforeseen fault", bad)
            if passage.status == 0:
                await internal().response()(scope, receive, passage.send)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.answered(method, route, passage.status, seconds)
            _log.info(
                "answered", method=method, route=route, status=passage.status, ms=round(seconds * 1000, 1)
            )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


class _Passage:
    """One request's way through: what its answer gets, and which status it got."""

    def __init__(self, scope: Scope, send: Send) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        self.request_id = given if _SAFE_ID.fullmatch(given) else secrets.token_hex(12)
        self.status = 0
        self._send = send
        clear_contextvars()
        bind_contextvars(request_id=self.request_id)

    async def send(self, message: Message) -> None:
        """Pass a piece of the answer on; its first gets the headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(raw=_raw(message))
            headers["x-request-id"] = self.request_id
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            message["headers"] = headers.raw
        await self._send(message)


def _raw(message: Message) -> list[tuple[bytes, bytes]]:
    given: Any = message.get("headers", [])
    return list(given)
