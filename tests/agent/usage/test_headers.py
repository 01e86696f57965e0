"""Header names in a text."""

from __future__ import annotations

from agent.usage.headers import headers_in, is_headers


def test_headers_are_found_in_text_with_their_full_names() -> None:
    text = "headers: unified-status allowed; overage-status rejected; anthropic-ratelimit-requests-limit: 50"
    assert headers_in(text) == {
        "anthropic-ratelimit-unified-status": "allowed",
        "anthropic-ratelimit-unified-overage-status": "rejected",
        "anthropic-ratelimit-requests-limit": "50",
    }
    assert headers_in("content-type: text/html") == {}


def test_an_object_of_headers_is_told_by_its_keys() -> None:
    assert is_headers({"Retry-After": 3})
    assert not is_headers({"five_hour": 3})
