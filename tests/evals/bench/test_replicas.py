"""Copies of issues: as many as asked for, no two the same, and the same every time."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

from evals.bench.replicas import Tokens, made_up, read_corpus, replicas


def test_there_are_as_many_as_asked_for_and_each_is_of_its_own() -> None:
    given = made_up(20)
    found = list(replicas(given, 100))
    assert found[:20] == given
    assert len({(*tokens.title, "", *tokens.body) for tokens in found}) == 100
    assert list(replicas(given, 100)) == found
    shared = set(found[20].body) & set(given[0].body)
    assert len(shared) > len(set(given[0].body)) / 2


def test_a_corpus_is_read_packed_or_not(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"title": f"Error {n}", "body": None}) + "\n" for n in range(3))
    (tmp_path / "a.jsonl").write_text(lines)
    (tmp_path / "a.jsonl.xz").write_bytes(lzma.compress(lines.encode()))
    assert read_corpus(tmp_path / "a.jsonl", 2) == [Tokens(["error"], [])] * 2
    assert len(read_corpus(tmp_path / "a.jsonl.xz")) == 3
