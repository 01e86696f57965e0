"""The reply that says back what it was shown is a draft by the schema."""

from __future__ import annotations

import json
from typing import Any

from agent.diagnosis.draft import Draft, SecondOpinion
from evals.bench.echo import echo, shown

LINES: list[dict[str, Any]] = [
    {"plain": {"summary": "s", "recommendation": "r"}},
    {"cause": "a-cause"},
    {"evidence": "E1", "text": "t"},
    {"step": "S1", "text": "do", "why": "so", "cites": ["E1"]},
    {"note": "N1", "text": "n"},
    {"question": "q?"},
]


def body(lines: list[dict[str, Any]]) -> dict[str, Any]:
    data = "\n".join(json.dumps(line) for line in lines)
    return {"messages": [{"content": [{"type": "text", "text": f"Words.\n<data>\n{data}\n</data>\nEnd."}]}]}


def test_a_draft_has_every_word_that_was_shown() -> None:
    assert shown(body(LINES)) == LINES
    draft = Draft.model_validate_json(echo(body(LINES)))
    assert (draft.summary[0].text, draft.summary[0].cites) == ("s", ["a-cause", "E1"])
    assert [step.id for step in draft.steps] == ["S1"]
    assert (draft.notes[0].id, draft.question, draft.causes[0].id) == ("N1", "q?", "a-cause")


def test_where_no_plain_words_are_shown_an_opinion_is_asked() -> None:
    opinion = SecondOpinion.model_validate_json(echo(body([{"cause": "a-cause"}])))
    assert opinion == SecondOpinion(cause="a-cause", clear=True)
    assert json.loads(echo(body([])))["cause"] == "none"
