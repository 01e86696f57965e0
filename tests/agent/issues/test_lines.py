"""The lines of a text: prose, code, sentences, and what an export wrote on one line."""

from __future__ import annotations

import pytest

from agent.issues.lines import BREAK, parts, sentences


def test_prose_and_code_apart() -> None:
    assert parts("a\n```sh\nls\n```\nb") == (["a", "b"], ["ls"])
    assert parts("a\n```sh\nls") == (["a", "```sh", "ls"], []), "a fence that is never closed is prose"
    assert parts("~~~\n```\n~~~") == ([], ["```"])


def test_a_long_line_is_cut_where_a_sentence_ends() -> None:
    text = "A sentence of some words. " * 100 + "\n"
    prose, _ = parts(text)
    assert "".join(prose) == text.rstrip("\n")
    assert all(piece.endswith(("words.", "words. ")) for piece in prose)
    assert max(map(len, parts("x" * 5_000)[0])) == 1_000


def test_a_text_on_one_line_gets_its_breaks_back() -> None:
    long = "Some words that fill the line until nobody would write it so. " * 4
    text = f"### Bug {long}## Steps 1. Run ```bash ls -l # not a heading ``` - then see - [x] done"
    prose, blocks = parts(text)
    assert blocks == ["ls -l # not a heading"]
    assert prose.count(BREAK) == 2
    assert [line for line in prose if line.startswith(("1.", "-"))] == ["1. Run", "- then see", "- [x] done"]
    assert parts(f"# a\n{long}")[0] == ["# a", long], "a text with breaks stays as it is"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("> quoted. text here", []),
        ("- [x] One here. Two there!", ["One here.", "Two there!"]),
        ("1. _No response_", []),
        ("No response", []),
        ("  many   spaces  ", ["many spaces"]),
    ],
)
def test_sentences(line: str, found: list[str]) -> None:
    assert list(sentences(line)) == found
