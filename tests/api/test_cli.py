from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import BadInput
from tests.api.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("langgraph", "sqlalchemy", "pydantic", "alembic", "structlog", "asyncio")


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    code = f"import sys, api.cli, api.batch; print([m for m in {HEAVY!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_help_lists_what_works_and_nothing_else(run) -> None:
    shown = run("--help")
    assert shown.code == 0
    listed = [line.split()[0] for line in shown.out.split("Commands:")[1].splitlines() if line.strip()]
    commands = {
        "diagnose",
        "chat",
        "parse",
        "causes",
        "waves",
        "doctor",
        "serve",
        "issues",
        "changelog",
        "db",
        "evals",
        "keys",
    }
    assert (listed[0], set(listed) - {"links"}) == ("diagnose", commands)


def test_text_names_cause_request_id_and_first_step(run) -> None:
    shown = run("diagnose", str(ROOT / "evals/cases/first-light/report.json"))
    assert shown.code == 0
    assert "legacy-client-misclassified" in shown.out
    assert "req_011CZqxrUSWBLWuWZcTtRKiB" in shown.out
    assert "claude --version" in shown.out
    assert shown.err == ""


def test_json_is_one_document_and_nothing_else(run, refusal: str) -> None:
    shown = run("diagnose", "-", "--format", "json", "--set", "client_version=2.1.7", stdin=refusal)
    answer = json.loads(shown.out)
    assert answer["report"]["errors"][0]["status"] == 400
    assert answer["report"]["environment"]["client_version"] == {
        "value": "2.1.7",
        "source": "field",
        "span": None,
    }
    assert answer["mode"] == "plain"


def test_markdown_has_its_headings(run, refusal: str) -> None:
    shown = run("diagnose", "--format", "markdown", stdin=refusal)
    assert "## Summary (TL;DR)" in shown.out
    assert "## Recommendation" in shown.out


def test_parse_needs_no_database(run, refusal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", "sqlite:////proc/no/such/folder.sqlite3")
    found = json.loads(run("parse", "-", stdin=refusal).out)
    assert found.keys() == {"report", "usage"}
    assert found["report"]["errors"][0]["type"] == "invalid_request_error"


def test_without_a_database_it_answers_and_says_so(
    run, refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", "sqlite:////proc/no/such/folder.sqlite3")
    shown = run("diagnose", "-", "--format", "json", stdin=refusal)
    assert shown.code == 0
    assert any("cannot be opened" in note for note in json.loads(shown.out)["diagnosis"]["notes"])


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["diagnose"], "Name a FILE"),
        (["diagnose", "no/such/file"], "No such file"),
        (["diagnose", "-", "--set", "client_versoin=1"], "did you mean client_version?"),
        (["diagnose", "-", "--set", "plan"], "KEY=VALUE"),
        (["diagnose", "-", "--usage", "-"], "Only one of"),
        (["diagnose", "-", "--jobs", "2"], "belong to --batch"),
        (["diagnose", "-", "--batch", "x"], "leave out FILE"),
        (["diagnose", "--batch", "x", "--format", "text"], "JSON lines"),
        (["diagnose", "--batch", "no/such/file"], "No such file"),
        (["causes", "legacy-client"], "did you mean"),
        (["issues", "import", "no/such/file"], "No such file"),
        (["issues", "search", " "], "empty"),
    ],
)
def test_bad_command_lines_are_one_paragraph_and_exit_2(run, args: list[str], says: str) -> None:
    shown = run(*args)
    assert shown.code == 2
    assert says in shown.err
    assert "Traceback" not in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""


def test_a_bad_setting_is_named(run, refusal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_MAX_INPUT_BYTES", "much")
    shown = run("diagnose", "-", stdin=refusal)
    assert shown.code == 2
    assert "CASEWORKER_MAX_INPUT_BYTES" in shown.err


def test_a_reader_that_leaves_is_no_error(refusal: str) -> None:
    command = [sys.executable, "-m", "api.cli", "causes"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_db_upgrade_makes_the_database(run, database: Path) -> None:
    database.unlink()
    shown = run("db", "upgrade")
    assert shown.code == 0
    assert "schema" in shown.out
    assert database.exists()


def test_the_first_diagnosis_makes_the_database_and_finds_known_issues(
    run: Run, database: Path, refusal: str
) -> None:
    database.unlink()
    shown = run("diagnose", "--format", "json", stdin=refusal)
    assert shown.code == 0
    assert json.loads(shown.out)["issues"]
    assert database.exists()


@pytest.mark.parametrize("command", [["diagnose", "-"], ["chat"], ["serve"]])
def test_a_model_that_is_none_of_the_three_is_refused(run, command: list[str]) -> None:
    shown = run(*command, "--model", "guess", stdin="API Error: 500")
    assert (shown.code, shown.out) == (2, "")
    assert "'live'" in shown.err


def test_without_a_key_the_diagnosis_is_the_plain_one_and_says_so(
    run, refusal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "AUTH_TOKEN", "PROFILE", "CONFIG_DIR"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    plain = run("diagnose", "-", "--format", "json", stdin=refusal)
    shown = run("diagnose", "-", "--format", "json", "--model", "live", stdin=refusal)
    assert shown.code == 0
    found, without = json.loads(shown.out), json.loads(plain.out)
    assert found["mode"] == "plain"
    assert [n for n in found["diagnosis"]["notes"] if "ANTHROPIC_API_KEY" in n]
    for same in ("guidance", "question", "recommendation", "summary"):
        assert found["diagnosis"][same] == without["diagnosis"][same]


def test_one_report_is_diagnosed_without_looks_for_garbage(
    run: Run, monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    during: list[bool] = []

    def diagnosed(*_: object) -> str:
        during.append(gc.isenabled())
        raise BadInput("said by the test")

    monkeypatch.setattr("api.diagnose_command.diagnose_one", diagnosed)
    assert run("diagnose", stdin=refusal).code == 2
    assert during == [False]
    assert gc.isenabled()
