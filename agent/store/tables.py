"""The tables as they are now. The migrations, not this file, make and change them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB


class UtcTime(TypeDecorator[datetime]):
    """A moment with its zone. SQLite keeps none, so values are stored in UTC and read back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """UTC for the database; a value without a zone is taken as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        """The moment with its zone."""
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()
json_type = JSON().with_variant(JSONB(), "postgresql")

issues = Table(
    "issues",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("tenant", String(64), nullable=False),
    Column("repository", String(220), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(40), nullable=False),
    Column("labels", json_type, nullable=False),
    Column("created_at", UtcTime),
    Column("updated_at", UtcTime),
    Column("closed_at", UtcTime),
    Column("signature", String(200)),
    Column("client_version", String(40)),
    Column("outcome", Text),
    Column("origin", String(16), nullable=False),
    Column("stored_at", UtcTime, nullable=False),
    UniqueConstraint("tenant", "repository", "number", name="uq_issues_thread"),
    Index("ix_issues_signature", "tenant", "signature"),
)
"""`origin` is "packaged" for a row that came with the product, "imported" for one that a user brought."""

meta = Table(
    "meta",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about the tenant's rows; key "known" holds the digest of the packaged rows that were loaded."""
