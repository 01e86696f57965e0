"""What people tell: attempts and remedies, in their own sentences, and the code they show."""

from __future__ import annotations

import pytest

from agent.issues.issue import Comment
from agent.issues.told import MOST_TOLD, code_in, errors_in, helped_in, tried_in
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


def test_lines_under_a_heading_that_says_workaround() -> None:
    body = "It fails.\n\n## Workaround\n\nRolling back to 2.0.62 brings it back.\n\n## More\n\nText."
    assert [one.text for one in helped_in(issue(1, body=body))] == ["Rolling back to 2.0.62 brings it back."]
    assert helped_in(issue(1, body="## Workaround\n\nNone.\n")) == []
    assert helped_in(issue(1, body="## Proposed solution\n\nA new flag.\n")) == []


def test_an_export_on_one_line_is_read_as_it_was_written() -> None:
    body = (
        "### What's wrong? " + "It hangs at the start of each session. " * 60 + "I reinstalled it twice. "
        "Attempted troubleshooting: - Restarted the editor - [x] Cleared the cache ### Errors ```shell ``` "
        "## Workaround Rolling back brings it back. ### Steps 1. Start it ```bash claude --resume\tagain ``` "
        "2. Wait"
    )
    asked = issue(1, body=body)
    said = ["I reinstalled it twice.", "Restarted the editor", "Cleared the cache"]
    assert [one.text for one in tried_in(asked)] == said
    assert code_in(asked) == "claude --resume\tagain"
    assert [one.text for one in helped_in(asked)] == ["Rolling back brings it back."]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("```\nFATAL ERROR: Ineffective mark-compacts near heap limit\n```", 1),
        ("npm says:\n\nEACCES, permission denied\nand then\nTypeError: x is undefined", 2),
        ('[{"error":"Error: No lock\\n at f (x.js)","timestamp":"1"}]' + " " * 300, 1),
        ("It could not be read. An error is shown. Errors: []", 0),
        ("Error: 1\nError: 2\nError: 3\nError: 4", 3),
    ],
)
def test_lines_that_tell_of_an_error(body: str, lines: int) -> None:
    found = errors_in(issue(1, body=body))
    assert len(found) == lines
    assert not any("timestamp" in line for line in found if len(body) > 300)


def test_an_error_in_the_title() -> None:
    assert errors_in(issue(1).model_copy(update={"title": "A hook causes heap out of memory"}))
    asked = issue(1, body="See above").model_copy(update={"title": "SyntaxError: bad input"})
    assert errors_in(asked) == ["SyntaxError: bad input"]


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
    assert len(errors_in(large)) <= 3
    assert len((code_in(large) or "").splitlines()) <= 40


def test_a_fence_that_is_never_closed_holds_no_code() -> None:
    asked = issue(1, body="```\nI tried this.")
    assert code_in(asked) is None
    assert [one.text for one in tried_in(asked)] == ["I tried this."]


def test_the_longest_code() -> None:
    body = "a\n```\nshort\n```\nb\n~~~sh\nthe longer one\nof two\n~~~\n```\n\n```"
    assert code_in(issue(1, body=body)) == "the longer one\nof two"
    assert code_in(issue(1, body="no `code` here")) is None
    log = '```json\n[{"error":"Error: a long line of a log"}]\n```\n'
    assert code_in(issue(1, body=log + "```\nclaude\n```")) == "claude"
    assert (code_in(issue(1, body=log)) or "").startswith("[{")
    assert code_in(issue(1, body="```\nN/A\n```\n```json\n[]\n```\n")) is None
    assert len(code_in(issue(1, body="```\n" + "x" * 40_000 + "\n```")) or "") == 4_000
    assert len((code_in(issue(1, body="```\n" + "x\n" * 500 + "```")) or "").splitlines()) == 40
