"""What `meta` says of the index."""

from __future__ import annotations

import pytest

from agent.store.database import Database
from agent.store.index.version import FORMAT, Named, named, read, write

pytestmark = pytest.mark.anyio


def test_an_index_of_another_format_is_not_filled() -> None:
    assert read(None) == Named("", "", False)
    assert read(f"{FORMAT} abc filled") == Named(FORMAT, "abc", True)
    assert read(f"{FORMAT} abc filling") == Named(FORMAT, "abc", False)
    assert not read("0 abc filled").is_filled


async def test_a_name_is_kept_until_another_is_drawn(database: Database) -> None:
    first = await database.write(lambda c: write(c, None, is_filled=False))
    assert await database.write(lambda c: write(c, first, is_filled=True)) == first
    assert await database.read(named) == Named(FORMAT, first, True)
    assert await database.write(lambda c: write(c, None, is_filled=False)) != first
