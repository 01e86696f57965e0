"""The tables as they are now. The migrations, not this file, make and change them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKeyConstraint,
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

from agent.store.json_text import plain_text


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


class PlainText(TypeDecorator[str]):
    """Text as every database can keep it: see `json_text.plain_text`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text that is kept."""
        return None if value is None else plain_text(value)


def _of(column: str, table: Table) -> ForeignKeyConstraint:
    """The row belongs to one of `table` of the same tenant and goes with it."""
    return ForeignKeyConstraint(
        ["tenant", column], [table.c.tenant, table.c.id], name=f"fk_{column}", ondelete="CASCADE"
    )


metadata = MetaData()
json_type = JSON().with_variant(JSONB(), "postgresql")
json_or_null = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
VOTE_FIELDS = ("works", "easy_fix", "time_saver", "blocking", "common_issue", "reproducible")

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
    Column("kind", String(8), nullable=False, server_default="issue"),
    Column("author", PlainText),
    Column("state_reason", String(40)),
    Column("comment_count", Integer),
    Column("participants", Integer),
    Column("reactions", json_or_null),
    Column("merged_at", UtcTime),
    Column("released_in", String(200)),
    Column("deleted_at", UtcTime),
    Column("duplicate_of", String(240)),
    UniqueConstraint("tenant", "repository", "number", name="uq_issues_thread"),
    Index("ix_issues_signature", "tenant", "signature"),
    Index("ix_issues_seen", "tenant", "signature", "created_at", "client_version", "kind"),
    Index("ux_issues_id", "tenant", "id", unique=True),
    Index("ix_issues_number", "tenant", "number"),
)
"""`origin` is "packaged" for a row that came with the product, "imported" for one that a user brought.

`kind` is "issue" or "pull". `duplicate_of` is "owner/name#n"; `released_in` the tag that first holds a pull.
What belongs to an issue stands in `knowledge_tables`.
"""

meta = Table(
    "meta",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about the tenant's rows; key "known" holds the digest of the packaged rows that were loaded."""

diagnoses = Table(
    "diagnoses",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("owner", PlainText),
    Column("state", String(16), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("stored_at", UtcTime, nullable=False),
    Column("client_id", PlainText),
    Column("title", PlainText),
    Column("action", String(16)),
    Column("cause", String(120)),
    Column("confidence", Float),
    Column("summary", PlainText),
    Column("submission", json_or_null, nullable=False),
    Column("answer", json_or_null),
    Column("problem", json_or_null),
    Index("ix_diagnoses_time", "tenant", "created_at", "id"),
    Index("ix_diagnoses_client", "tenant", "client_id"),
)
"""`state` is "running", "done" or "failed". What is said from `action` to `summary` repeats the answer."""

marks = Table(
    "marks",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("value", PlainText, primary_key=True),
    Column("diagnosis_id", String(64), primary_key=True),
    Column("seen_at", UtcTime),
    Column("case_key", String(64)),
    Column("client_version", String(40)),
    Column("platform", String(20)),
    Column("plan", String(40)),
    Column("lane", String(20)),
    Column("cause", String(120)),
    _of("diagnosis_id", diagnoses),
    Index("ix_marks_seen", "tenant", "kind", "value", "seen_at", "case_key"),
)
"""What a diagnosis is found by: `kind` is "signature" or "request_id".

From `seen_at` on a signature's mark says what waves are found in: when the report was written, and what
ran. `case_key` is the same for two reports of one case. All of it is null where nothing is counted.
"""

events = Table(
    "events",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("diagnosis_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), nullable=False),
    Column("data", json_or_null),
    _of("diagnosis_id", diagnoses),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("tenant", String(64), nullable=False),
    Column("diagnosis_id", String(64), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("text", PlainText),
    Column("cause", PlainText),
    Column("by", PlainText, nullable=False),
    Column("at", UtcTime, nullable=False),
    _of("diagnosis_id", diagnoses),
    Index("ix_decisions_diagnosis", "tenant", "diagnosis_id", "id"),
)
"""Every decision that was made; the one with the highest `id` holds."""

votes = Table(
    "votes",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("diagnosis_id", String(64), primary_key=True),
    Column("reader", PlainText, primary_key=True),
    *(Column(name, Boolean) for name in VOTE_FIELDS),
    Column("comment", PlainText),
    Column("at", UtcTime, nullable=False),
    _of("diagnosis_id", diagnoses),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("owner", PlainText, primary_key=True),
    Column("key", PlainText, primary_key=True),
    Column("body_sha256", String(64), nullable=False),
    Column("diagnosis_id", String(64)),
    Column("lease_until", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index("ix_idempotency_expiry", "tenant", "expires_at"),
)

threads = Table(
    "threads",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("owner", PlainText),
    Column("submission", json_or_null, nullable=False),
    Column("turn_count", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("ix_threads_time", "tenant", "created_at", "id"),
)

turns = Table(
    "turns",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("thread_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("turn", Integer, nullable=False),
    Column("role", String(16), nullable=False),
    Column("content", PlainText, nullable=False),
    Column("reply", json_or_null),
    Column("diagnosis_id", String(64)),
    Column("changed", json_or_null, nullable=False),
    Column("at", UtcTime, nullable=False),
    _of("thread_id", threads),
)
"""`position` counts the rows of a thread from 0; `turn` is the number that the reader sees."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("prefix", String(40), nullable=False),
    Column("name", PlainText, nullable=False),
    Column("role", String(16), nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
    UniqueConstraint("tenant", "prefix", name="uq_api_keys_prefix"),
)
