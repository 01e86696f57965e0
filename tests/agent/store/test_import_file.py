"""Import files as people have them: packed or not, well written or not."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.errors import BadInput
from agent.issues.issue import Issue
from agent.issues.rows import BadRow
from agent.store.import_file import read_rows

ROWS = [{"number": n, "title": f"title {n}", "body": "line one\nline two", "labels": []} for n in (1, 2, 3)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)
CSV = 'Number,Title,Body\n1,title 1,"a\nb"\n2,title 2,\n3,title 3,x\n'

Rows = Callable[..., list[Issue | BadRow]]


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    def read(content: bytes | str, name: str = "file") -> list[Issue | BadRow]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_rows(path, "o/n", lambda text: text.split("\n")[0]))

    return read


def shown(found: list[Issue | BadRow]) -> list[int | str]:
    return [row.number if isinstance(row, Issue) else f"{row.line}: {row.reason}" for row in found]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        "\n\n [\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
        LINES,
        LINES.rstrip("\n").replace("\n", "\r\n\r\n"),
        "".join(json.dumps(row, indent=2) + "\n" for row in ROWS),
        CSV,
        CSV.replace("\n", "\r\n"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_every_form_in_every_packing(rows: Rows, text: str, pack: Callable[[bytes], bytes]) -> None:
    assert shown(rows(pack(text.encode()))) == [1, 2, 3]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_windows_writes(rows: Rows, encoding: str) -> None:
    assert shown(rows(LINES.encode(encoding))) == [1, 2, 3]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_bytes_that_are_no_utf_8(rows: Rows, encoding: str) -> None:
    """In one file with lines that are."""
    line = json.dumps({"number": 1, "title": "caf\u00e9 \u201cx\u201d"}, ensure_ascii=False) + "\n"
    found = rows(line.encode(encoding) + line.encode())
    assert [row.title for row in found if isinstance(row, Issue)] == ["caf\u00e9 \u201cx\u201d"] * 2


PAGES = [[ROWS[0], ROWS[1]], [ROWS[2]]]


@pytest.mark.parametrize("text", ["".join(map(json.dumps, PAGES)), "\n".join(map(json.dumps, PAGES)),
                                  json.dumps(PAGES), json.dumps(PAGES, indent=1)])  # fmt: skip
def test_pages_of_the_api_one_behind_the_other_or_in_one_array(rows: Rows, text: str) -> None:
    assert shown(rows(text)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps(ROWS) + "\nDone.", "2: something else stands behind the JSON"),
        (json.dumps(ROWS)[:-1], "1: the JSON ends in the middle"),
        ('number,title\n1,a\n2,b\n3,c\n4,"d\n5,e\n', "5: a quotation mark in this row is never closed"),
    ],
)
def test_a_file_that_does_not_end_as_it_should(rows: Rows, text: str, said: str) -> None:
    *good, bad = shown(rows(text))
    assert good == [1, 2, 3]
    assert str(bad).startswith(said)


def test_a_row_that_is_too_long_is_named_so(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.store.import_file.MOST_ROW_CHARS", 100_000)
    long = [ROWS[0], {**ROWS[1], "body": "x" * 300_000}, ROWS[2]]
    assert "the row has more than" in str(shown(rows(json.dumps(long)))[1])
    assert shown(rows("\n".join(map(json.dumps, long))))[::2] == [1, 3]


def test_signatures_come_from_the_caller(rows: Rows) -> None:
    found = rows(LINES)[0]
    assert isinstance(found, Issue)
    assert found.signature == "title 1"


def test_bad_lines_are_named_and_skipped(rows: Rows) -> None:
    text = LINES.replace('{"number": 2', '{"number" 2') + '[]\n{"number": 9}\n'
    found = shown(rows(text))
    assert found[0] == 1
    assert str(found[1]).startswith("2: not valid JSON")
    assert found[2] == 3
    assert str(found[3]).startswith("4: a row must be an object")
    assert str(found[4]).startswith("5: title")


def test_a_bad_first_line_does_not_lose_the_rest(rows: Rows) -> None:
    assert shown(rows('{"number": broken\n' + LINES))[1:] == [1, 2, 3]


def test_a_broken_array_says_where_it_stops(rows: Rows) -> None:
    text = json.dumps(ROWS, indent=1)
    found = shown(rows(text[: text.index("title 3")]))
    assert found[:2] == [1, 2]
    assert "broken near here" in str(found[2])
    assert str(found[2]).split(":")[0] == str(1 + text[: text.index('{\n  "number": 3')].count("\n"))


def test_bad_csv_rows_are_named(rows: Rows) -> None:
    found = shown(rows("number,title\n1,a\n2,b,too,many\nx,c\n4,d\n"))
    assert found[0] == 1
    assert found[1] == "3: 4 cells under 2 columns"
    assert str(found[2]).startswith("4: number")
    assert found[3] == 4


def test_a_packed_file_that_ends_early(rows: Rows) -> None:
    whole = gzip.compress(
        "".join(json.dumps({**ROWS[0], "number": n}) + "\n" for n in range(1, 4000)).encode()
    )
    found = rows(whole[: len(whole) // 2])
    assert isinstance(found[0], Issue)
    assert isinstance(found[-1], BadRow)
    assert "damaged or ends early" in found[-1].reason


@pytest.mark.parametrize("text", ["hello\nworld\n", "a;b\n", "number,body\n1,x\n"])
def test_another_kind_of_file(rows: Rows, text: str) -> None:
    with pytest.raises(BadInput, match="neither a JSON array"):
        rows(text)


def test_what_is_no_text_is_not_shown(rows: Rows) -> None:
    with pytest.raises(BadInput, match="neither a JSON array") as bad:
        rows(b"BZh9\x1b[31m,\x00,\xff")
    assert str(bad.value).isprintable()


def test_empty_missing_and_folder(rows: Rows, tmp_path: Path) -> None:
    assert rows("") == []
    assert rows(" \n") == []
    assert rows("[]") == []
    with pytest.raises(BadInput):
        list(read_rows(tmp_path / "missing", None))
    with pytest.raises(BadInput):
        list(read_rows(tmp_path, None))


def test_deep_nesting_and_odd_characters(rows: Rows) -> None:
    deep = "[" * 10_000 + "]" * 10_000
    assert len(rows(deep)) == 1
    assert len(rows('{"a": ' * 10_000)) == 1
    found = rows('{"number": 1, "title": "a \\ud800 b \\u0000"}\n')
    assert isinstance(found[0], Issue)
    assert found[0].title == "a � b"


def test_a_long_array_on_one_line_is_read_in_linear_time(rows: Rows) -> None:
    many = [{"number": n, "title": "t", "body": "x" * 500} for n in range(1, 4001)]
    assert len(rows(json.dumps(many))) == 4000


def test_the_exported_issues_all_come_in(shared: Path) -> None:
    found = list(read_rows(shared / "data" / "claude-code-issues-500.jsonl.gz", None))
    assert len(found) >= 500
    assert all(isinstance(row, Issue) and row.repository == "anthropics/claude-code" for row in found)
