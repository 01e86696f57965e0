"""Two submissions of one case have one key; what cannot be told apart has none."""

from __future__ import annotations

from typing import Any

from agent.issues.wave import case_key
from agent.report.error_report import ErrorEvent, ErrorReport, Reading


def report(version: str | None = None, ids: list[str] | None = None, **fields: Any) -> ErrorReport:
    event = ErrorEvent(
        status=400, type=None, message="no", group=None, request_ids=ids or [], signature="s",
        retryable=None, provider="unknown", spans=[],
    )  # fmt: skip
    environment = {"client_version": Reading(value=version, source="banner")} if version else {}
    return ErrorReport(text="x", errors=[event], environment=environment, **fields)


def test_one_thread_is_one_case_whatever_it_says() -> None:
    first = case_key(report(source_url="https://github.com/a/b/issues/1"))
    assert first is not None
    assert first == case_key(report("2.1.7", ["req_1"], source_url="https://github.com/A/b/issues/1/"))
    assert first != case_key(report(source_url="https://github.com/a/b/issues/2"))


def test_one_request_of_one_client_is_one_case() -> None:
    assert case_key(report("2.1.7", ["req_1", "req_2"])) == case_key(report("2.1.7", ["req_2", "req_1"]))
    assert case_key(report("2.1.7", ["req_1"])) != case_key(report("2.1.8", ["req_1"]))
    assert case_key(report("2.1.7", ["req_1"])) != case_key(report("2.1.7", ["req_2"]))


def test_the_same_words_of_two_people_are_two_cases() -> None:
    assert case_key(report("2.1.7")) is None
