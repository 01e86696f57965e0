"""Diagnoses with their events, votes and decisions; idempotency keys, threads and API keys."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

_VOTE_FIELDS = ("works", "easy_fix", "time_saver", "blocking", "common_issue", "reproducible")


def _key(name: str, kind: Any) -> Any:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _must(name: str, kind: Any) -> Any:
    return sa.Column(name, kind, nullable=False)


def _of(column: str, table: str) -> Any:
    return sa.ForeignKeyConstraint(
        ["tenant", column], [f"{table}.tenant", f"{table}.id"], name=f"fk_{column}", ondelete="CASCADE"
    )


_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_ID = sa.String(64)


def upgrade() -> None:
    """Makes the tables; those that exist are left alone."""
    _diagnoses()
    _around_a_diagnosis()
    _conversations_and_keys()


def _diagnoses() -> None:
    op.create_table(
        "diagnoses",
        _key("tenant", sa.String(64)),
        _key("id", _ID),
        sa.Column("owner", sa.Text),
        _must("state", sa.String(16)),
        _must("created_at", _MOMENT),
        _must("stored_at", _MOMENT),
        sa.Column("client_id", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("action", sa.String(16)),
        sa.Column("cause", sa.String(120)),
        sa.Column("confidence", sa.Float),
        sa.Column("summary", sa.Text),
        _must("submission", _JSON),
        sa.Column("answer", _JSON),
        sa.Column("problem", _JSON),
    )
    op.create_index("ix_diagnoses_time", "diagnoses", ["tenant", "created_at", "id"])
    op.create_index("ix_diagnoses_client", "diagnoses", ["tenant", "client_id"])
    op.create_table(
        "marks",
        _key("tenant", sa.String(64)),
        _key("kind", sa.String(16)),
        _key("value", sa.Text),
        _key("diagnosis_id", _ID),
        _of("diagnosis_id", "diagnoses"),
    )
    op.create_table(
        "events",
        _key("tenant", sa.String(64)),
        _key("diagnosis_id", _ID),
        _key("seq", sa.Integer),
        _must("name", sa.String(40)),
        sa.Column("data", _JSON),
        _of("diagnosis_id", "diagnoses"),
    )


def _around_a_diagnosis() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        _must("tenant", sa.String(64)),
        _must("diagnosis_id", _ID),
        _must("verdict", sa.String(16)),
        sa.Column("text", sa.Text),
        sa.Column("cause", sa.Text),
        _must("by", sa.Text),
        _must("at", _MOMENT),
        _of("diagnosis_id", "diagnoses"),
    )
    op.create_index("ix_decisions_diagnosis", "decisions", ["tenant", "diagnosis_id", "id"])
    op.create_table(
        "votes",
        _key("tenant", sa.String(64)),
        _key("diagnosis_id", _ID),
        _key("reader", sa.Text),
        *(sa.Column(name, sa.Boolean) for name in _VOTE_FIELDS),
        sa.Column("comment", sa.Text),
        _must("at", _MOMENT),
        _of("diagnosis_id", "diagnoses"),
    )
    op.create_table(
        "idempotency",
        _key("tenant", sa.String(64)),
        _key("owner", sa.Text),
        _key("key", sa.Text),
        _must("body_sha256", sa.String(64)),
        sa.Column("diagnosis_id", _ID),
        _must("lease_until", _MOMENT),
        _must("expires_at", _MOMENT),
    )
    op.create_index("ix_idempotency_expiry", "idempotency", ["tenant", "expires_at"])


def _conversations_and_keys() -> None:
    op.create_table(
        "threads",
        _key("tenant", sa.String(64)),
        _key("id", _ID),
        sa.Column("owner", sa.Text),
        _must("submission", _JSON),
        _must("turn_count", sa.Integer),
        _must("created_at", _MOMENT),
        _must("updated_at", _MOMENT),
    )
    op.create_index("ix_threads_time", "threads", ["tenant", "created_at", "id"])
    op.create_table(
        "turns",
        _key("tenant", sa.String(64)),
        _key("thread_id", _ID),
        _key("position", sa.Integer),
        _must("turn", sa.Integer),
        _must("role", sa.String(16)),
        _must("content", sa.Text),
        sa.Column("reply", _JSON),
        sa.Column("diagnosis_id", _ID),
        _must("changed", _JSON),
        _must("at", _MOMENT),
        _of("thread_id", "threads"),
    )
    op.create_table(
        "api_keys",
        _key("tenant", sa.String(64)),
        _key("id", _ID),
        _must("prefix", sa.String(40)),
        _must("name", sa.Text),
        _must("role", sa.String(16)),
        _must("secret_hash", sa.Text),
        _must("created_at", _MOMENT),
        sa.Column("last_used_at", _MOMENT),
        sa.Column("revoked_at", _MOMENT),
        sa.UniqueConstraint("tenant", "prefix", name="uq_api_keys_prefix"),
    )
