"""Views of the evidence that several signs share."""

from __future__ import annotations

import pytest

from agent.causes.evidence import request_id_form, version_tuple
from tests.agent.causes.readings import event, report


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


def test_several_errors_are_seen_as_one_set() -> None:
    both = report(errors=[event(), event(signature=None, status=None, message=None, request_ids=[])])
    assert both.signatures == {"out-of-extra-usage"}
    assert both.statuses == {400}
    assert both.request_ids == ["req_011CZqwT95fczsmYtLxPyNk9"]
