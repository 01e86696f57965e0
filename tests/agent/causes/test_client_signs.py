"""Signs of what runs: present, absent and unknown."""

from __future__ import annotations

import pytest

from agent.causes.client_signs import SIGNS
from agent.causes.signs import read_sign
from agent.report.error_report import Conflict
from tests.agent.causes.readings import NOTHING, Row, check, report

READINGS: list[Row] = [
    (
        "client.version",
        {"below": "2.1.36"},
        report(environment={"client_version": "v2.1.7"}),
        report(environment={"client_version": "2.1.96"}),
    ),
    (
        "client.version",
        {"at_least": "2.1.36"},
        report(environment={"client_version": "2.1.36"}),
        report(environment={"client_version": "2.1.35"}),
    ),
    (
        "client.is",
        {"is": ["claude-code"]},
        report(environment={"client": "claude-code"}),
        report(environment={"client": "opencode"}),
    ),
    (
        "client.third_party",
        {},
        report(environment={"client": "opencode"}),
        report(says={"official-client-only": True}),
    ),
    ("product.is", {"is": ["claude-code"]}, report(product="claude-code"), report(product="other")),
    (
        "env.plan",
        {"is": ["max"]},
        report(environment={"plan": "max-20x"}),
        report(environment={"plan": "pro"}),
    ),
    (
        "env.auth",
        {"is": ["api_key"]},
        report(environment={"auth": "api_key"}),
        report(environment={"auth": "subscription"}),
    ),
    (
        "env.base_url",
        {"custom": True},
        report(environment={"base_url": "http://localhost:4000"}),
        report(environment={"base_url": "https://api.anthropic.com/v1"}),
    ),
    (
        "env.platform",
        {"is": ["darwin"]},
        report(environment={"platform": "darwin"}),
        report(environment={"platform": "linux"}),
    ),
    (
        "env.model",
        {"matches": ["1m"]},
        report(environment={"model": "claude-opus-4-6[1m]"}),
        report(environment={"model": "claude-opus-4-6"}),
    ),
    (
        "env.surface",
        {"is": ["cli"]},
        report(environment={"surface": "cli"}),
        report(environment={"surface": "vscode"}),
    ),
]


@pytest.mark.parametrize("row", READINGS, ids=lambda row: row[0])
def test_a_sign_is_present_absent_or_unknown(row: Row) -> None:
    check(*row)


def test_every_sign_is_read_here() -> None:
    assert set(SIGNS) - {"error.none", "env.conflict"} == {sign for sign, *_ in READINGS}


def test_a_conflict_is_known_either_way() -> None:
    clash = Conflict(field="client_version", readings=[])
    assert read_sign("env.conflict", {"field": "client_version"}, report(conflicts=[clash])) is True
    assert read_sign("env.conflict", {"field": "client_version"}, NOTHING) is False
