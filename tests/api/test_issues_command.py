from __future__ import annotations

import json
from pathlib import Path

import pytest

ROWS = [
    {
        "number": 7,
        "title": "Zebra import stalls",
        "body": "A quagga appears.",
        "html_url": "https://github.com/o/n/issues/7",
        "state": "open",
    },
    {"number": "seven", "title": "no number"},
]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return file


def test_what_is_imported_is_found_and_a_bad_row_is_named(run, export: Path) -> None:
    imported = run("issues", "import", str(export), "--repo", "o/n")
    assert imported.code == 1
    assert imported.out == f"{export}: 1 imported, 1 not\n"
    assert f"{export}, line 2: " in imported.err
    found = json.loads(run("issues", "search", "quagga", "--format", "json").out)["issues"]
    assert [(row["repository"], row["number"]) for row in found] == [("o/n", 7)]
    assert found[0].keys() == {"repository", "number", "url", "title", "state", "score", "why"}
    assert "quagga" in found[0]["why"].lower()


def test_an_issue_is_found_by_its_address(run, export: Path) -> None:
    run("issues", "import", str(export), "--repo", "o/n")
    assert run("issues", "search", "https://github.com/o/n/issues/7").out.startswith("o/n#7  Zebra import")


def test_a_title_turns_no_line_round(run, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({**ROWS[0], "title": "Zebra \u202e import"}) + "\n")
    run("issues", "import", str(file))
    assert run("issues", "search", "quagga").out.startswith("o/n#7  Zebra import\n")


def test_importing_again_adds_nothing_twice(run, export: Path) -> None:
    for _ in range(2):
        run("issues", "import", str(export), "--repo", "o/n")
    found = json.loads(run("issues", "search", "zebra", "--format", "json").out)["issues"]
    assert len(found) == 1


def test_what_was_not_written_is_said(run, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("number,title,updated_at\n1,newer,2026-02-01\n1,older,2026-01-01\n")
    assert run("issues", "import", str(file), "--repo", "o/n").out.endswith(
        "1 imported; of 1 a newer one is there\n"
    )
    file.write_text("number,title\n")
    assert run("issues", "import", str(file), "--repo", "o/n").out.endswith(": 0 imported; it holds no row\n")
    shown = run("issues", "import", str(tmp_path), str(file))
    assert shown.code == 2
    assert f"A folder or a pipe cannot be imported, only files: {tmp_path}." in shown.err


def test_an_error_message_finds_the_threads_that_show_it_first(run, refusal: str) -> None:
    shown = json.loads(run("issues", "search", refusal, "--limit", "3", "--format", "json").out)["issues"]
    assert len(shown) == 3
    assert shown[0]["why"].startswith("same error message")
    assert [row["score"] for row in shown] == sorted((row["score"] for row in shown), reverse=True)
    assert all(0 <= row["score"] <= 1 for row in shown)


def test_nothing_found_is_said(run) -> None:
    shown = run("issues", "search", "xylophonequagga")
    assert (shown.code, shown.out) == (0, "No stored issue matches.\n")


def test_import_needs_a_database(run, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", "sqlite:////proc/no/such/folder.sqlite3")
    shown = run("issues", "import", str(export))
    assert shown.code == 2
    assert "cannot be opened" in shown.err


def test_an_imported_issue_gets_the_signature_of_its_error(run, tmp_path: Path, refusal: str) -> None:
    row = {"number": 9, "title": "Refused", "body": refusal, "html_url": "https://github.com/o/n/issues/9"}
    file = tmp_path / "one.json"
    file.write_text(json.dumps([row]))
    assert run("issues", "import", str(file)).code == 0
    found = json.loads(run("issues", "search", refusal, "--limit", "500", "--format", "json").out)["issues"]
    ours = next(row for row in found if row["repository"] == "o/n")
    assert ours["why"].startswith("same error message")
