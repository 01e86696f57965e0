"""Cutting prose."""

from __future__ import annotations

from agent.usage.sentences import chunks, lines_with, masked, sentences_with, unwrapped


def test_masking_keeps_length_and_line_breaks() -> None:
    text = "ab\ncd ef"
    assert masked(text, [(1, 4), (2, 3)]) == "a \n d ef"


def test_a_decimal_comma_does_not_cut() -> None:
    assert chunks("session 3,5 %, weekly 7 %") == ["session 3,5 %", " weekly 7 %"]


def test_only_a_long_line_is_joined() -> None:
    long = "x" * 60
    assert unwrapped(f"{long}\nlimit") == f"{long} limit"
    assert unwrapped("session 3%\nweekly 5%") == "session 3%\nweekly 5%"


def test_sentences_and_lines_are_taken_once() -> None:
    text = "One 5% here. Two without. Three 7% and 8%. Three 7% and 8%."
    places = [i for i, letter in enumerate(text) if letter == "%"]
    assert sentences_with(text, places) == ["One 5% here.", "Three 7% and 8%."]
    assert lines_with("My limit\nnothing\nMy limit\nA Limit", ("limit",)) == "My limit\nA Limit"
