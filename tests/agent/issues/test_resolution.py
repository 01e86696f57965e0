"""What became of an issue: never more than is known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agent.issues.links import links_round
from agent.issues.resolution import end_of, fixed_by, fixes_round, pulls_of, resolution_of
from tests.agent.issues.test_links import issue, to

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


def said(*pulls: Any, **facts: Any) -> str | None:
    return resolution_of("o/n#1", links_round(issue(1, **facts), pulls))


def test_a_merged_pull_with_and_without_its_release() -> None:
    pull = issue(9, to(1, "closes"), kind="pull", merged_at=NOON)
    assert said(pull) == "fixed by o/n#9, merged on 2026-04-08, in no release that is known"
    released = pull.model_copy(update={"released_in": "v2.1.97"})
    assert said(released, state="closed") == "fixed by o/n#9, merged on 2026-04-08, first in v2.1.97"


def test_what_only_a_comment_says_is_said_so() -> None:
    pull = issue(9, kind="pull", merged_at=NOON)
    root = issue(1, to(9, "fixed_by", "comment"), state="closed")
    assert (resolution_of("o/n#1", links_round(root, [pull])) or "").startswith(
        "fixed, as a comment says, by"
    )


def test_a_pull_that_is_not_merged_fixes_nothing() -> None:
    tried = issue(9, to(1, "closes"), kind="pull")
    assert said(tried) == "o/n#9 would fix it and is not merged"
    assert (
        said(tried, issue(8, to(1, "closes"), kind="pull"))
        == "o/n#8 and o/n#9 would fix it and are not merged"
    )
    assert said(tried.model_copy(update={"state": "closed"}), state="closed") == "no fix is known"


def test_how_it_ended() -> None:
    assert said() is None
    assert said(state="closed", state_reason="not_planned") == "closed as not planned"
    assert said(state="closed", outcome="closed as invalid") == "closed as invalid"
    assert resolution_of("o/n#5", links_round(issue(1), [])) is None


def test_the_end_of_one_among_others() -> None:
    pull = issue(9, to(1, "closes"), kind="pull", merged_at=NOON, released_in="v3")
    around = [issue(1, state="closed"), pull]
    assert end_of(around[0], around) == "fixed by o/n#9, merged on 2026-04-08, first in v3"
    said = issue(2, to(9, "fixed_by", "timeline"), *(to(n) for n in range(20, 90)), state="closed")
    assert end_of(said, around) == "fixed by o/n#9, merged on 2026-04-08, first in v3"
    assert end_of(issue(3), around) is None
    assert end_of(issue(1, state="closed", outcome="closed as duplicate"), []) == "no fix is known"


def test_what_mentions_an_issue_is_not_among_its_fixes() -> None:
    hub = [issue(n, to(1), to(1, "duplicate_of"), duplicate_of="o/n#1") for n in range(20, 60)]
    links = fixes_round(
        issue(1, *(to(n) for n in range(20, 60))), [*hub, issue(9, to(1, "closes"), kind="pull")]
    )
    assert [thread.name for thread in links.threads] == ["o/n#1", "o/n#9"]


def test_only_a_merged_pull_fixed_it() -> None:
    merged = issue(9, to(1, "closes"), kind="pull", merged_at=NOON)
    assert (fixed_by("o/n#1", links_round(issue(1), [merged])) or "").startswith("fixed by o/n#9")
    tried = issue(9, to(1, "closes"), kind="pull")
    assert fixed_by("o/n#1", links_round(issue(1, state="closed"), [tried])) is None


def test_pulls_that_fix_come_first_and_a_later_release_is_no_proof() -> None:
    merged = issue(7, to(1), kind="pull", merged_at=NOON)
    fixing = issue(8, to(1, "closes"), kind="pull", state="closed")
    links = links_round(issue(1), [merged, fixing, issue(9, to(1))])
    found = pulls_of(links, {"o/n#7": "v3"})
    assert [(pull.name, pull.state, pull.fixes, pull.release_after) for pull in found] == [
        ("o/n#8", "closed", ["o/n#1"], None), ("o/n#7", "merged", [], "v3"),
    ]  # fmt: skip
    assert [tie.kind for tie in found[0].ties] == ["fixes"]
