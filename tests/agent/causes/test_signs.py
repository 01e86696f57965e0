"""Every sign reads present, absent and unknown from the evidence it looks at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.causes.signs import SIGNS, Evidence, check_use, read_sign, request_id_form, version_tuple
from agent.report.error_report import Conflict, ErrorEvent, ErrorReport, Reading, Statement
from agent.usage.account import Bucket, Contradiction, UsageAssessment


def event(**changes: Any) -> ErrorEvent:
    facts: dict[str, Any] = {
        "status": 400,
        "type": "invalid_request_error",
        "message": "You're out of extra usage.",
        "group": "usage-limits",
        "request_ids": ["req_011CZqwT95fczsmYtLxPyNk9"],
        "signature": "out-of-extra-usage",
        "retryable": False,
        "provider": "anthropic",
        "spans": [],
    }
    return ErrorEvent.model_validate(facts | changes)


def report(**facts: Any) -> Evidence:
    environment = {k: Reading(value=v, source="field") for k, v in facts.pop("environment", {}).items()}
    said = [Statement(id=k, affirmed=v, span=(0, 0)) for k, v in facts.pop("says", {}).items()]
    return Evidence(
        ErrorReport(text="", environment=environment, statements=said, **facts), UsageAssessment()
    )


def account(**facts: Any) -> Evidence:
    return Evidence(ErrorReport(text=""), UsageAssessment(**facts))


def window(name: str, used: float | None, **more: Any) -> Bucket:
    return Bucket.model_validate({"name": name, "used_percent": used, "basis": "measured", **more})


NOTHING = report()
SEED = report(errors=[event()])
RULE = Contradiction(rule="r", error_says="", account_shows="", means="")

READINGS: list[tuple[str, dict[str, Any], Evidence, Evidence | None]] = [
    ("error.signature", {"is": ["out-of-extra-usage"]}, SEED, report(errors=[event(signature="overloaded")])),
    (
        "error.named",
        {"is": ["out-of-extra-usage"], "any": ["lane-words"]},
        SEED,
        report(errors=[event(signature="overloaded")]),
    ),
    (
        "error.named",
        {"is": ["out-of-extra-usage"], "any": ["lane-words"]},
        report(says={"lane-words": True}),
        None,
    ),
    ("error.html", {"status": [404]}, report(errors=[event(signature="html-page-404")]), SEED),
    ("error.status", {"is": [400]}, SEED, report(errors=[event(status=529)])),
    ("error.type", {"is": ["invalid_request_error"]}, SEED, report(errors=[event(type="api_error")])),
    ("error.group", {"is": ["usage-limits"]}, SEED, report(errors=[event(group="network")])),
    ("error.provider", {"is": ["anthropic"]}, SEED, report(errors=[event(provider="bedrock")])),
    ("error.message", {"any": ["EXTRA usage"]}, SEED, report(errors=[event(message="Overloaded")])),
    ("error.reset", {}, report(errors=[event(message="out · resets 9pm")]), SEED),
    ("error.request_id", {"form": "first-party"}, SEED, report(errors=[event(request_ids=["req_vrtx_1"])])),
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
    (
        "says",
        {"any": ["key-in-environment"]},
        report(says={"key-in-environment": True}),
        report(says={"key-in-environment": False}),
    ),
    (
        "reported",
        {"since": "2026-04-08", "until": "2026-04-10"},
        report(reported_at=datetime(2026, 4, 8, tzinfo=UTC)),
        report(reported_at=datetime(2026, 4, 11, tzinfo=UTC)),
    ),
]


@pytest.mark.parametrize(("sign", "args", "present", "absent"), READINGS)
def test_a_sign_is_present_absent_or_unknown(
    sign: str, args: dict[str, Any], present: Evidence, absent: Evidence | None
) -> None:
    assert read_sign(sign, args, present) is True
    if absent is not None:
        assert read_sign(sign, args, absent) is False
    assert read_sign(sign, args, NOTHING) is None


def test_signs_that_are_never_unknown() -> None:
    assert read_sign("error.none", {}, NOTHING) is True
    assert read_sign("error.none", {}, SEED) is False
    clash = Conflict(field="client_version", readings=[])
    assert read_sign("env.conflict", {"field": "client_version"}, report(conflicts=[clash])) is True
    assert read_sign("env.conflict", {"field": "client_version"}, NOTHING) is False


def test_every_sign_is_read_here() -> None:
    assert set(SIGNS) == {sign for sign, *_ in READINGS} | {"error.none", "env.conflict"}


def test_arguments_are_checked() -> None:
    assert check_use("says", {"any": ["x"]}) is None
    assert "any" in (check_use("says", {}) or "")
    assert "takes no below" in (check_use("says", {"any": [], "below": 1}) or "")
    assert "list" in (check_use("says", {"any": "x"}) or "")
    assert check_use("client.version", {}) is not None


def test_an_affirmation_wins_over_a_denial() -> None:
    both = ErrorReport(
        text="",
        statements=[
            Statement(id="a", affirmed=True, span=(0, 1)),
            Statement(id="a", affirmed=False, span=(2, 3)),
        ],
    )
    assert read_sign("says", {"any": ["a"]}, Evidence(both, UsageAssessment())) is True


@pytest.mark.parametrize(
    ("request_id", "form"),
    [
        ("req_011CZqwT95fczsmYtLxPyNk9", "first-party"),
        ("req_vrtx_011CZqwT95fczsmYtLxPyNk9", "vertex"),
        ("req_f8e3e09c9db9db59aa1f846a", "foreign"),
        ("req_123", "other"),
    ],
)
def test_request_id_forms(request_id: str, form: str) -> None:
    assert request_id_form(request_id) == form


def test_versions_compare_as_numbers() -> None:
    assert version_tuple("v2.1.7") < version_tuple("2.1.36")
    assert version_tuple("latest") == ()
