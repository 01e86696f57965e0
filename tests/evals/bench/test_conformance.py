"""Conformance: what is asked of the tool, and what is read in what it says."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from evals.bench.conformance import check

CLEAN = "Test cases:\n  1,234 generated, 1,234 passed\nNo issues found\n"
BROKEN = "Test cases:\n  40 generated, 2 found 2 unique failures\n"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the tool says and ends with; then also the command that it was called by."""
    told: dict[str, Any] = {"stdout": CLEAN, "code": 0}

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        told["command"] = command
        told["config"] = Path(command[command.index("--config-file") + 1]).read_text(encoding="utf-8")
        return subprocess.CompletedProcess(command, told["code"], told["stdout"], "")

    monkeypatch.setattr(subprocess, "run", run)
    return told


def test_requests_and_failures_are_counted(said: dict[str, Any]) -> None:
    found = check("http://127.0.0.1:1", 5)
    assert (found.requests, found.failures) == (1234, 0)
    said.update(stdout=BROKEN, code=1)
    found = check("http://127.0.0.1:1", 5)
    assert (found.requests, found.failures) == (40, 2)
    assert found.said == BROKEN


def test_a_tool_that_breaks_off_is_no_success(said: dict[str, Any]) -> None:
    said.update(stdout="cannot load the schema", code=2)
    found = check("http://127.0.0.1:1", 5)
    assert (found.requests, found.failures) == (0, 1)


def test_all_checks_run_with_the_headers_that_were_given(said: dict[str, Any]) -> None:
    check("http://127.0.0.1:1", 7, ["authorization: Bearer x"], seed=3)
    command = said["command"]
    after = {part: command[place + 1] for place, part in enumerate(command[:-1]) if part.startswith("-")}
    assert "http://127.0.0.1:1/openapi.json" in command
    assert (after["--checks"], after["-n"], after["--seed"]) == ("all", "7", "3")
    assert after["-H"] == "authorization: Bearer x"
    assert len(tomllib.loads(said["config"])["operations"]) == 3
