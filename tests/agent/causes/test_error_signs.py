"""Signs of the errors: present, absent and unknown."""

from __future__ import annotations

import pytest

from agent.causes.error_signs import SIGNS
from agent.causes.signs import read_sign
from tests.agent.causes.readings import NOTHING, SEED, Row, check, event, report

READINGS: list[Row] = [
    ("error.signature", {"is": ["out-of-extra-usage"]}, SEED, report(errors=[event(signature="overloaded")])),
    ("error.html", {"status": [404]}, report(errors=[event(signature="html-page-404")]), SEED),
    ("error.status", {"is": [400]}, SEED, report(errors=[event(status=529)])),
    ("error.type", {"is": ["invalid_request_error"]}, SEED, report(errors=[event(type="api_error")])),
    ("error.group", {"is": ["usage-limits"]}, SEED, report(errors=[event(group="network")])),
    ("error.provider", {"is": ["anthropic"]}, SEED, report(errors=[event(provider="bedrock")])),
    ("error.message", {"any": ["EXTRA usage"]}, SEED, report(errors=[event(message="Overloaded")])),
    ("error.reset", {}, report(errors=[event(message="out · resets 9pm")]), SEED),
    ("error.request_id", {"form": "first-party"}, SEED, report(errors=[event(request_ids=["req_vrtx_1"])])),
]


@pytest.mark.parametrize("row", READINGS, ids=lambda row: row[0])
def test_a_sign_is_present_absent_or_unknown(row: Row) -> None:
    check(*row)


def test_every_sign_is_read_here() -> None:
    assert set(SIGNS) - {"error.none", "env.conflict"} == {sign for sign, *_ in READINGS}


def test_no_error_is_known_either_way() -> None:
    assert read_sign("error.none", {}, NOTHING) is True
    assert read_sign("error.none", {}, SEED) is False
