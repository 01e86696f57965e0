"""Which index a database has, and where its folder is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from agent.store.index.local import LocalIndex
from agent.store.index.postings import PostingsIndex
from agent.store.index.upkeep import folder_of, index_of


def test_the_database_decides() -> None:
    assert isinstance(index_of(make_url("sqlite:////a/b.sqlite3"), "default"), LocalIndex)
    assert isinstance(index_of(make_url("postgresql://h/d"), "default"), PostingsIndex)


@pytest.mark.parametrize("tenant", ["default", "..", "."])
def test_a_folder_stands_beside_the_file_whatever_a_tenant_is_called(tenant: str) -> None:
    folder = folder_of(make_url("sqlite:////a/b.sqlite3"), tenant)
    assert folder == Path("/a/b.sqlite3.index") / f"of-{tenant}"
    assert folder.resolve().parent == Path("/a/b.sqlite3.index")


def test_a_uri_has_no_folder() -> None:
    assert folder_of(make_url("sqlite:///file:/a/b.sqlite3?mode=ro&uri=true"), "default") is None
