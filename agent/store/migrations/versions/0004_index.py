"""The tables of the index; the full text of the databases goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"

_ON_SQLITE = (
    "DROP TRIGGER issues_fts_insert",
    "DROP TRIGGER issues_fts_delete",
    "DROP TRIGGER issues_fts_update",
    "DROP TABLE issues_fts",
)
_ON_POSTGRESQL = (
    "ALTER TABLE issues DROP COLUMN search",
    "CREATE SEQUENCE issue_changes",
)


def upgrade() -> None:
    """Makes the tables, empty: the issues that are there are indexed when the store is opened."""
    op.create_table(
        "issue_tokens",
        sa.Column(
            "issue_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger),
        sa.Column("tokens", sa.LargeBinary),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("vector", sa.LargeBinary),
    )
    op.create_index("ux_issue_tokens_change", "issue_tokens", ["tenant", "change"], unique=True)
    op.create_table(
        "issue_postings",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("term", sa.Text, primary_key=True),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("docs", sa.Integer, nullable=False),
        sa.Column("postings", ARRAY(sa.BigInteger).with_variant(sa.LargeBinary, "sqlite"), nullable=False),
    )
    op.create_index("ix_issue_postings_block", "issue_postings", ["tenant", "block"])
    op.create_table(
        "index_blocks",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("docs", sa.BigInteger, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "search_models",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("issues", sa.BigInteger, nullable=False),
        sa.Column("model", sa.LargeBinary, nullable=False),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _ON_SQLITE if is_sqlite else _ON_POSTGRESQL:
        op.execute(statement)
