"""The process that reads pastes: a line in, a line out, and never a user's words in its log."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

from agent.compose import load_lexicon
from agent.report.error_report import Case, Submission
from agent.report.read import read
from api.paste_worker import answered, asked, line_of

NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)


def test_a_line_says_everything_and_so_does_its_answer() -> None:
    submission = Submission(
        title="Refused", text='API Error: 529 {"a":\n"b"}', usage="session 3%", error={"status": 529}
    )
    line = asked(submission, NOW)
    assert line.count(b"\n") == 1
    found = json.loads(answered(line, load_lexicon()))
    assert found["report"]["title"] == "Refused"
    assert {error["status"] for error in found["report"]["errors"]} == {529}
    assert found["usage"]["buckets"][0]["used_percent"] == 3


def test_it_does_the_work_of_one_room_too() -> None:
    lexicon = load_lexicon()
    given = Case(text="API Error: 529 overloaded_error", usage="session 3%").model_dump(mode="json")
    line = line_of({"room": "read", "submission": given})
    report = json.loads(answered(line, lexicon))
    assert report == read(Case.model_validate(given), lexicon).model_dump(mode="json")
    line = line_of({"room": "assess", "submission": given, "report": report}, NOW)
    assert json.loads(answered(line, lexicon))["buckets"][0]["used_percent"] == 3


def test_a_fault_ends_it_and_is_logged_without_its_words() -> None:
    told = json.dumps({"submission": {"text": "fine", "quagga": "quagga"}, "now": NOW.isoformat()})
    done = subprocess.run(
        [sys.executable, "-m", "api.paste_worker"],
        input=asked(Submission(text="529"), NOW).decode() + told + "\n",
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout.count("\n") <= 1
    assert "kind=ValidationError" in done.stderr
    assert "quagga" not in done.stdout + done.stderr


def test_it_ends_when_nobody_asks_any_more() -> None:
    command = [sys.executable, "-m", "api.paste_worker"]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
