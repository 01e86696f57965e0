"""Conformance: what is asked of the tool, and what is read in what it says."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from evals.bench import conformance
from evals.bench.conformance import Conformance, check, measure_conformance
from evals.bench.server import Server, ServerFailed

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
    assert found.said == BROKEN.strip()
    said.update(stdout=BROKEN + "x" * 9_000)
    assert len(check("http://127.0.0.1:1", 5).said) < 3_000


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
    config = tomllib.loads(said["config"])
    assert len(config["operations"]) == 3
    assert Path(config["hooks"]).name == "contract_checks.py"
    assert Path(config["hooks"]).exists()


def test_it_is_asked_without_a_key_and_as_every_role(
    said: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int, list[str]]] = []
    servers = iter(["open", "locked"])

    @contextmanager
    def serving() -> Iterator[Server]:
        yield Server(next(servers), 1, 0.0, Path("log"))

    def checked(url: str, examples: int, headers: Sequence[str] = ()) -> Conformance:
        asked.append((url, examples, list(headers)))
        return Conformance(requests=100, failures=len(asked) == 3, said="fine")

    monkeypatch.setattr(conformance, "serving", serving)
    monkeypatch.setattr(conformance, "check", checked)
    monkeypatch.setattr(conformance, "_new_key", lambda server, role: f"{server.url}-{role}")
    found = measure_conformance(9)
    bearer = [[f"Authorization: Bearer locked-{role}"] for role in ("admin", "agent", "reader")]
    assert asked == [("open", 9, []), *(("locked", 4, header) for header in bearer)]
    assert (found.requests, found.failures) == (400, 1)
    assert "as agent: 100 requests, 1 failures" in found.said


def test_a_key_that_cannot_be_made_is_no_success(said: dict[str, Any]) -> None:
    said.update(stdout="cw_a_b\nThis is key key_1", code=0)
    server = Server("http://127.0.0.1:1", 1, 0.0, Path("log"))
    told: dict[str, Any] = {}

    def run(command: list[str], **given: Any) -> subprocess.CompletedProcess[str]:
        told.update(command=command, **given)
        return subprocess.CompletedProcess(command, said["code"], said["stdout"], "no database")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "run", run)
        assert conformance._new_key(server, "agent") == "cw_a_b"
        assert told["command"][-4:] == ["create", "agent", "--role", "agent"]
        said["code"] = 2
        with pytest.raises(ServerFailed, match="no database"):
            conformance._new_key(server, "agent")
