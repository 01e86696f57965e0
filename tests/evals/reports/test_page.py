"""The page: whole in one file, everything escaped, old and new side by side."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from evals.reports.page import page


class Seen(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps them."""
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def test_nothing_comes_from_elsewhere_and_nothing_runs(told: Any) -> None:
    text = page(*told)
    seen = Seen()
    seen.feed(text)
    assert not {"script", "img", "link", "iframe", "a"} & set(seen.tags)
    assert not {"src", "href", "style", "onclick"} & set(seen.attributes)
    assert not re.search(r"url\(|@import", text)
    assert "&lt;script&gt;" in text


def test_old_and_new_stand_side_by_side(told: Any) -> None:
    text = page(*told)
    assert "<del>summary: Old words.</del>" in text
    assert "<ins>summary: &lt;script&gt;" in text
    assert "Old and new words of 1 cases" in text
