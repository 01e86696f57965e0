"""Tables are checked and name what is wrong; a text is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from evals.case import BadCase
from evals.files import read_tables, write_whole


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    size: int


def test_tables_are_read_in_their_order_and_no_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "things.toml"
    assert read_tables(path, "thing", Thing) == []
    path.write_text("[[thing]]\nsize = 2\n[[thing]]\nsize = 1\n")
    assert [thing.size for thing in read_tables(path, "thing", Thing)] == [2, 1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[thing]]\nsize = 'x'", "size: "),
        ("[[thing]]\nweight = 1", "size: "),
        ("[[other]]\nsize = 1", "other is not known"),
        ("[thing]\nsize = 1", r"each thing is a table \[\[thing\]\]"),
        ("thing = [1]", "a thing: "),
        ("[[thing", "cannot be read"),
        ("\udcff", "cannot be read"),
    ],
)
def test_what_is_not_valid_names_file_and_fault(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "things.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(BadCase, match=rf"things\.toml: .*{why}"):
        read_tables(path, "thing", Thing)


def test_a_text_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    write_whole(path, "old é")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \udcff")
    assert path.read_bytes() == "old é".encode()
    write_whole(path, "new")
    assert path.read_text() == "new"
    assert [found.name for found in tmp_path.glob("report*")] == ["report.md"]
