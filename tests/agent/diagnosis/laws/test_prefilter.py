"""A phrase finds exactly what its pattern finds; what it looks for first stands in every match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.diagnosis import obeyed
from agent.diagnosis.laws import abroad, honest, lawful, money
from agent.diagnosis.laws.prefilter import Phrase, folded, needed


def _phrases(value: Any) -> Iterator[Phrase]:
    if isinstance(value, Phrase):
        yield value
    elif isinstance(value, dict):
        yield from _phrases(list(value.values()))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _phrases(inner)


ALL = [
    phrase
    for room in (abroad, honest, lawful, money, obeyed)
    for phrase in _phrases(list(vars(room).values()))
]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_whatever_a_pattern_matches_is_found(data: st.DataObject):
    phrase = data.draw(st.sampled_from(ALL))
    text = data.draw(st.from_regex(phrase.pattern))
    assert phrase.search(text)


def test_every_pattern_of_the_laws_is_one():
    assert all(phrase.pattern.flags & re.IGNORECASE for phrase in ALL)


def test_the_laws_have_phrases_and_nearly_all_of_them_look_for_words_first():
    assert len(ALL) > 100
    assert sum(bool(phrase.needs) for phrase in ALL) > 0.95 * len(ALL)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\bbuy\b more", [{"buy more"}]),
        (r"\b(?:buy|get)\b[^.]{0,9}credits?", [{"buy", "get"}, {"credit"}]),
        (r"refunds?", [{"refund"}]),
        (r"(?:ab)+c", [{"ab"}, {"c"}]),
        (r"(?:ab)*cd", [{"cd"}]),
        (r"a(?!b)c(?=d)", [{"ac"}]),
        (r"(?:buy|\w+)", []),
        (r"ÜBER", [{"über"}]),
        (r"[ab]+", []),
    ],
)
def test_the_words_that_a_match_needs(pattern: str, words: list[set[str]]):
    assert needed(pattern) == words


@pytest.mark.parametrize("text", ["Buy MORE", "buy\u00a0it, then buy more", "Ku\u017f\u017f: buy more"])
def test_case_does_not_matter(text: str):
    assert Phrase(r"\bbuy more\b").search(text)


@pytest.mark.parametrize("text", ["\u017fend it", "\u017fEND IT", "send \u0131t", "SEND \u0130T"])
def test_letters_that_match_another_one_hide_nothing(text: str):
    assert folded(text) is None
    assert Phrase(r"\bsend it\b").search(text)


def test_a_text_in_ascii_is_searched_for_words_in_ascii_alone():
    phrase = Phrase(r"\bkauf|購入")
    assert phrase.search("Jetzt KAUFEN")
    assert phrase.search("クレジットを購入")
    assert not phrase.search("Buy it")
    assert not phrase.search("買う")
    assert Phrase(r"購入").ascii_needs is None
    assert Phrase(r"購入").search("Buy it") is None


def test_a_text_without_the_words_is_not_searched():
    phrase = Phrase(r"\b(?:buy|get)\b[^.]{0,9}credits?")
    assert phrase.needs
    phrase.pattern = Phrase("get").pattern
    assert phrase.search("get it") is None
    assert phrase.search("get it credited")
