"""Which index the rows of a tenant make up, and whether it has been filled."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from agent.issues.tokens import VERSION
from agent.store.index.packed import MOST_BODY_TERMS, MOST_COUNT, TITLE_WEIGHT
from agent.store.tables import meta

KEY = "index"
FORMAT = f"2.{TITLE_WEIGHT}.{MOST_BODY_TERMS}.{MOST_COUNT}.{VERSION}"
"""Changes with how issues become tokens and with how these are kept: then the rows are made anew."""
_VALUE = select(meta.c.value).where(meta.c.key == KEY)


class Named(NamedTuple):
    """What `meta` says of the index. `name` is drawn anew whenever its rows are made anew."""

    format: str
    name: str
    is_filled: bool


def read(value: str | None) -> Named:
    """What the value of the key says; of an absent one, that nothing is filled."""
    form, _, rest = (value or "").partition(" ")
    name, _, filled = rest.partition(" ")
    return Named(form, name, form == FORMAT and filled == "filled")


def named(connection: Connection) -> Named:
    """What is kept for the tenant. A folder that holds an index of another name is stale."""
    return read(connection.scalar(_VALUE))


def write(connection: Connection, name: str | None, *, is_filled: bool) -> str:
    """Keeps the name (a new one for None) and whether all issues have their rows; gives the name."""
    name = name or secrets.token_hex(8)
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    value = f"{FORMAT} {name} {'filled' if is_filled else 'filling'}"
    statement = insert(meta).values(key=KEY, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["tenant", "key"], set_={"value": value})
    )
    return name
