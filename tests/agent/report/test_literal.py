from __future__ import annotations

from agent.report.literal import BREAK, decode_at, extent, parse_json, parse_python, rejoin, repair


def test_the_extent_of_an_object_honours_strings_and_depth() -> None:
    assert extent('{"a":"}"} x', False) == 9
    assert extent("{'a': '}'} x", True) == 10
    assert extent('{"a":', False) is None
    assert extent("{" * 100 + "}" * 100, False) is None


def test_breaks_are_blanks_outside_strings_and_judged_inside() -> None:
    text = f'{{"a":{BREAK}"x{BREAK}y"}}'
    assert rejoin(text, lambda _before, _after, number: number == 1) == '{"a": "x y"}'


def test_notations() -> None:
    assert parse_json('{"a": 1}') == {"a": 1}
    assert parse_json("{'a'}") is None
    assert parse_python("{'a': None, 'b': \"it's\"}") == {"a": None, "b": "it's"}
    assert parse_python("{ a: 'x', b: undefined, c: true }") == {"a": "x", "b": None, "c": True}
    assert parse_python("__import__('os')") is None
    assert repair('{"a": "x", }') == {"a": "x"}
    assert repair("{" * 5000) is None
    assert decode_at("x{}", 1) == ({}, 3)
