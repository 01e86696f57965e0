"""A budget shrinks by what a reply used, and never below nothing."""

from __future__ import annotations

from agent.diagnosis.model import Budget, ModelReply, ModelUsage

WHOLE = Budget(tokens=1000, seconds=10, usd=0.5)


def test_a_reply_is_taken_off() -> None:
    usage = ModelUsage(input_tokens=100, output_tokens=20, cache_read_tokens=300, cache_write_tokens=5)
    left = WHOLE.after(ModelReply(outcome="ok", usage=usage, usd=0.125, latency_ms=2500))
    assert left == Budget(tokens=575, seconds=7.5, usd=0.375)
    assert not left.spent


def test_a_failed_reply_is_paid_too_and_nothing_goes_below_zero() -> None:
    left = WHOLE.after(ModelReply(outcome="timeout", latency_ms=99_000))
    assert left.seconds == 0
    assert left.spent
    assert left.after(ModelReply(outcome="ok", usd=9.0)).usd == 0


def test_a_recorded_reply_costs_nothing() -> None:
    assert WHOLE.after(ModelReply(outcome="ok", recorded=True)) == WHOLE
