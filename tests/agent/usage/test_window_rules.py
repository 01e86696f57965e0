"""The kinds that window rules look at."""

from __future__ import annotations

from agent.usage.window_rules import LIMIT_KINDS


def test_money_and_throttling_are_not_about_windows() -> None:
    assert not LIMIT_KINDS & {"credit_balance", "workspace_limit", "throttled", "api_rate"}
    assert "plan_limit" in LIMIT_KINDS
