from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.report.terminal import plain


def test_colours_borders_prompts_and_padding_go() -> None:
    source = "\x1b[31m❯ hi\x1b[0m\r\n  ⎿  API\u00a0Error   \n│ one   │\n╭────╮\n| two |"
    assert plain(source).text == "hi\nAPI Error\none\n\ntwo"


def test_a_lone_greater_sign_is_kept_and_a_quoted_block_is_not() -> None:
    assert plain("limit: 1 + 2\n> 200000, decrease").text == "limit: 1 + 2\n> 200000, decrease"
    assert plain("> one\n> two").text == "one\ntwo"


def test_a_model_suffix_is_no_colour() -> None:
    assert plain("claude-opus-4-6[1m] and opus[1m]").text == "claude-opus-4-6[1m] and opus[1m]"


@given(st.text(alphabet=st.sampled_from("ab \n\r\t│❯⎿>|─\x1b[31m\u00a0😀é{}"), max_size=80))
def test_every_character_leads_back_to_its_source(source: str) -> None:
    screen = plain(source)
    for position, character in enumerate(screen.text):
        if character not in " \n":
            assert source[screen.origin(position)] == character
