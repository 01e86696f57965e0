"""Signs of the account: present, absent and unknown."""

from __future__ import annotations

import pytest

from agent.causes.account_signs import SIGNS
from tests.agent.causes.readings import RULE, Row, account, check, window

READINGS: list[Row] = [
    (
        "usage.windows",
        {"state": "low"},
        account(buckets=[window("session_5h", 0)]),
        account(buckets=[window("session_5h", 0), window("weekly_all", 97)]),
    ),
    (
        "usage.windows",
        {"state": "exhausted"},
        account(buckets=[window("weekly_all", 100)]),
        account(buckets=[window("weekly_all", 60)]),
    ),
    (
        "usage.bucket",
        {"name": "extra_usage_cap", "at_least": 99.5},
        account(buckets=[window("extra_usage_cap", 100)]),
        account(buckets=[window("extra_usage_cap", 28)]),
    ),
    (
        "usage.bucket",
        {"name": "extra_usage_balance", "left_below": 0.01},
        account(buckets=[window("extra_usage_balance", None, remaining=0)]),
        account(buckets=[window("extra_usage_balance", None, remaining=17)]),
    ),
    ("usage.lane", {"is": ["extra_usage"]}, account(lane="extra_usage"), account(lane="plan")),
    (
        "usage.verdict",
        {"is": ["contradiction"]},
        account(verdict="contradiction"),
        account(verdict="consistent"),
    ),
    (
        "usage.flag",
        {"name": "extra_usage_enabled"},
        account(flags={"extra_usage_enabled": True}),
        account(flags={"extra_usage_enabled": False}),
    ),
    ("usage.contradiction", {"any": ["r"]}, account(contradictions=[RULE]), None),
]


@pytest.mark.parametrize("row", READINGS, ids=lambda row: row[0])
def test_a_sign_is_present_absent_or_unknown(row: Row) -> None:
    check(*row)


def test_every_sign_is_read_here() -> None:
    assert set(SIGNS) - {"error.none", "env.conflict"} == {sign for sign, *_ in READINGS}
