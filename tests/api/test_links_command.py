"""`links` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.agent.github.forge import Forge, serving
from tests.api.test_link_answer import ISSUES, SNAPSHOT

SEED = "anthropics/claude-code#45095"


@pytest.fixture
def filled(run: Any) -> Any:
    assert run("issues", "import", str(ISSUES), "--repo", "anthropics/claude-code").code == 0
    return run


def test_markdown_json_and_mermaid(filled: Any) -> None:
    shown = filled("links", "https://github.com/anthropics/claude-code/issues/45095", "--offline")
    assert (shown.code, shown.out) == (0, SNAPSHOT.read_text("utf-8"))
    as_json = filled("links", SEED, "--offline", "--format", "json", "--depth", "1")
    assert json.loads(as_json.out)["links"]["depth"] == 1
    chart = filled("links", SEED, "--offline", "--format", "mermaid")
    assert chart.out.startswith("flowchart LR")


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("https://gitlab.com/o/n/issues/1", "not an issue of github.com"),
        ("http://127.0.0.1/o/n/issues/1", "not an issue of github.com"),
        ("https://github.com/o/n/pull/1", "is a pull request"),
        ("nonsense", "names no issue"),
        ("o/n#1", "not stored, and GitHub was not asked"),
    ],
)
def test_what_is_refused(run: Any, named: str, why: str) -> None:
    shown = run("links", named, "--offline")
    assert shown.code == 2
    assert why in shown.err
    assert "Traceback" not in shown.err


def test_github_is_read_where_it_may_be(run: Any, monkeypatch: pytest.MonkeyPatch, database: Path) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    forge = Forge()
    with serving(forge) as url:
        monkeypatch.setenv("CASEWORKER_GITHUB_URL", url)
        forge.issue(1, 1, body="see #2")
        assert run("links", "o/n#1", "--offline").code == 2
        assert forge.requests == []
        assert "# o/n\\#1: title 1" in run("links", "o/n#1").out
        assert run("links", "o/n#7").code == 2
    shown = run("links", "o/n#1")
    assert shown.code == 0
    assert "GitHub could not be read, so only what is stored is shown" in shown.out


def test_a_host_that_is_set_wrongly(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_GITHUB_URL", "ftp://x")
    shown = filled("links", SEED)
    assert shown.code == 0
    assert "CASEWORKER_GITHUB_URL" in shown.out
