"""The nouns."""

from __future__ import annotations

from agent.usage.account import Bucket, UsageAssessment


def test_a_measured_bucket_comes_before_a_claimed_one() -> None:
    claimed = Bucket(name="session_5h", used_percent=3, basis="claimed")
    measured = Bucket(name="session_5h", used_percent=9, basis="measured")
    balance = Bucket(name="extra_usage_balance", remaining=5, basis="claimed")
    usage = UsageAssessment(buckets=[claimed, measured, balance])
    assert usage.bucket("session_5h") == measured
    assert usage.bucket("weekly_all") is None
    assert usage.plan_windows == [claimed, measured]
