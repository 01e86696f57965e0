"""Figures in words."""

from __future__ import annotations

from agent.usage.account import Bucket
from agent.usage.wording import money, percents


def test_words() -> None:
    bucket = Bucket(name="weekly_all", used_percent=73.7, basis="claimed")
    assert percents([bucket]) == "the weekly window at 73.7 % used (claimed)"
    assert (money(139.55, "CAD"), money(0, None)) == ("139.55 CAD", "0.00")
