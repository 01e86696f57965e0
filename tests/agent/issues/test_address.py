"""What names an issue, and what is refused before anything is asked."""

from __future__ import annotations

import re

import pytest

from agent.errors import BadInput
from agent.issues.address import PATTERN, forge_of, parse_address

GITHUB = "https://github.com"


@pytest.mark.parametrize(
    "text",
    [
        "o/n#7",
        " https://github.com/o/n/issues/7 ",
        "https://www.github.com/o/n/issues/7#issuecomment-1",
        "http://GitHub.com/o/n/issues/7?x=1",
        "https://github.com/o/n/issues/7/",
    ],
)
def test_an_issue(text: str) -> None:
    assert parse_address(text, GITHUB) == ("o/n", 7)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://gitlab.com/o/n/issues/7", "not an issue of github.com"),
        ("https://github.com.evil.example/o/n/issues/7", "not an issue of github.com"),
        ("https://github.com@evil.example/o/n/issues/7", "not an issue of github.com"),
        ("https://github.com:8443/o/n/issues/7", "not an issue of github.com"),
        ("http://127.0.0.1/o/n/issues/7", "not an issue of github.com"),
        ("http://169.254.169.254/latest/meta-data", "not an issue of github.com"),
        ("http://[::1]/o/n/issues/7", "not an issue of github.com"),
        ("http://10.0.0.8:9200/o/n/issues/7", "not an issue of github.com"),
        ("file:///etc/passwd", "not an issue of github.com"),
        ("https://github.com/o/n/pull/7", "o/n#7 is a pull request"),
        ("https://github.com/o/n/discussions/7", "a discussion"),
        ("https://github.com/o/n", "is no issue"),
        ("https://github.com/o/../../x/issues/7", "is no issue"),
        ("https://github.com/o/n/issues/x", "is no issue"),
        ("https://github.com/o/n/issues/0", "from 1"),
        ("o/n", "names no issue"),
        ("#7", "names no issue"),
        ("", "names no issue"),
        ("o/n#" + "9" * 40, "names no issue"),
        ("https://github.com/" + "a" * 5_000, "names no issue"),
        ("o/n#٣", "names no issue"),
    ],
)
def test_what_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=re.escape(why)) as refused:
        parse_address(text, GITHUB)
    assert len(str(refused.value)) < 300


def test_what_stands_before_a_host_is_not_said_again() -> None:
    for text in (
        "https://ann:hunter2@github.com/o/n/issues/7",
        "ftp://hunter2@x y",
        "x://hunter2@" + "a" * 600,
    ):
        with pytest.raises(BadInput) as refused:
            parse_address(text, GITHUB)
        assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ["o/..#7", "o/.#7", f"{GITHUB}/o/../issues/7"])
def test_a_name_is_no_way_up(text: str) -> None:
    with pytest.raises(BadInput):
        parse_address(text, GITHUB)
    assert parse_address("o/..n#7", GITHUB) == ("o/..n", 7)


def test_the_forge_of_an_api() -> None:
    assert forge_of("https://api.github.com") == GITHUB
    assert forge_of("https://forge.example/api/v3") == "https://forge.example"
    assert forge_of("http://127.0.0.1:8123") == "http://127.0.0.1:8123"
    assert parse_address("https://forge.example/o/n/issues/7", "https://forge.example") == ("o/n", 7)
    with pytest.raises(BadInput):
        parse_address("https://github.com/o/n/issues/7", "https://forge.example")


@pytest.mark.parametrize("text", ["o/n#7", "https://github.com/o/n/issues/7", "A.b/_c.d#123456789"])
def test_what_is_described_is_taken(text: str) -> None:
    assert re.fullmatch(PATTERN, text)
    assert parse_address(text, GITHUB)
