"""Families of plans."""

from __future__ import annotations

import pytest

from agent.usage.account_rules import family


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("Max 20x", "max"),
        ("default_claude_max_20x", "max"),
        ("Claude Pro", "pro"),
        ("professional", None),
        (None, None),
    ],
)
def test_family(plan: str | None, expected: str | None) -> None:
    assert family(plan) == expected
