"""`keys`: API keys made, listed and revoked. A key's secret is shown once, when it is made."""

from __future__ import annotations

import asyncio

from agent.compose import open_services
from agent.diagnosis.diagnosis import ApiKey, Role
from agent.errors import BadInput
from api.auth import CREATE_KEY, new_key
from api.environment import load_settings

_LONGEST_NAME = 100
_NEW = f"Create one: {CREATE_KEY}."


def create(name: str, role: Role) -> str:
    """Make a key and say it. Raises `BadInput` for a name that is empty or too long."""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise BadInput(f"A key's name has 1 to {_LONGEST_NAME} printable characters.")
    settings = load_settings()
    made = new_key(settings.key_pepper.get_secret_value())

    async def keep() -> ApiKey:
        async with open_services(settings) as services:
            return await services.keys.create(name.strip(), role, made.secret_hash, made.prefix)

    kept = asyncio.run(keep())
    return f"{made.shown}\nThis is key {kept.id}, role {role}. It is shown this once; keep it safe."


def list_keys() -> str:
    """One line a key: id, role, name, and when it was made, used and revoked."""

    async def find() -> list[ApiKey]:
        async with open_services(load_settings()) as services:
            return await services.keys.list()

    keys = asyncio.run(find())
    return "\n".join(_line(key) for key in keys) if keys else "No API key is defined."


def revoke(key_id: str) -> str:
    """Refuse a key from now on. Raises `BadInput` where there is none that is in force."""

    async def refuse() -> tuple[bool, bool]:
        async with open_services(load_settings()) as services:
            revoked = await services.keys.revoke(key_id)
            return revoked, any(key.revoked_at is None for key in await services.keys.list())

    revoked, some_left = asyncio.run(refuse())
    if not revoked:
        raise BadInput(f"No key in force has the id {key_id!r}; `caseworker keys list` shows them.")
    # Whoever is on this machine does not become an admin again by it.
    last = "" if some_left else f" It was the last: the service answers nobody until there is another. {_NEW}"
    return f"Key {key_id} is revoked.{last}"


def _line(key: ApiKey) -> str:
    used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    end = f", revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
    when = f"made {key.created_at:%Y-%m-%d}, {used}{end}"
    return f"{key.id}  cw_{key.prefix}_...  {key.role:<6}  {key.name}  {when}"
