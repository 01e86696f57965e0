"""JUnit: well-formed whatever a user wrote, one test case a row, failures where they belong."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from evals.reports.junit import junit


def test_rows_recordings_and_gaps_have_their_places(told: Any) -> None:
    suite = ElementTree.fromstring(junit(*told).encode())[0]
    cases = {(case.get("classname"), case.get("name")): case for case in suite}
    failed = {key for key, case in cases.items() if case.find("failure") is not None}
    assert failed == {
        ("evals.plain", "blue-mill"),
        ("evals.recordings", "red-mill.json"),
        ("evals.gate", "verdict"),
    }
    assert cases["evals.recordings", "blue-mill"].find("skipped") is not None
    assert suite.get("failures") == "3"
    assert suite.get("tests") == str(len(suite))
