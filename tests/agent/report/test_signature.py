"""The short way to a signature finds what the long one finds."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.compose import load_lexicon
from agent.report.error_report import Submission
from agent.report.read import read
from agent.report.signature import first_signature
from agent.report.template import compile_templates, hits, squeeze

LEXICON = load_lexicon()
COMPILED = compile_templates(LEXICON)


def the_long_way(text: str) -> str | None:
    events = read(Submission(text=text), LEXICON).errors
    return next((event.signature for event in events if event.signature), None)


@pytest.mark.parametrize(
    "text",
    [
        "nothing of the kind", "API Error: 529 Overloaded", "API Error: 418 I am a teapot",
        'it said {"type":"error","error":{"type":"api_error","message":"Internal server error"}} twice',
        "It fails.\n\nYou're out of ex\ntra usage. Add more at claude.ai/settings/usage\n",
        "An error occurred (ThrottlingException) when calling the X operation: Too many requests",
    ],
)  # fmt: skip
def test_it_is_that_of_the_report(text: str) -> None:
    assert first_signature(text, LEXICON) == the_long_way(text)


@pytest.mark.parametrize("text", ["", " \n "])
def test_nothing_has_none(text: str) -> None:
    assert first_signature(text, LEXICON) is None


def test_it_is_that_of_the_report_for_real_threads(shared: Path) -> None:
    threads = (shared / "facts" / "threads.jsonl").read_text(encoding="utf-8").splitlines()
    texts = ["\n\n".join(v for v in json.loads(line).values() if isinstance(v, str)) for line in threads]
    with gzip.open(shared / "data" / "claude-code-issues-500.jsonl.gz", "rt") as export:
        texts += [f"{row['title']}\n\n{row['body']}" for row in map(json.loads, export)][::8]
    found = [first_signature(text, LEXICON) for text in texts]
    assert found == [the_long_way(text) for text in texts]
    assert len(set(found)) > 50


def test_no_template_is_passed_over_wherever_it_stands() -> None:
    for pattern in COMPILED.patterns:
        for before in range(9):
            text = "~" * before + pattern.literal + "~"
            expected = [one for one in COMPILED.patterns if one.literal in text]
            seen = {hit.pattern for hit in hits(text, COMPILED)}
            assert seen <= set(expected)
            if pattern.expression.search(text):
                assert pattern in seen


@given(st.text(max_size=60), st.sampled_from(COMPILED.patterns), st.text(max_size=60))
def test_the_prefilter_changes_nothing(before: str, pattern: object, after: str) -> None:
    text = squeeze(f"{before}{pattern.template.template}{after}")  # type: ignore[attr-defined]
    everything = COMPILED._replace(aligned={}, always=tuple(range(len(COMPILED.patterns))))
    assert hits(text, COMPILED) == hits(text, everything)
