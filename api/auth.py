"""Who is calling: API keys with roles, or anybody on this machine while no key was ever made.

Once there was a key, a key is needed for ever: to revoke the last one shuts everybody out and lets
nobody in. Who can write to the database makes a new one with `caseworker keys create`.

A key is `cw_PREFIX_SECRET`: the prefix finds its row, and of the secret (256 random bits) only an
HMAC-SHA256 with the server's pepper is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from agent.diagnosis.diagnosis import ApiKey, Role
from agent.ports import KeyStore
from api.problems import Problem

CREATE_KEY = "caseworker keys create NAME --role reader|agent|admin"
_ROLES: tuple[Role, ...] = ("reader", "agent", "admin")
_KEY = re.compile(r"cw_([0-9a-f]{12})_([0-9a-f]{64})")
_NO_HASH = "0" * 64
_REMEMBERED_SECONDS = 1.0
"""How long a looked-up key is believed; so long may a revoked one still work."""
_MOST_REMEMBERED = 1_000
_TOUCH_SECONDS = 60.0
LOCAL = "local"


@dataclass(frozen=True)
class Caller:
    """Who calls. `name` is the id of the key, or "local" where no key is defined."""

    name: str
    role: Role

    @property
    def owner(self) -> str | None:
        """Whose diagnoses this caller may see: a reader their own, everybody else all (None)."""
        return self.name if self.role == "reader" else None

    @property
    def stamp(self) -> str | None:
        """The owner written on what this caller makes; None where no key is defined."""
        return None if self.name == LOCAL else self.name


@dataclass(frozen=True)
class NewKey:
    """A key just made. `shown` is the only time that its secret is seen."""

    shown: str
    prefix: str
    secret_hash: str


def new_key(pepper: str) -> NewKey:
    """A random key and what is stored of it."""
    prefix, secret = secrets.token_hex(6), secrets.token_hex(32)
    return NewKey(f"cw_{prefix}_{secret}", prefix, hash_secret(secret, pepper))


def hash_secret(secret: str, pepper: str) -> str:
    """What is stored of a key's secret: 64 hexadecimal digits."""
    return hmac.new(pepper.encode(), secret.encode(), hashlib.sha256).hexdigest()


def is_loopback(host: str | None) -> bool:
    """Whether an address or host name means this machine itself."""
    if host is None:
        return False
    if host.strip("[]").lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


class Doorkeeper:
    """Tells callers apart. Look-ups are remembered for a moment, so that a burst costs one."""

    def __init__(self, keys: KeyStore, pepper: str) -> None:
        self._keys, self._pepper = keys, pepper
        self._any: tuple[float, bool] = (0.0, False)
        self._found: dict[str, tuple[float, ApiKey, str]] = {}
        self._touched: dict[str, float] = {}

    async def caller(self, request: Request) -> Caller:
        """The caller of a request. Raises `Problem` 401 or 403."""
        if not await self._any_key():
            return self._local(request)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        matched = _KEY.fullmatch(given.strip()) if scheme.lower() == "bearer" else None
        if matched is None:
            raise _unauthorized("Send Authorization: Bearer cw_... with a key of this server.")
        found = await self._find(matched[1])
        known = found[1] if found else _NO_HASH
        same = hmac.compare_digest(hash_secret(matched[2], self._pepper), known)
        if found is None or not same or found[0].revoked_at is not None:
            raise _unauthorized("This key is not known here, or it was revoked.")
        await self._touch(found[0].id)
        return Caller(found[0].id, found[0].role)

    def _local(self, request: Request) -> Caller:
        """Anybody on this machine. A web page that points a name of its own at it is not let in."""
        client = request.client.host if request.client else None
        if not is_loopback(client) or not is_loopback(request.url.hostname):
            detail = f"No API key is defined, so only this machine is answered. Create one: {CREATE_KEY}."
            raise Problem(403, "loopback-only", detail)
        return Caller(LOCAL, "admin")

    async def _any_key(self) -> bool:
        until, known = self._any
        if time.monotonic() >= until:
            known = await self._keys.any()
            self._any = (time.monotonic() + _REMEMBERED_SECONDS, known)
        return known

    async def _find(self, prefix: str) -> tuple[ApiKey, str] | None:
        remembered = self._found.get(prefix)
        if remembered and time.monotonic() < remembered[0]:
            return remembered[1], remembered[2]
        found = await self._keys.find(prefix)
        if found:
            if len(self._found) >= _MOST_REMEMBERED:
                self._found.clear()
            self._found[prefix] = (time.monotonic() + _REMEMBERED_SECONDS, *found)
        return found

    async def _touch(self, key_id: str) -> None:
        now = time.monotonic()
        if now - self._touched.get(key_id, -_TOUCH_SECONDS) >= _TOUCH_SECONDS:
            self._touched[key_id] = now
            await self._keys.touch(key_id)


def _unauthorized(detail: str) -> Problem:
    return Problem(401, "unauthorized", detail, headers={"www-authenticate": 'Bearer realm="caseworker"'})


async def find_caller(request: Request) -> Caller:
    """The caller of a request, whatever their role. Raises `Problem` 401 or 403."""
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    return await doorkeeper.caller(request)


def at_least(role: Role) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency: a caller with this role or a higher one. Raises `Problem` 403 for a lower one."""

    async def allowed(caller: AnyCaller) -> Caller:
        if _ROLES.index(caller.role) < _ROLES.index(role):
            detail = f"This needs a key with the role {role}; this one is a {caller.role}'s."
            raise Problem(403, "forbidden", detail)
        return caller

    return allowed


AnyCaller = Annotated[Caller, Depends(find_caller)]
AgentCaller = Annotated[Caller, Depends(at_least("agent"))]
AdminCaller = Annotated[Caller, Depends(at_least("admin"))]
