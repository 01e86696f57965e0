"""The words of a reply that is being written are told as they come, and nothing else of it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.diagnosis.spoken import Spoken, teller

DRAFT = {
    "summary": [{"text": 'Run `claude -p "hi"`.\nThen wait.', "cites": ["E1", "text", "E2"]}],
    "steps": [{"id": "S1", "text": "Grüße 你好", "why": "not told", "cites": []}],
    "question": "Which?",
    "causes": [{"id": "a", "reason": "not told", "cites": ["E1"]}],
}
WORDS = 'Run `claude -p "hi"`. Then wait.\nGrüße 你好\nWhich?\n'


@given(st.lists(st.integers(1, 40), min_size=1), st.booleans(), st.sampled_from([None, 1]))
def test_the_words_are_the_same_however_the_text_is_cut(cuts: list[int], plain: bool, indent: Any) -> None:
    text, spoken, said, at = json.dumps(DRAFT, ensure_ascii=plain, indent=indent), Spoken(), "", 0
    while at < len(text):
        size = cuts[at % len(cuts)]
        said += spoken.feed(text[at : at + size])
        at += size
    assert said == WORDS


@given(st.text(max_size=80))
def test_whatever_comes_nothing_is_raised(text: str) -> None:
    Spoken().feed(text)
    Spoken().feed('{"text": "' + text)


def test_the_first_piece_is_told_even_without_a_word() -> None:
    told: list[dict[str, Any]] = []
    say = teller("draft", 1, told.append)
    for piece in ('{"summary":', ' [{"te', 'xt": "Hel', 'lo"}]}'):
        say(piece)
    assert told == [
        {"round": 1, "text": ""},
        {"round": 1, "text": "Hel"},
        {"round": 1, "text": "lo\n"},
    ]


def test_a_second_opinion_is_not_told() -> None:
    told: list[dict[str, Any]] = []
    teller("triage", 1, told.append)('{"text": "Hello"}')
    assert told == []
