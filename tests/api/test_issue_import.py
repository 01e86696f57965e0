"""Importing files: what is interrupted goes on, what is broken is named, nothing is half-written."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from api import issue_import
from api.issue_import import parse_batch
from tests.api.processes import as_in_a_terminal

ROOT = Path(__file__).resolve().parents[2]


def row(number: int, **facts: Any) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"title {number}",
        "body": f"see #{number + 1}",
        "repo": "o/n",
        **facts,
    }


def written(database: Path, table: str = "issues WHERE origin = 'imported'") -> int:
    with sqlite3.connect(database) as plain:
        found: int = plain.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    plain.close()
    return found


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    return path


def test_all_that_stands_in_a_row_is_kept(run: Any, tmp_path: Path, database: Path) -> None:
    whole = row(
        1,
        comments=[{"id": "IC_1", "author": {"login": "bob"}, "body": "Duplicate of #2"}],
        timeline=[{"id": 1, "event": "closed"}],
        state="closed",
    )
    file = write(tmp_path / "rows.jsonl", [whole])
    for _ in range(2):
        assert run("issues", "import", str(file)).code == 0
    assert [written(database, f"issue_{name}") for name in ("comments", "timeline", "links")] == [1, 1, 2]
    with sqlite3.connect(database) as plain:
        assert plain.execute("SELECT duplicate_of FROM issues WHERE repository = 'o/n'").fetchone() == (
            "o/n#2",
        )
    plain.close()
    assert written(database, "progress") == 0


def _interrupted(file: Path, database: Path, sign: signal.Signals) -> tuple[int, str]:
    """What an import with two more processes exits with and says, when it gets a signal in the middle.

    They share its output, so this also waits until they have ended.
    """
    command = [sys.executable, "-m", "api.cli", "issues", "import", "--jobs", "2", str(file)]
    started = subprocess.Popen(
        command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0,
        preexec_fn=as_in_a_terminal,
    )  # fmt: skip
    until = time.monotonic() + 120
    while time.monotonic() < until and started.poll() is None:
        if database.exists() and _progress(database) >= 500:
            break
        time.sleep(0.01)
    # As a terminal does it: Ctrl-C reaches every process, SIGKILL only the one that is named.
    (os.killpg if sign == signal.SIGINT else os.kill)(started.pid, sign)
    said, _ = started.communicate(timeout=60)
    return started.returncode, said.decode()


def test_an_import_that_is_interrupted_says_that_it_goes_on(tmp_path: Path, database: Path) -> None:
    file = write(tmp_path / "rows.jsonl", [row(number) for number in range(1, 8_001)])
    code, said = _interrupted(file, database, signal.SIGINT)
    assert code == 130
    assert re.search(r"stopped; [\d,]+ rows are done, and the same command goes on after them", said)
    assert "Traceback" not in said
    assert written(database) < 8_000


def test_a_killed_import_goes_on(tmp_path: Path, database: Path, run: Any) -> None:
    """SIGKILL in the middle, found by what is in the database; the second run says from where it goes on."""
    total = 4_000
    file = tmp_path / "rows.jsonl.gz"
    with gzip.open(file, "wt") as packed:
        packed.writelines(json.dumps(row(number)) + "\n" for number in range(1, total + 1))
    code, _ = _interrupted(file, database, signal.SIGKILL)
    assert code == -signal.SIGKILL
    before = written(database)
    assert 500 <= before < total
    shown = run("issues", "import", str(file))
    assert shown.code == 0, shown.err
    assert "going on after line " in shown.err
    skipped = int(shown.err.split("line ")[1].split(";")[0])
    assert before - 500 <= skipped <= before
    assert written(database) == total
    assert written(database, "issue_links") == total
    assert shown.out == f"{file}: {total} imported\n"


def _progress(database: Path) -> int:
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as plain:
            found = plain.execute("SELECT state FROM progress").fetchone()
        plain.close()
    except sqlite3.OperationalError:
        return 0
    return int(json.loads(found[0])["rows"]) if found else 0


def test_a_file_that_is_done_is_read_from_its_start_again(run: Any, tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", [row(1), row(2)])
    for _ in range(2):
        shown = run("issues", "import", str(file))
        assert (shown.out, shown.err) == (f"{file}: 2 imported\n", "")


def test_bad_rows_are_counted_across_an_interruption(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Path
) -> None:
    monkeypatch.setattr(issue_import, "ROWS_AT_ONCE", 2)
    file = write(tmp_path / "rows.jsonl", [row(1), {"number": 2}, row(3), row(4)])
    run("issues", "search", "x")
    full = _full_after(2)
    shown = run("issues", "import", str(file))
    full.end()
    assert shown.code == 2
    assert "disk is full" in shown.err
    assert "2 rows are done, and the same command goes on after them" in shown.err
    assert written(database) == 1
    shown = run("issues", "import", str(file))
    assert (shown.code, shown.out) == (1, f"{file}: 3 imported, 1 not\n")
    assert "going on after line 2" in shown.err
    assert written(database) == 3


class _full_after:  # noqa: N801 - reads as a phrase
    """The disk is full when issues are written for the `times`-th time."""

    def __init__(self, times: int) -> None:
        self._left = times
        event.listen(Engine, "before_cursor_execute", self._before)

    def _before(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO issues (") and "origin" in statement:
            self._left -= 1
            if self._left == 0:
                raise sqlite3.OperationalError("database or disk is full")

    def end(self) -> None:
        event.remove(Engine, "before_cursor_execute", self._before)


def test_a_disk_that_is_full_leaves_nothing_half_written(run: Any, tmp_path: Path, database: Path) -> None:
    run("issues", "search", "x")
    with sqlite3.connect(database) as plain:
        pages = plain.execute("PRAGMA page_count").fetchone()[0]
    plain.close()

    def bound(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 40}")

    event.listen(Engine, "connect", bound)
    file = write(tmp_path / "rows.jsonl", [row(n, body="word " * 400) for n in range(1, 3_001)])
    shown = run("issues", "import", str(file))
    event.remove(Engine, "connect", bound)
    assert shown.code == 2
    assert "the disk is full" in shown.err
    kept = written(database)
    assert kept % 500 == 0
    with sqlite3.connect(database) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    plain.close()
    assert run("issues", "import", str(file)).code == 0
    assert written(database) == 3_000


def test_a_huge_issue_and_odd_titles(run: Any, tmp_path: Path, database: Path) -> None:
    rows = [row(1, body="x #2 " * 1_000_000), row(2, title="\U0001f680\U0001f525"), row(3, title="")]
    file = write(tmp_path / "rows.jsonl", rows)
    shown = run("issues", "import", str(file))
    assert (shown.code, shown.out) == (0, f"{file}: 3 imported\n")
    assert shown.err == f"caseworker: {file}: o/n#1: only the first 200,000 characters of its body are kept\n"
    with sqlite3.connect(database) as plain:
        assert plain.execute("SELECT max(length(body)) FROM issues").fetchone()[0] <= 200_000
    plain.close()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,body\na,b\n", "its first line names the columns body, name"),
        ("hello", "neither a JSON array"),
        ("number;text\n1;a\n", "columns number, text"),
    ],
)
def test_a_file_of_another_kind(run: Any, tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(text)
    shown = run("issues", "import", str(file), "--repo", "o/n")
    assert shown.code == 2
    assert why in shown.err


def test_separators_and_names_of_other_tools(run: Any, tmp_path: Path, database: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("Number;Title;createdAt;stateReason\n1;a;2026-04-08;COMPLETED\n")
    assert run("issues", "import", str(file), "--repo", "o/n").code == 0
    with sqlite3.connect(database) as plain:
        found = plain.execute(
            "SELECT state_reason, created_at FROM issues WHERE repository = 'o/n'"
        ).fetchone()
    plain.close()
    assert found == ("completed", "2026-04-08 00:00:00.000000")


def test_processes_give_the_same_rows(run: Any, tmp_path: Path, database: Path) -> None:
    rows = [row(n) for n in range(1, 1_300)] + [{"number": 9}]
    file = write(tmp_path / "rows.jsonl", rows)
    shown = run("issues", "import", str(file), "--jobs", "2")
    assert (shown.code, shown.out) == (1, f"{file}: 1299 imported, 1 not\n")
    assert f"{file}, line 1300: repository" in shown.err


def test_a_batch_keeps_its_order() -> None:
    found = parse_batch([(1, row(1)), (2, "x"), (3, row(3))], None)
    assert [getattr(one, "number", None) or getattr(one, "line", None) for one in found] == [1, 2, 3]
