from __future__ import annotations

import re

import pytest

from agent.report.lexicon import Lexicon
from agent.report.literals import all_required, folded, required, sought
from agent.report.statements import compile_rules, read_statements
from agent.report.terminal import plain


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\b(?:alpha|beta)\b.{0,9}\bgammas?\b", {"gamma"}),
        (r"colou?r", {"colo"}),
        (r"(?:abc)?defg+", {"defg"}),
        (r"one(?!two)three", {"three"}),
        (r"\d+ ?%", None),
        (r"(?:login|\w+)", None),
        (r"(\w)\1", None),
    ],
)
def test_the_words_that_a_match_needs(pattern: str, words: set[str] | None) -> None:
    found = required(pattern)
    assert found == (None if words is None else frozenset(words))


@pytest.mark.parametrize(
    ("pattern", "sets"),
    [
        (r"\b(?:alpha|beta)\b.{0,9}\bgammas?\b", [{"gamma"}, {"alpha", "beta"}]),
        (r"alpha\d+beta(?:gamma)?", [{"alpha"}, {"beta"}]),
        (r"alpha.*beta|gamma", [{"alpha", "gamma"}]),
        (r"(?:login|\w+)", []),
    ],
)
def test_every_set_of_words_that_a_match_needs(pattern: str, sets: list[set[str]]) -> None:
    assert [set(each) for each in all_required(pattern)] == sets


def test_skipping_expressions_changes_no_statement(lexicon: Lexicon) -> None:
    rules = compile_rules(lexicon)
    assert rules.rules
    for rule in lexicon.statements:
        for pattern in (*rule.patterns, *rule.denied, *rule.unless):
            for sample in SAMPLES:
                if re.search(pattern, sample, re.M):
                    for words in all_required(pattern):
                        assert any(word in sample for word in words), pattern
    for sample in SAMPLES:
        read_statements(plain(sample), rules, [])


SAMPLES = [
    "there was an old anthropic_api_key in my .env file and removing the key fixed it",
    "i use opencode with my max plan through a proxy, and usage page shows 3 percent",
    "logging out and back in does not help; the login works but the first call fails",
    "it worked in 2.1.30 and i upgraded to the latest version yesterday on a network behind zscaler",
    "after the image was read every message fails, even after /compact and in a new session",
    "i was charged twice and want a refund; the balance shows credits but the cap is reached",
]


def test_no_text_is_passed_over_that_an_expression_would_match() -> None:
    """The letters that an expression which ignores case takes for those of ASCII."""
    looked_for = sought(r"x\d*sink-\w", re.I)
    assert looked_for.words == {"sink-"}
    for other in "sSikIK\u017f\u0130\u0131\u212a":
        for letter in "sik":
            text = "XSINK-A".replace(letter.upper(), other)
            if looked_for.expression.search(text):
                assert looked_for.may_stand_in(folded(text)), ascii(other)
    assert looked_for.may_stand_in(folded("xSINK-a"))
    assert not looked_for.may_stand_in(folded("x sank-a"))
    assert sought(r"\d+").may_stand_in("")


def test_every_letter_that_is_taken_for_one_of_ascii_is_folded_to_it() -> None:
    for letter in "abcdefghijklmnopqrstuvwxyz":
        same = re.compile(letter, re.I)
        for code in range(128, 0x3000):
            if same.fullmatch(chr(code)):
                assert letter in folded(chr(code)), hex(code)
