"""What people tell: attempts and remedies, in their own sentences, and the code they show."""

from __future__ import annotations

import pytest

from agent.issues.issue import Comment
from agent.issues.told import MOST_TOLD, code_in, helped_in, tried_in
from tests.agent.issues.test_links import issue


@pytest.mark.parametrize(
    "line",
    [
        "I have tried logging out and in again.",
        "I've already reinstalled the CLI.",
        "We restarted the machine twice.",
        "- Tried with another model",
        "1. Logged out, then in",
    ],
)
def test_an_attempt_is_found(line: str) -> None:
    (found,) = tried_in(issue(1, body=f"It fails.\n{line}\nThe end.", author="ann"))
    assert found.author == "ann"
    assert found.text in line


@pytest.mark.parametrize(
    "line",
    [
        "- [x] I have searched existing issues and this hasn't been reported yet",
        "I'm within my limit.",
        "> I have tried everything",
        "Is there anything that I could try?",
        "```\nI tried x\n```",
    ],
)
def test_what_is_no_attempt(line: str) -> None:
    assert tried_in(issue(1, body=line)) == []


def test_lines_under_a_heading_that_asks_for_it() -> None:
    body = "### What have you tried?\n\n- a new shell\n- a new key\n\n### Version\n\n2.1.7"
    assert [one.text for one in tried_in(issue(1, body=body))] == ["a new shell", "a new key"]
    assert tried_in(issue(1, body="### What have you tried?\n\n_No response_\n")) == []


@pytest.mark.parametrize(
    ("line", "helps"),
    [
        ("Updating to 2.1.97 fixed it for me.", True),
        ("As a workaround I log in again every morning.", True),
        ("That solved the issue here.", True),
        ("Is there any workaround?", False),
        ("Updating did not fix it.", False),
        ("Please let me know if this fixed the issue", False),
        ("It never worked for me.", False),
        ("Yes, this worked in a previous version", False),
    ],
)
def test_what_helped(line: str, helps: bool) -> None:
    asked = issue(1, comments=[Comment(external_id="1", author="bob", body=line)])
    assert [one.text for one in helped_in(asked)] == ([line] if helps else [])


def test_it_is_bounded_and_says_each_thing_once() -> None:
    comments = [Comment(external_id=str(n), body=f"I tried thing {n % 20} {'x' * 500}.") for n in range(60)]
    found = tried_in(issue(1, comments=comments))
    assert len(found) == MOST_TOLD
    assert max(len(one.text) for one in found) == 300
    assert len(tried_in(issue(1, comments=[comments[0], comments[0]]))) == 1


@pytest.mark.parametrize("piece", ["```x\n", "`", "~~~\n`", "**a", "# tried\n```", "i tried ", " "])
def test_a_large_and_hostile_text_is_read_line_by_line(piece: str) -> None:
    body = (piece * 5_000_000)[:5_000_000]
    large = issue(1, body=body, comments=[Comment(external_id="1", body=body)])
    assert len(tried_in(large)) <= MOST_TOLD
    assert len(helped_in(large)) <= MOST_TOLD
    assert len((code_in(large) or "").splitlines()) <= 40


def test_a_fence_that_is_never_closed_holds_no_code() -> None:
    asked = issue(1, body="```\nI tried this.")
    assert code_in(asked) is None
    assert [one.text for one in tried_in(asked)] == ["I tried this."]


def test_the_longest_code() -> None:
    body = "a\n```\nshort\n```\nb\n~~~sh\nthe longer one\nof two\n~~~\n```\n\n```"
    assert code_in(issue(1, body=body)) == "the longer one\nof two"
    assert code_in(issue(1, body="no `code` here")) is None
    assert len((code_in(issue(1, body="```\n" + "x\n" * 500 + "```")) or "").splitlines()) == 40
