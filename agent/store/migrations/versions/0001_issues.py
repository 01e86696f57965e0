"""Issues with full-text search, and facts about the rows of a tenant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

# The full text is kept in step by the database itself, whoever writes. An external-content table
# holds no second copy of the bodies; detail stays full, because bm25() is wrong without it.
_SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE issues_fts USING fts5(
        title, body, outcome, content='issues', content_rowid='id', tokenize="porter unicode61 tokenchars '_'"
    )""",
    """CREATE TRIGGER issues_fts_insert AFTER INSERT ON issues BEGIN
        INSERT INTO issues_fts(rowid, title, body, outcome)
        VALUES (new.id, new.title, new.body, new.outcome);
    END""",
    """CREATE TRIGGER issues_fts_delete AFTER DELETE ON issues BEGIN
        INSERT INTO issues_fts(issues_fts, rowid, title, body, outcome)
        VALUES ('delete', old.id, old.title, old.body, old.outcome);
    END""",
    """CREATE TRIGGER issues_fts_update AFTER UPDATE OF title, body, outcome ON issues BEGIN
        INSERT INTO issues_fts(issues_fts, rowid, title, body, outcome)
        VALUES ('delete', old.id, old.title, old.body, old.outcome);
        INSERT INTO issues_fts(rowid, title, body, outcome)
        VALUES (new.id, new.title, new.body, new.outcome);
    END""",
)
_POSTGRESQL_SEARCH = (
    """ALTER TABLE issues ADD COLUMN search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A')
        || setweight(to_tsvector('english', left(body, 100000)), 'D')
        || setweight(to_tsvector('english', coalesce(outcome, '')), 'D')
    ) STORED""",
    "CREATE INDEX ix_issues_search ON issues USING gin (search)",
)


def upgrade() -> None:
    """Makes both tables and the search of the database at hand."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "issues",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("repository", sa.String(220), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("labels", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", moment),
        sa.Column("updated_at", moment),
        sa.Column("closed_at", moment),
        sa.Column("signature", sa.String(200)),
        sa.Column("client_version", sa.String(40)),
        sa.Column("outcome", sa.Text),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("stored_at", moment, nullable=False),
        sa.UniqueConstraint("tenant", "repository", "number", name="uq_issues_thread"),
    )
    op.create_index("ix_issues_signature", "issues", ["tenant", "signature"])
    op.create_table(
        "meta",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_SEARCH if is_sqlite else _POSTGRESQL_SEARCH:
        op.execute(statement)
