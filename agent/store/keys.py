"""The API keys of one tenant, by the part of them that is no secret."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from agent.diagnosis.diagnosis import ApiKey, Role
from agent.errors import BadInput
from agent.store.database import Database
from agent.store.tables import api_keys

_TOUCH_EVERY = timedelta(seconds=60)
"""A row is not written for every request: the last use is known to the minute."""


class SqlKeys:
    """`ports.KeyStore` on a SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._touched: dict[str, datetime] = {}

    async def create(self, name: str, role: Role, secret_hash: str, prefix: str) -> ApiKey:
        """A new key. Raises `BadInput` where the prefix is taken."""
        key = ApiKey(
            id=f"key_{secrets.token_hex(8)}", prefix=prefix, name=name, role=role,
            created_at=self._database.now(),
        )  # fmt: skip
        added = self._database.insert(api_keys).on_conflict_do_nothing(index_elements=["tenant", "prefix"])
        added = added.values(**key.model_dump(), secret_hash=secret_hash).returning(api_keys.c.id)
        if await self._database.write(lambda connection: connection.execute(added).first()) is None:
            raise BadInput("A key with this prefix exists already.")
        return key

    async def find(self, prefix: str) -> tuple[ApiKey, str] | None:
        """The key with this prefix and the hash of its secret; a revoked one too."""
        row = await self._database.one(select(api_keys).where(api_keys.c.prefix == prefix))
        return (_key(row), row.secret_hash) if row else None

    async def list(self) -> list[ApiKey]:
        """All keys, the oldest first, revoked ones too."""
        rows = await self._database.all(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id))
        return [_key(row) for row in rows]

    async def revoke(self, key_id: str) -> bool:
        """From now on the key is refused; False where there is no such key, or it was revoked before."""
        valid = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
        revoked = update(api_keys).where(valid).values(revoked_at=self._database.now())
        return await self._database.change(revoked) == 1

    async def any(self) -> bool:
        """Whether a key was ever made; a revoked one counts, so that to revoke the last opens no door."""
        return await self._database.one(select(api_keys.c.id).limit(1)) is not None

    async def touch(self, key_id: str) -> None:
        """The key was used now; kept to the minute."""
        now = self._database.now()
        last = self._touched.get(key_id)
        if last is not None and now - last < _TOUCH_EVERY:
            return
        self._touched[key_id] = now
        used = update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=now)
        await self._database.change(used)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey.model_validate({name: row._mapping[name] for name in ApiKey.model_fields})
