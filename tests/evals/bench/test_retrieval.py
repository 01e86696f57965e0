"""The command: what it prints, learns and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.compose import load_ranking
from agent.issues.ranking import parse_ranking
from agent.store.index import latent, vectors
from evals.bench.__main__ import main
from evals.bench.retrieval import as_toml

TOPICS = ("mapassign growth", "cookie path", "vendor folder", "linker symbol", "gofmt comment")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    rows, answers = [], []
    for at in range(20):
        number = at + 1
        topic = TOPICS[at % len(TOPICS)]
        rows.append(
            {
                "id": f"go-{number}",
                "project": "go",
                "number": number,
                "created": f"2012-01-{number:02}T00:00:00Z",
                "title": f"panic: {topic}",
                "body": f"{topic} fails here with word{at}x",
            }
        )
        if at >= len(TOPICS):
            answers.append(f"go-{number}\t0\tgo-{number - len(TOPICS)}\t1\n")
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "q.tsv").write_text("".join(answers), encoding="utf-8")
    return ["retrieval", "--corpus", str(tmp_path / "c.jsonl"), "--qrels", str(tmp_path / "q.tsv")]


def test_one_document_with_three_methods(files: list[str], capsys: Any) -> None:
    assert main([*files, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    for method in ("ours", "lexical", "fts5"):
        assert {"r@1", "r@5", "r@10", "mrr@10", "p50_ms", "p95_ms"} <= document[method].keys()
        assert document[method]["r@10"] == 1.0
    assert (document["queries"], document["issues"], document["engine"]) == (15, 20, "sqlite")
    assert len(document["gain"]["r@10"]) == 3
    assert document["build_s"]["ours"] >= 0


def test_the_table_names_the_methods_and_the_weights_are_written(
    files: list[str], tmp_path: Path, capsys: Any
) -> None:
    assert main([*files, "--learn", str(tmp_path / "w.toml")]) == 0
    shown = capsys.readouterr().out
    assert all(method in shown for method in ("ours", "lexical", "fts5"))
    learned = parse_ranking((tmp_path / "w.toml").read_text(encoding="utf-8"))
    assert learned.source.startswith("15 reports")


def test_vectors_are_made_as_at_the_end_of_an_import(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latent, "DIMENSIONS", 4)
    monkeypatch.setattr(latent, "_SPARE", 2)
    monkeypatch.setattr(vectors, "FEWEST_ISSUES", 10)
    assert main([*files, "--learn", str(tmp_path / "w.toml")]) == 0
    learned = parse_ranking((tmp_path / "w.toml").read_text(encoding="utf-8"))
    assert [name for name in learned.weights if name.startswith("latent")]


def test_weights_come_back_from_their_file() -> None:
    assert parse_ranking(as_toml(load_ranking())) == load_ranking()


def test_what_cannot_be_read_is_said(files: list[str], tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "q.tsv").write_text("", encoding="utf-8")
    assert main(files) == 2
    assert "names no query" in capsys.readouterr().err
    files[2] = str(tmp_path / "none.jsonl")
    assert main(files) == 2
    assert "none.jsonl" in capsys.readouterr().err
