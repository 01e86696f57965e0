from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
VOLATILE = ("id", "created_at", "timings_ms")


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "api.cli", "diagnose", "--batch", *args]


def batch(*args: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*args), cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=120)


def steady(lines: str) -> list[dict[str, Any]]:
    answers = [json.loads(line) for line in lines.splitlines()]
    return [{key: value for key, value in a.items() if key not in VOLATILE} for a in answers]


def write_reports(path: Path, refusal: str, count: int) -> Path:
    lines = (json.dumps({"id": f"r-{n}", "title": f"Report {n}", "text": refusal}) for n in range(count))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def reports(tmp_path: Path, refusal: str) -> Path:
    return write_reports(tmp_path / "in.jsonl", refusal, 40)


def test_a_bad_line_is_a_problem_on_its_line(tmp_path: Path, refusal: str, monkeypatch: Any) -> None:
    monkeypatch.setenv("CASEWORKER_MAX_INPUT_BYTES", "2000")
    good = json.dumps({"id": "good", "text": refusal})
    lines = [
        good,
        "{broken",
        '{"id": "odd", "txet": "x", "text": "y"}',
        '{"id": "typed", "text": 5}',
        '{"id": "long", "text": "' + "x" * 2000 + '"}',
        "[" * 1500,
        "",
        '{"id": "none"}',
        '{"id": "half", "text": "\\ud800"}',
        good,
    ]
    done = batch("-", stdin="\n".join(lines) + "\n\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [a.get("status") for a in answers] == [None, 422, 422, 422, 422, 422, 422, 422, None, None]
    assert [a["line"] for a in answers if "line" in a] == [2, 3, 4, 5, 6, 7, 8]
    assert [a["client_id"] for a in answers] == [
        *("good", None, "odd", "typed", None, None, None, "none", "half", "good"),
    ]
    assert answers[2]["type"] == "about:blank"
    assert "did you mean text?" in answers[2]["detail"]
    assert "at most 2000" in answers[4]["detail"]
    assert done.stderr == "caseworker: could not be read: line 2, 3, 4, 5, 6, 7, 8\n"


def test_two_jobs_give_the_lines_of_one_in_the_same_order(reports: Path) -> None:
    one = batch(str(reports))
    two = batch(str(reports), "--jobs", "2")
    assert (one.returncode, two.returncode, one.stderr, two.stderr) == (0, 0, "", "")
    assert [answer["client_id"] for answer in steady(two.stdout)] == [f"r-{n}" for n in range(40)]
    assert steady(one.stdout) == steady(two.stdout)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_run_goes_on_after_the_last_whole_line(
    tmp_path: Path, refusal: str, end: signal.Signals
) -> None:
    reports = write_reports(tmp_path / "in.jsonl", refusal, 160)
    out = tmp_path / "out.jsonl"
    with subprocess.Popen(
        command(str(reports), "--out", str(out)), cwd=ROOT, stderr=subprocess.PIPE
    ) as process:
        for _ in waiting(60):
            if out.exists() and out.stat().st_size:
                break
        process.send_signal(end)
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == (130 if end == signal.SIGINT else -signal.SIGKILL)
    assert said == b""
    before = out.read_bytes()
    assert 0 < before.count(b"\n") < 160, "the run was to be interrupted in its middle"
    if end == signal.SIGINT:
        assert before.endswith(b"\n")
    out.write_bytes(before[: before.rfind(b"\n", 0, -1) + 1] + b'{"id":"dx_half')
    whole = out.read_bytes()[: -len(b'{"id":"dx_half')]
    assert batch(str(reports), "--out", str(out), "--jobs", "2").returncode == 0
    after = out.read_bytes()
    assert after.startswith(whole)
    assert [a["client_id"] for a in steady(after.decode())] == [f"r-{n}" for n in range(160)]


def test_a_finished_run_is_left_as_it_is_and_keeps_its_exit_code(tmp_path: Path, refusal: str) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"text": refusal}) + "\n{broken\n")
    assert batch(str(source), "--out", str(out)).returncode == 1
    before = out.read_bytes()
    assert batch(str(source), "--out", str(out)).returncode == 1
    assert out.read_bytes() == before


def test_a_worker_that_dies_is_said_and_nothing_written_is_lost(tmp_path: Path, refusal: str) -> None:
    reports = write_reports(tmp_path / "in.jsonl", refusal, 160)
    out = tmp_path / "out.jsonl"
    with subprocess.Popen(
        command(str(reports), "--out", str(out)), cwd=ROOT, stderr=subprocess.PIPE
    ) as process:
        for _ in waiting(60):
            if out.exists() and out.stat().st_size:
                break
        os.kill(child_of(process.pid), signal.SIGKILL)
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert process.returncode == 2
    assert "A worker process stopped: killed by signal 9" in said
    assert "Traceback" not in said
    assert out.read_bytes().endswith(b"}\n")


def test_a_bad_catalogue_stops_the_batch_with_its_reason(
    tmp_path: Path, reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.toml").write_text("id = 5")
    monkeypatch.setenv("CASEWORKER_CAUSES", str(tmp_path / "own"))
    done = batch(str(reports), "--jobs", "2")
    assert done.returncode == 2
    assert "mine.toml" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_input_is_never_the_output(reports: Path) -> None:
    before = reports.read_bytes()
    done = batch(str(reports), "--out", str(reports))
    assert done.returncode == 2
    assert reports.read_bytes() == before


def test_a_folder_called_api_where_the_user_stands_is_not_taken(tmp_path: Path, reports: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from api.cli import main; main()"
    args = [sys.executable, "-P", "-c", code, "diagnose", "--batch", str(reports)]
    done = subprocess.run(args, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def waiting(seconds: float) -> Iterator[None]:
    """Turns of waiting, until the caller has seen enough."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield
        time.sleep(0.02)
    raise AssertionError(f"nothing came within {seconds} seconds")


def child_of(pid: int) -> int:
    """The one child of a process."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        pytest.skip("the children of a process cannot be looked up here")
    return int(children.read_text().split()[0])
