"""One reading of "not" for all laws."""

from __future__ import annotations

import pytest

from agent.diagnosis.laws.phrases import hits, negated, plain, sentences
from agent.diagnosis.laws.prefilter import Phrase

SPOOF = (Phrase(r"\b(?:spoof|fake|pretend)\b"),)


@pytest.mark.parametrize(
    "text",
    [
        "Never spoof the user agent, fake headers or pretend to be it.",
        "Do not spoof it.",
        "Don\u2019t spoof it.",
        "You must not, under any circumstances, spoof or fake it.",
        "Update instead of trying to spoof it.",
        "To spoof it is forbidden.",
        "To fake it breaks the terms.",
        "Nobody may fake it.",
    ],
)
def test_denied(text: str):
    assert hits(text, SPOOF) == []


@pytest.mark.parametrize(
    "text",
    [
        "Spoof it.",
        "Do not worry, spoof it.",
        "Do not pay; spoof it.",
        "Do not pay. Spoof it.",
        "Do not pay, just spoof it.",
        "Do not pay but spoof it.",
        "Do not wait, spoof it.",
        "Why not spoof it?",
        "Not only update it, you can spoof it too.",
        "It does not work: spoof it.",
        "No doubt you should fake it.",
    ],
)
def test_not_denied(text: str):
    assert hits(text, SPOOF)


def test_what_is_only_asked_about_is_no_advice():
    assert hits("Does the tool fake headers?", SPOOF) == []
    assert hits("Which program may spoof it?", SPOOF) == []
    assert hits("Do you know that you can spoof it?", SPOOF)
    assert hits("Why not fake it?", SPOOF)


def test_sentences_end_at_marks_and_line_breaks():
    assert sentences('One. "Two." Three; four\nfive - six') == [
        "One.",
        '"Two.',
        "Three;",
        "four",
        "five",
        "six",
    ]


def test_plain_makes_apostrophes_plain():
    assert plain("don\u2019t\u00a0 do") == "don't do"


def test_negated_reads_before_and_after():
    assert negated("do not ")
    assert negated("", " is not allowed")
    assert not negated("please ", " at once")
