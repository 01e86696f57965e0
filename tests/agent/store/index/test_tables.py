"""The tables of the index are among the tenants' tables."""

from __future__ import annotations

from agent.store.index.tables import index_blocks, issue_postings, issue_tokens, metadata, search_models


def test_every_table_belongs_to_tenants() -> None:
    for table in (index_blocks, issue_postings, issue_tokens, search_models):
        assert metadata.tables[table.name] is table
        assert not table.c.tenant.nullable
