"""Replies that a person wrote: read strictly, given in order, never said to be a model's."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, get_args

import pytest

from agent.diagnosis.model import ModelCall, ModelReply
from agent.diagnosis.next_call import Models
from evals.authored import NOBODY, Authored, Fault, Unanswered, Writer, load_authored
from evals.case import BadCase
from tests.agent.llm.conftest import BODY, PLENTY

GOOD = """
case = "blue-mill"
why = "to see what a truncated draft does"
[[replies]]
step = "draft"
text = "half of"
fault = "truncated"
"""


def ask(writer: Writer, step: Any = "draft") -> ModelReply:
    return asyncio.run(writer.complete(ModelCall(step=step, body=BODY), str, PLENTY))


def writer(*replies: dict[str, Any]) -> Writer:
    values = {
        "case": "blue-mill",
        "why": "for this test",
        "replies": [{"step": "draft"} | r for r in replies],
    }
    return Writer(Authored.model_validate(values), Models("t", "d", "s"))


@pytest.mark.parametrize("fault", get_args(Fault))
def test_each_fault_is_what_it_says(fault: str) -> None:
    assert ask(writer({"fault": fault})).outcome == fault


def test_the_words_are_nobodys() -> None:
    reply = ask(writer({"text": "words"}))
    assert (reply.outcome, reply.text, reply.model) == ("ok", "words", NOBODY)
    assert (reply.usage.output_tokens, reply.usd) == (0, 0.0)
    assert ask(writer({"text": "x", "stop_reason": "tool_use"})).outcome == "provider_error"


def test_the_faithful_draft_can_be_changed_in_places() -> None:
    faithful = [("question", "answer me")]
    changed = writer({"faithful": True, "replace": faithful})
    body = BODY | {"messages": [{"role": "user", "content": [{"type": "text", "text": PLAIN}]}]}
    reply = asyncio.run(changed.complete(ModelCall(step="draft", body=body), str, PLENTY))
    assert '"answer me"' in reply.text
    changed.check("blue-mill")
    absent = writer({"faithful": True, "replace": [("no such words", "x")]})
    asyncio.run(absent.complete(ModelCall(step="draft", body=body), str, PLENTY))
    with pytest.raises(Unanswered, match="not in the faithful draft"):
        absent.check("blue-mill")


PLAIN = '<data>\n{"plain":{"summary":"It is full.","recommendation":"Wait."}}\n</data>\n'


def test_replies_that_do_not_fit_the_road_are_named() -> None:
    short = writer({"text": "x"})
    ask(short)
    assert ask(short, "repair").outcome == "not_recorded"
    with pytest.raises(Unanswered, match="asks for a repair, and no reply is left"):
        short.check("blue-mill")
    with pytest.raises(Unanswered, match="does not ask for the draft"):
        writer({"text": "x"}).check("blue-mill")
    other = writer({"text": "x"})
    ask(other, "triage")
    with pytest.raises(Unanswered, match="asks for a triage, and the next reply is for a draft"):
        other.check("blue-mill")


def test_files_are_read_one_or_all(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD)
    (found,) = load_authored(tmp_path)
    assert load_authored(tmp_path / "a.toml") == [found]
    assert (found.case, found.replies[0].fault) == ("blue-mill", "truncated")
    (tmp_path / "b.toml").write_text(GOOD + "faithful = false\nreplace = []\n")
    assert len(load_authored(tmp_path)) == 2


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("why = ", "reason = ", "why: Field required"),
        ('"to see what a truncated draft does"', '""', "why"),
        ('"blue-mill"', '"Blue Mill"', "case"),
        ('"truncated"', '"cut"', "fault"),
        ('"truncated"', '"overloaded"', "has no text"),
        ('text = "half of"\nfault = "truncated"', "", "text, faithful = true or a fault"),
        ('fault = "truncated"', "faithful = true", "not both"),
        ('fault = "truncated"', 'replace = [["a", "b"]]', "replace"),
        ("[[replies]]", "[[replies", "cannot be read"),
    ],
)
def test_what_is_not_valid_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    (tmp_path / "a.toml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(BadCase, match=why):
        load_authored(tmp_path)
    (tmp_path / "none").mkdir()
    with pytest.raises(BadCase, match="no TOML"):
        load_authored(tmp_path / "none")
