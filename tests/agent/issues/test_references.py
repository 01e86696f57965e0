"""Which thread a report is, and which it only names."""

from __future__ import annotations

import pytest

from agent.issues.references import mentioned_threads, own_thread, parse_thread, same_thread
from agent.report.error_report import ErrorReport

OWN = ("anthropics/claude-code", 45095)
URL = "https://github.com/anthropics/claude-code/issues/45095"


@pytest.mark.parametrize("url", [URL, f"{URL}#issuecomment-1", "anthropics/claude-code#45095"])
def test_thread_of_a_url(url: str) -> None:
    assert parse_thread(url) == OWN


@pytest.mark.parametrize(
    "url", [None, "", "https://github.com/anthropics/claude-code", "claude-code#1", "#7"]
)
def test_no_thread(url: str | None) -> None:
    assert parse_thread(url) is None


def test_the_source_url_is_the_report_itself() -> None:
    assert own_thread(ErrorReport(text=f"{URL[:-1]}9", source_url=URL)) == OWN


@pytest.mark.parametrize(
    "text",
    [
        URL,
        f"Source: {URL}\n\nit fails",
        f"it fails\n\nView on GitHub\n{URL}",
        "Feedback\nGitHub stats\nanthropics/claude-code#45095Fetched 2026-04-09 08:13:24\nComments",
    ],
)
def test_a_text_that_says_which_thread_it_is(text: str) -> None:
    assert own_thread(ErrorReport(text=text)) == OWN


def test_the_title_before_the_link_does_not_hide_it() -> None:
    assert own_thread(ErrorReport(text=f"It fails\n\n{URL}\n", title="It fails")) == OWN
    assert own_thread(ErrorReport(text=f"It fails\n\n{URL}\n", title="Other")) is None


@pytest.mark.parametrize("text", [f"Same as {URL}", f"it fails\n\nsee {URL} for more", f"it fails\n- {URL}"])
def test_a_thread_that_is_only_named_is_not_the_own_one(text: str) -> None:
    assert own_thread(ErrorReport(text=text)) is None


@pytest.mark.parametrize(
    ("text", "is_duplicate"),
    [
        ("Same as #45039, I think", True),
        ("A duplicate of #45039", True),
        ("This is not a duplicate of #45039", False),
        ("It is not the same as #45039", False),
        ("Possibly a duplicate of #45039?", False),
        ("Is it the same as #45039?", False),
        ("#45203 was closed as a duplicate of #45039", False),
    ],
)
def test_a_duplicate_that_is_denied_or_is_another_one_is_only_mentioned(
    text: str, is_duplicate: bool
) -> None:
    found = mentioned_threads(ErrorReport(text=text, product="claude-code"))
    assert found["anthropics/claude-code", 45039] == is_duplicate


def test_mentions_and_duplicates() -> None:
    text = f"Looks like {URL}, a duplicate of #45039. Not #12abc nor o/n#5"
    found = mentioned_threads(ErrorReport(text=text, product="claude-code"))
    assert found == {OWN: False, ("anthropics/claude-code", 45039): True, ("o/n", 5): False}


def test_a_bare_number_needs_a_product() -> None:
    assert mentioned_threads(ErrorReport(text="see #45039")) == {}


def test_repositories_do_not_differ_by_case() -> None:
    assert same_thread(OWN, ("Anthropics/Claude-Code", 45095))
    assert not same_thread(OWN, ("anthropics/claude-code", 45096))
    assert not same_thread(None, None)
