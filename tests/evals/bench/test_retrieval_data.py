"""Reading the benchmark, and what is refused."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from evals.bench.retrieval_data import BadBenchmark, read_corpus, read_queries, to_issues

SHARED = {"project": "go", "created": "2012-01-01T00:00:00Z"}
ROWS = [
    {
        **SHARED,
        "id": "go-1",
        "number": 1,
        "title": "panic",
        "body": "b",
        "reporter": "ab12",
        "labels": ["bug"],
    },
    {**SHARED, "id": "go-2", "number": 2, "title": "again", "body": None},
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def test_a_query_is_an_issue_as_it_was_filed(corpus: Path, tmp_path: Path) -> None:
    qrels = tmp_path / "q.tsv"
    qrels.write_text("go-2\t0\tgo-1\t1\n", encoding="utf-8")
    (query,) = read_queries(qrels, read_corpus(corpus))
    assert query.right == {("go/go", 1)}
    assert query.submission.title == "again"
    assert query.submission.source is not None
    assert query.submission.source.url == "https://github.com/go/go/issues/2"
    assert query.submission.source.reported_at == query.entry.created


def test_a_compressed_corpus_is_the_same(corpus: Path, tmp_path: Path) -> None:
    packed = tmp_path / "corpus.jsonl.xz"
    packed.write_bytes(lzma.compress(corpus.read_bytes()))
    assert read_corpus(packed) == read_corpus(corpus)


def test_issues_are_read_as_an_import_reads_them(corpus: Path) -> None:
    first, second = to_issues(read_corpus(corpus), lambda _text: None)
    assert (first.repository, first.number, first.author, first.labels) == ("go/go", 1, "ab12", ["bug"])
    assert second.body == ""


@pytest.mark.parametrize("line", ["{", '{"id": "x"}', '{"id": "x", "project": "p", "number": "one"}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "bad.jsonl").write_text("\n" + line, encoding="utf-8")
    with pytest.raises(BadBenchmark, match="line 1"):
        read_corpus(tmp_path / "bad.jsonl")


def test_an_unknown_id_is_named(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("go-2\t0\tgo-99\t1\n", encoding="utf-8")
    with pytest.raises(BadBenchmark, match=r"q.tsv, line 1.*go-99"):
        read_queries(tmp_path / "q.tsv", read_corpus(corpus))
