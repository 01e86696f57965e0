"""Text of others made harmless. The reader is a Markdown parser, not our own idea of one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from agent.diagnosis.escape import code_block, code_span, link, one_line, prose, visible

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HARMLESS = {"paragraph_open", "paragraph_close", "inline", "text", "code_inline", "softbreak", "text_special"}
HOSTILE = st.text(alphabet=st.sampled_from("ab1 `*_[]()<>#!|~\\-+=.:/&;\n\t\"'@$\u202e\x1b"), max_size=40)


def kinds(markdown: str) -> set[str]:
    def walk(tokens: list[Token]) -> set[str]:
        return {k for t in tokens for k in ({t.type} | walk(t.children or []))}

    return walk(MARKDOWN.parse(markdown))


@settings(max_examples=400, deadline=None, database=None)
@given(HOSTILE)
def test_prose_and_spans_are_never_markup(text: str):
    assert kinds(prose(text)) <= HARMLESS
    assert kinds(f"- {prose(text)}") <= HARMLESS | {
        "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"
    }  # fmt: skip
    assert kinds(f"x {code_span(text)} y") <= HARMLESS


@settings(max_examples=200, deadline=None, database=None)
@given(HOSTILE)
def test_a_block_cannot_be_closed_from_within(text: str):
    assert kinds(code_block(text)) == {"fence"}
    assert MARKDOWN.parse(code_block(text))[0].content.rstrip("\n") == visible(text).strip("\n").rstrip("\n")


@settings(max_examples=200, deadline=None, database=None)
@given(HOSTILE)
def test_a_span_shows_the_text_as_it_is(text: str):
    children = MARKDOWN.parse(f"x {code_span(text)} y")[0:2][1].children or []
    shown = [t.content for t in children if t.type == "code_inline"]
    assert shown == [one_line(text)] or not one_line(text)


def test_code_in_prose_stays_code():
    assert prose('Run `claude -p "hi"` in #1 of <x>.') == 'Run `claude -p "hi"` in \\#1 of \\<x\\>.'
    assert prose("ANTHROPIC_API_KEY and _x_") == "ANTHROPIC_API_KEY and \\_x\\_"


@pytest.mark.parametrize(
    ("text", "start"), [("1. a", "1\\. a"), ("- a", "\\- a"), ("+ a", "\\+ a"), ("= a", "\\= a")]
)
def test_a_line_cannot_start_a_list_or_a_heading(text: str, start: str):
    assert prose(text) == start


def test_bare_addresses_of_others_do_not_become_links():
    assert prose("see http://evil.example and www.evil.example, a@b.c") == (
        "see http\\://evil.example and www\\.evil.example, a\\@b.c"
    )


def test_control_characters_go(room: SimpleNamespace):
    assert one_line("\x1b[31mred\x1b[0m \u202eabc\r\nd\x00\ud800") == "red abc d"
    assert visible("a\r\nb\tc") == "a\nb\tc"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://github.com/a/b/issues/1#c-2", "<https://github.com/a/b/issues/1#c-2>"),
        ("javascript:alert(1)", "`javascript:alert(1)`"),
        ("https://a.b/> <script>", "`https://a.b/> <script>`"),
        (None, ""),
    ],
)
def test_links(url: str | None, shown: str):
    assert link(url) == shown


def test_empty_text_is_said():
    assert code_span(" \n") == "(empty)"
