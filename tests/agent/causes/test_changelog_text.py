"""Changelogs as people write them, and files that are none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.causes.changelog_text import LONGEST_LINE, MOST_BYTES, decode, parse_changelog
from agent.errors import BadInput

LONG = """
# Changelog

What is said before the first version is no change.

## Unreleased
- Nothing that anybody can install

## [2.1.96] - 2026-04-08
### Fixed
- Fixed requests being refused
  although the plan is not used up
* Second, with a [link](https://example.org/a)
  - nested and alone
- Providers:
  - Bedrock: asks for the region
    over two lines
  - Vertex: too
1. Numbered

A paragraph
over two lines.

# v2.1.95 (2026-04-07)
- One

2.1.94
------
- Setext

2.1.93-beta.2
=============
- Early

# Not a version
- left out
## @anthropic-ai/claude-code@2.1.92
```
- code is no line
## 9.9.9
```
- Named
<!-- - hidden -->
"""


def read(text: str) -> list[tuple[str, str]]:
    return [(found.version, found.line) for found in parse_changelog(text)]


def test_headings_bullets_and_wrapped_lines() -> None:
    assert read(LONG) == [
        ("2.1.96", "Fixed requests being refused although the plan is not used up"),
        ("2.1.96", "Second, with a link"),
        ("2.1.96", "nested and alone"),
        ("2.1.96", "Providers: Bedrock: asks for the region over two lines"),
        ("2.1.96", "Providers: Vertex: too"),
        ("2.1.96", "Numbered"),
        ("2.1.96", "A paragraph over two lines."),
        ("2.1.95", "One"),
        ("2.1.94", "Setext"),
        ("2.1.93-beta.2", "Early"),
        ("2.1.92", "Named"),
    ]


def test_the_day_of_a_heading_is_kept() -> None:
    days = {found.version: found.released_at for found in parse_changelog(LONG)}
    assert days["2.1.96"] == datetime(2026, 4, 8, tzinfo=UTC)
    assert days["2.1.95"] == datetime(2026, 4, 7, tzinfo=UTC)
    assert days["2.1.94"] is None
    assert parse_changelog("## 1.2.3 (2026-99-99)\n- x")[0].released_at is None


@pytest.mark.parametrize(
    "heading",
    ["## 2.1.96", "# v2.1.96", "## [2.1.96](https://example.org/t) (2026-04-08)", "### Version 2.1.96",
     "##  Claude Code 2.1.96 ##", "2.1.96\n======", "## **2.1.96**", "## `2.1.96`", "## Release v2.1.96 - x",
     "## \U0001f4e6 2.1.96", '## <a name="2.1.96"></a>2.1.96 (2026-04-08)', "**2.1.96**",
     "**v2.1.96** - 2026-04-08", "__2.1.96 (2026-04-08)__:"],
)  # fmt: skip
def test_forms_of_a_heading(heading: str) -> None:
    assert read(f"{heading}\n\n- a line") == [("2.1.96", "a line")]


@pytest.mark.parametrize(
    "heading",
    [
        "## About 2.1.96",
        "2.1.96",
        "####### 2.1.96",
        "##2.1.96",
        "## 2",
        "## 2.x",
        "**2.1.96** is out",
        "**2.1.96",
        "**Since 2.1.96**",
    ],
)
def test_what_is_no_heading_of_a_version(heading: str) -> None:
    with pytest.raises(BadInput, match="names no version"):
        parse_changelog(f"{heading}\n\n- a line")


def test_a_heading_of_many_names_is_read_at_once() -> None:
    with pytest.raises(BadInput, match="names no version"):
        parse_changelog("## " + "a/b@" * 10_000 + "\n\n- a line")


def test_a_comment_that_is_not_closed_goes_to_the_end() -> None:
    assert read("## 1.2.3\n- a line\n" + "<!--\n- hidden\n" * 100_000) == [("1.2.3", "a line")]


def test_versions_in_bold_do_not_run_into_one_another() -> None:
    text = "# Changes\n\n**2.1.96**\n- new\n### Fixed\n- more\n\n**2.1.95** - 2026-04-07\n- old\n"
    assert read(text) == [("2.1.96", "new"), ("2.1.96", "more"), ("2.1.95", "old")]
    assert parse_changelog(text)[2].released_at == datetime(2026, 4, 7, tzinfo=UTC)


def test_a_version_without_lines_is_an_empty_changelog() -> None:
    with pytest.raises(BadInput, match="no line under any"):
        parse_changelog("## 2.1.96\n\n## 2.1.95\n")


def test_secrets_control_characters_and_long_lines_are_not_kept() -> None:
    secret = "sk-ant-" + "api03-" + "a" * 40
    ((_, line),) = read(f"## 1.2.3\n- key {secret} \x1b[31m\u202ered " + "x" * 2_000)
    assert secret not in line
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert len(line) == LONGEST_LINE


def test_a_file_must_be_text_in_utf_8_and_not_too_large() -> None:
    assert decode(b"\xef\xbb\xbf## 1.2.3", "f") == "## 1.2.3"
    for raw, why in (
        (b"PK\x03\x04\x00\x00", "zero bytes"),
        ("## 1.2.3".encode("utf-16"), "zero bytes|UTF-8"),
        ("## 1.2.3\n- caf\u00e9".encode("latin-1"), "not in UTF-8"),
        (b"a" * (MOST_BYTES + 1), "at most"),
    ):
        with pytest.raises(BadInput, match=why):
            decode(raw, "f")


def test_more_lines_than_a_changelog_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.causes.changelog_text.MOST_LINES", 3)
    with pytest.raises(BadInput, match="more than 3 lines"):
        parse_changelog("## 1.2.3\n" + "- a\n" * 5)


@given(st.text(alphabet="#- =`v.123\nab[]()", max_size=300))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        found = parse_changelog(text)
    except BadInput:
        return
    assert found
    assert all(each.line.strip() and each.version for each in found)
