"""What stands round an issue: comments, timeline, links; releases, changelogs and progress."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def _key(name: str, kind: Any) -> Any:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _must(name: str, kind: Any) -> Any:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Adds columns to the issues, which a database does without rewriting them, and makes the tables."""
    _columns_of_issues()
    _of_an_issue(
        "issue_comments",
        _key("external_id", sa.Text),
        sa.Column("author", sa.Text),
        _must("body", sa.Text),
        sa.Column("reactions", _JSON),
        sa.Column("created_at", _MOMENT),
        sa.Column("updated_at", _MOMENT),
    )
    _of_an_issue(
        "issue_timeline",
        _key("external_id", sa.Text),
        _must("kind", sa.String(60)),
        sa.Column("actor", sa.Text),
        sa.Column("at", _MOMENT),
        sa.Column("data", _JSON),
    )
    _of_an_issue(
        "issue_links",
        _key("target_repository", sa.String(220)),
        _key("target_number", sa.BigInteger),
        _key("kind", sa.String(20)),
        _key("via", sa.String(10)),
        sa.Column("actor", sa.Text),
        sa.Column("at", _MOMENT),
    )
    op.create_index("ix_issue_links_target", "issue_links", ["tenant", "target_number", "target_repository"])
    _beside_the_issues()


def _columns_of_issues() -> None:
    for column in (
        sa.Column("kind", sa.String(8), nullable=False, server_default="issue"),
        sa.Column("author", sa.Text),
        sa.Column("state_reason", sa.String(40)),
        sa.Column("comment_count", sa.Integer),
        sa.Column("participants", sa.Integer),
        sa.Column("reactions", _JSON),
        sa.Column("merged_at", _MOMENT),
        sa.Column("released_in", sa.String(200)),
        sa.Column("deleted_at", _MOMENT),
        sa.Column("duplicate_of", sa.String(240)),
    ):
        op.add_column("issues", column)
    # What belongs to an issue refers to both columns, so that it belongs to the same tenant.
    op.create_index("ux_issues_id", "issues", ["tenant", "id"], unique=True)
    op.create_index("ix_issues_number", "issues", ["tenant", "number"])


def _of_an_issue(name: str, *columns: Any) -> None:
    op.create_table(
        name,
        _key("tenant", sa.String(64)),
        _key("issue_id", sa.BigInteger),
        *columns,
        sa.ForeignKeyConstraint(
            ["tenant", "issue_id"], ["issues.tenant", "issues.id"], name="fk_issue_id", ondelete="CASCADE"
        ),
    )


def _beside_the_issues() -> None:
    op.create_table(
        "releases",
        _key("tenant", sa.String(64)),
        _key("repository", sa.String(220)),
        _key("tag", sa.String(200)),
        sa.Column("url", sa.Text),
        sa.Column("published_at", _MOMENT),
        _must("prerelease", sa.Boolean),
    )
    op.create_index("ix_releases_time", "releases", ["tenant", "repository", "published_at"])
    op.create_table(
        "progress",
        _key("tenant", sa.String(64)),
        _key("kind", sa.String(16)),
        _key("key", sa.Text),
        _must("state", _JSON),
        _must("updated_at", _MOMENT),
    )
    op.create_table(
        "changelog",
        _key("tenant", sa.String(64)),
        _key("product", sa.String(100)),
        _key("version", sa.String(60)),
        _key("position", sa.Integer),
        _must("line", sa.Text),
        sa.Column("released_at", _MOMENT),
        _must("source", sa.Text),
        _must("stored_at", _MOMENT),
    )
