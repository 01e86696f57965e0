"""References in words: which thread, and what is said of it."""

from __future__ import annotations

import pytest

from agent.issues.mentions import MOST_LINKS, links_in

OWN = ("Acme/app", 7)


def said(text: str, **facts: object) -> list[tuple[str, int, str]]:
    via = facts.pop("via", "body")
    found = links_in(text, OWN, via, **facts)  # type: ignore[arg-type]
    return [(link.target_repository, link.target_number, link.kind) for link in found]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see #12", [("Acme/app", 12, "mentions")]),
        ("see GH-12.", [("Acme/app", 12, "mentions")]),
        ("other/repo.x#3 and https://github.com/a/b/issues/4#issuecomment-9",
         [("other/repo.x", 3, "mentions"), ("a/b", 4, "mentions")]),
        ("https://github.com/acme/APP/pull/5", [("Acme/app", 5, "mentions")]),
        ("Duplicate of #12", [("Acme/app", 12, "duplicate_of")]),
        ("Closing as a duplicate of https://github.com/a/b/issues/4", [("a/b", 4, "duplicate_of")]),
        ("Fixed by #9, thanks", [("Acme/app", 9, "fixed_by")]),
        ("resolved in PR #9", [("Acme/app", 9, "fixed_by")]),
        ("This fixes #9", [("Acme/app", 9, "mentions")]),
        ("#12 again #12", [("Acme/app", 12, "mentions")]),
    ],
)  # fmt: skip
def test_a_reference_and_its_kind(text: str, links: list[tuple[str, int, str]]) -> None:
    assert said(text) == links


@pytest.mark.parametrize(
    "text",
    [
        "possible duplicate of #12", "This is not a duplicate of #12", "Might be a duplicate of #12",
        "Is this a bug? maybe duplicate of #12",
    ],
)  # fmt: skip
def test_a_duplicate_that_is_doubted_is_a_mention(text: str) -> None:
    assert {kind for *_, kind in said(text)} == {"mentions"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("First reported in #9 and marked as a duplicate of #8, but it persists.", ["mentions", "mentions"]),
        ("#9 was closed as a duplicate of #8", ["mentions", "mentions"]),
        ("https://github.com/a/b/issues/9 is a duplicate of #8", ["mentions", "mentions"]),
        ("A regression of the issue fixed in #8", ["mentions"]),
        ("Looks like a regression of what was fixed in #8", ["mentions"]),
        ("the bug that was fixed by #8", ["mentions"]),
        ("This is not fixed by #8", ["mentions"]),
        ("might be fixed by #8", ["mentions"]),
        ("is this a duplicate of #8?", ["mentions"]),
        ("Duplicate of https://github.com/a/b/issues/8?x=1 it seems.", ["duplicate_of"]),
        ("Duplicate of #8. Shall I close it?", ["duplicate_of"]),
        ("I saw #9, and this one is a duplicate of #8", ["mentions", "duplicate_of"]),
        ("Like #9. Duplicate of #8", ["mentions", "duplicate_of"]),
        ("same as the bug fixed in #8", ["mentions"]),
        ("This issue was fixed in #8", ["fixed_by"]),
        ("Issue fixed in #8", ["fixed_by"]),
        ("The regression was fixed by #8", ["fixed_by"]),
        ("See #9. This was fixed by #8", ["mentions", "fixed_by"]),
    ],
)  # fmt: skip
def test_what_is_said_of_another_issue_is_a_mention(text: str, kinds: list[str]) -> None:
    assert [kind for *_, kind in said(text)] == kinds


@pytest.mark.parametrize(
    "text",
    [
        "itself #7 and https://github.com/acme/app/issues/7", "`#12`", "```\nerror #12\n```\n",
        "<!-- #12 -->",
        "> duplicate of #12", "#0 0x00007f in main ()\n#12 0x0000 in f ()", "color #1234567890", "&#123;",
        "https://tracker.example/a/b/issues/4", "https://gitlab.com/a/b/-/issues/4", "x#12", "#0", "a/b/c#12",
        "```\nnever closed #12", "nothing",
    ],
)  # fmt: skip
def test_what_is_no_reference(text: str) -> None:
    assert said(text) == []


def test_a_pull_closes_what_its_description_says() -> None:
    assert said("Closes #3, fixes: a/b#4", is_pull=True) == [("Acme/app", 3, "closes"), ("a/b", 4, "closes")]
    assert said("Closes #3", is_pull=True, via="comment") == [("Acme/app", 3, "mentions")]


def test_another_host_counts_where_the_issue_lives_there() -> None:
    url = "https://code.acme.example/a/b/issues/4"
    assert said(url, host="code.acme.example") == [("a/b", 4, "mentions")]


def test_work_and_links_are_bounded() -> None:
    assert len(said(" ".join(f"#{n}" for n in range(100, 20_000)))) == MOST_LINKS
    assert said("`" * 100_000) == []
    assert said("<!--" * 50_000) == []
    assert said("a/" * 100_000 + "#") == []
    assert len(said("duplicate of " * 10_000 + "#12")) == 1
