"""The tables round an issue: comments, timeline, links; releases, changelogs, and how far a reader came."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, Index, Integer, String, Table

from agent.store.tables import PlainText, UtcTime, issues, json_or_null, metadata

__all__ = [
    "changelog", "issue_comments", "issue_links", "issue_timeline", "metadata", "progress", "releases",
]  # fmt: skip


def _of_an_issue() -> ForeignKeyConstraint:
    """The row belongs to an issue of the same tenant and goes with it."""
    return ForeignKeyConstraint(
        ["tenant", "issue_id"], [issues.c.tenant, issues.c.id], name="fk_issue_id", ondelete="CASCADE"
    )


issue_comments = Table(
    "issue_comments",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("issue_id", BigInteger, primary_key=True, autoincrement=False),
    Column("external_id", PlainText, primary_key=True),
    Column("author", PlainText),
    Column("body", PlainText, nullable=False),
    Column("reactions", json_or_null),
    Column("created_at", UtcTime),
    Column("updated_at", UtcTime),
    _of_an_issue(),
)
"""`external_id` is the forge's own id, or a digest of author, time and text where it gave none."""

issue_timeline = Table(
    "issue_timeline",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("issue_id", BigInteger, primary_key=True, autoincrement=False),
    Column("external_id", PlainText, primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("actor", PlainText),
    Column("at", UtcTime),
    Column("data", json_or_null),
    _of_an_issue(),
)
"""`kind` is the name of the event in the REST API, such as "closed" or "cross-referenced"."""

issue_links = Table(
    "issue_links",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("issue_id", BigInteger, primary_key=True, autoincrement=False),
    Column("target_repository", String(220), primary_key=True),
    Column("target_number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(20), primary_key=True),
    Column("via", String(10), primary_key=True),
    Column("actor", PlainText),
    Column("at", UtcTime),
    _of_an_issue(),
    Index("ix_issue_links_target", "tenant", "target_number", "target_repository"),
)
"""Directed from the issue to the target, which need not be stored; for the kinds see `IssueLink`."""

releases = Table(
    "releases",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("repository", String(220), primary_key=True),
    Column("tag", String(200), primary_key=True),
    Column("url", PlainText),
    Column("published_at", UtcTime),
    Column("prerelease", Boolean, nullable=False),
    Index("ix_releases_time", "tenant", "repository", "published_at"),
)

progress = Table(
    "progress",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("key", PlainText, primary_key=True),
    Column("state", json_or_null, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)
"""Where an interrupted import or sync goes on. `kind` is "import" or "sync"."""

changelog = Table(
    "changelog",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("product", String(100), primary_key=True),
    Column("version", String(60), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("line", PlainText, nullable=False),
    Column("released_at", UtcTime),
    Column("source", PlainText, nullable=False),
    Column("stored_at", UtcTime, nullable=False),
)
"""One line of a changelog; `position` counts the lines of a version from 0."""
