from __future__ import annotations

from agent.report.payload import payloads
from agent.report.terminal import plain
from agent.report.wrapping import Vocabulary

WORDS = Vocabulary(frozenset(), "")


def test_every_body_is_found_in_order() -> None:
    escaped = r"{\"error\":{\"message\":\"two\"}}"
    text = 'a {"error":{"message":"one"}} b ' + escaped + ' c {"x":{"error":{"message":"three"}}}'
    assert [p.fields.message for p in payloads(plain(text), WORDS)] == ["one", "two", "three"]


def test_a_body_that_is_cut_off_gives_what_there_is() -> None:
    text = '{"type":"error","error":{"type":"api_error","message":"Internal ser\n\nnext paragraph'
    (found,) = payloads(plain(text), WORDS)
    assert (found.fields.type, found.fields.message) == ("api_error", "Internal ser")


def test_deep_nesting_ends() -> None:
    assert list(payloads(plain('{"error":' * 5000), WORDS)) == []
