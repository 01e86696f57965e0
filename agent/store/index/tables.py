"""The tables that issues are found by. All can be made anew from the issues."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from agent.store.knowledge_tables import metadata

__all__ = ["index_blocks", "issue_postings", "issue_tokens", "metadata", "search_models"]

issue_tokens = Table(
    "issue_tokens",
    metadata,
    Column("issue_id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("tenant", String(64), nullable=False),
    Column("change", BigInteger, nullable=False),
    Column("created", BigInteger),
    Column("tokens", LargeBinary),
    Column("length", Integer, nullable=False),
    Column("vector", LargeBinary),
    Index("ux_issue_tokens_change", "tenant", "change", unique=True),
)
"""What the index knows of an issue; the row outlives the issue, so that a cache learns that it is gone.

`change` grows with every change of the tenant's rows, `created` is in seconds since 1970, `tokens` is packed
(see `packed.py`) and null for an issue that is gone, `length` counts a title's tokens as the index does,
`vector` begins with the number of the model that made it.
"""

issue_postings = Table(
    "issue_postings",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("term", Text, primary_key=True),
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("docs", Integer, nullable=False),
    Column("postings", ARRAY(BigInteger).with_variant(LargeBinary, "sqlite"), nullable=False),
    Index("ix_issue_postings_block", "tenant", "block"),
)
"""Filled on PostgreSQL only: where a term stands, and how often. See `postings.py`."""

index_blocks = Table(
    "index_blocks",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("level", Integer, nullable=False),
    Column("docs", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
)
"""How many issues, with how many tokens, each block of writing added (or took away, where negative).

On SQLite there is one row a tenant. On PostgreSQL a row for each block of postings: writers that add one
do not wait for each other.
"""

search_models = Table(
    "search_models",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("issues", BigInteger, nullable=False),
    Column("model", LargeBinary, nullable=False),
)
"""The tenant's latent model (see `latent.py`), and how many issues there were when it was fitted."""
