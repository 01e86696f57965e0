from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import BadInput, TooLarge
from api.paste import decode, read_text


def test_an_empty_file_is_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "empty.txt"
    file.write_bytes(b" \n\t")
    with pytest.raises(BadInput, match=r"empty\.txt is empty"):
        read_text(str(file), 1000)


def test_a_file_over_the_limit_names_it(tmp_path: Path) -> None:
    file = tmp_path / "large.txt"
    file.write_bytes(b"x" * 1001)
    with pytest.raises(TooLarge, match="1001 bytes; at most 1000"):
        read_text(str(file), 1000)
    assert read_text(str(file), 1001) == "x" * 1001


def test_a_folder_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="directory"):
        read_text(str(tmp_path), 1000)


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n\0\0", b"\x1f\x8b\x08\0\0\0", bytes(range(128, 256))])
def test_binary_data_is_bad_input(raw: bytes) -> None:
    with pytest.raises(BadInput, match="binary"):
        decode(raw, "it")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_in_the_encodings_that_shells_write(encoding: str) -> None:
    assert decode("déjà vu ❯".encode(encoding), "it") == "déjà vu ❯"


def test_a_stray_byte_does_not_make_it_binary() -> None:
    assert decode(b"a long enough line of a log \xe9 with one latin letter", "it").count("\ufffd") == 1
