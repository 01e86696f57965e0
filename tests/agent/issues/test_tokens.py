"""What a text is looked up by, and what is left out of it."""

from __future__ import annotations

import pytest

from agent.issues.tokens import MOST_TEXT, issue_tokens, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("std::fs::read_dir", ["std::fs::read_dir", "std", "fs", "read_dir", "read", "dir"]),
        ("http.NewRequest", ["http.newrequest", "newrequest", "new", "request"]),
        ("HTTPServer2 getURLs", ["httpserver2", "server2", "geturls", "url"]),
        ("tool_use", ["tool_use", "tool"]),
        ("Crashes when panicking", ["crash", "panick"]),
        ("E0308 SIGSEGV", ["e0308", "sigsegv"]),
        ("go1.21.3", ["go1.21.3", "go1", "21"]),
        ("naïve façade", ["naïv", "façad"]),
    ],
)
def test_identifiers_stand_whole_and_in_parts(text: str, expected: list[str]) -> None:
    found = tokens(text)
    assert set(found) == set(expected)


@pytest.mark.parametrize(
    "noise",
    [
        "req_011CZqwT95fczsmYtLxPyNk9",
        "toolu_01A09q90qw90lq917835lq9",
        "0x7fff5fbff8a0",
        "deadbeef12 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "123e4567-e89b-12d3-a456-426614174000",
        "1680000000 12345",
        "the of and a",
        "x",
        "🎉🎉🎉",
        "",
        "________",
    ],
)
def test_ids_and_stop_words_give_nothing_of_their_own(noise: str) -> None:
    assert tokens(noise) == []


def test_forms_of_a_word_are_one_token() -> None:
    assert len(set(tokens("limits limit limited Limiting"))) == 1


def test_scripts_without_spaces_give_pairs() -> None:
    assert tokens("使用制限error") == ["使用", "用制", "制限", "error"]


def test_title_and_body_are_apart_and_the_body_is_cut() -> None:
    title, body = issue_tokens("Panic", "word " * MOST_TEXT)
    assert title == ["panic"]
    assert len(body) == MOST_TEXT // 5


def test_a_long_run_of_letters_is_no_token() -> None:
    assert tokens("QUJD" * 100) == []
    assert tokens("a" * 49) == []


def test_order_and_repeats_are_kept() -> None:
    assert tokens("limit reached, limit shown") == ["limit", "reach", "limit", "shown"]
