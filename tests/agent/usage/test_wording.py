"""Figures in words."""

from __future__ import annotations

from agent.usage.account import Bucket
from agent.usage.wording import money, percents, sentence


def test_words() -> None:
    bucket = Bucket(name="weekly_all", used_percent=73.7, basis="claimed")
    assert percents([bucket]) == "the weekly window is at 73.7 % (claimed)"
    assert sentence("the plan is low") == "The plan is low."
    assert (money(139.55, "CAD"), money(0, None)) == ("139.55 CAD", "0.00")
