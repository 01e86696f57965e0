"""Names of buckets and native objects."""

from __future__ import annotations

from agent.usage.figures import Figures
from agent.usage.native import bucket_name, read_native


def test_names() -> None:
    assert [bucket_name(k) for k in ("session_5h", "Five-Hour", "Weekly", "cpu", 3)] == [
        "session_5h", "session_5h", "weekly_all", None, None,
    ]  # fmt: skip


def test_remaining_percent_is_turned_into_used() -> None:
    figures = Figures()
    assert read_native({"session": {"remaining_percent": 35}}, figures)
    assert figures.buckets[0].used_percent == 65
    assert not read_native({"cpu": 3}, figures)
