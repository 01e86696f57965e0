"""What the lane rules share."""

from __future__ import annotations

from agent.usage.account import Bucket, UsageAssessment
from agent.usage.lane_rules import open_windows, plan_words


def test_one_spent_window_closes_the_plan() -> None:
    low = Bucket(name="session_5h", used_percent=3, basis="claimed")
    spent = Bucket(name="weekly_all", used_percent=100, basis="claimed")
    assert open_windows(UsageAssessment(buckets=[low])) == [low]
    assert open_windows(UsageAssessment(buckets=[low, spent])) == []
    said = UsageAssessment(buckets=[spent], flags={"limits_not_reached": True})
    assert plan_words(said) is None  # a figure beats a statement
