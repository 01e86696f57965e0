"""What was put is there for the next run, of the same tenant only."""

from __future__ import annotations

from typing import Any

import pytest

from agent.store.progress import SqlProgress

pytestmark = pytest.mark.anyio


async def test_put_get_and_forget(open_as: Any) -> None:
    async with open_as("one") as one, open_as("two") as two:
        mine, theirs = SqlProgress(one), SqlProgress(two)
        assert await mine.get("import", "key") == {}
        await mine.put("import", "key", {"rows": 1})
        await mine.put("import", "key", {"rows": 2, "line": 3})
        assert await mine.get("import", "key") == {"rows": 2, "line": 3}
        assert await mine.get("sync", "key") == {}
        assert await theirs.get("import", "key") == {}
        await theirs.forget("import", "key")
        assert await mine.get("import", "key") == {"rows": 2, "line": 3}
        await mine.forget("import", "key")
        assert await mine.get("import", "key") == {}
