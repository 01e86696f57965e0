"""Links round an issue: one direction, who and when, bounds, circles collapsed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.issues.issue import Issue, IssueLink, TimelineEvent
from agent.issues.link import Links
from agent.issues.links import clusters_among, links_round, state_of, url_of

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


def to(
    number: int, kind: Any = "mentions", via: Any = "body", repository: str = "o/n", **who: Any
) -> IssueLink:
    return IssueLink(target_repository=repository, target_number=number, kind=kind, via=via, **who)


def issue(number: int, *links: IssueLink, **facts: Any) -> Issue:
    facts = {"repository": "o/n", "url": f"https://github.com/o/n/issues/{number}", "state": "open", **facts}
    return Issue(number=number, title=f"t{number}", links=list(links), **facts)


def ties(links: Links) -> list[tuple[str, str, str]]:
    return [(tie.source.removeprefix("o/n"), tie.kind, tie.target.removeprefix("o/n")) for tie in links.ties]


def test_both_ends_say_the_same_in_one_direction() -> None:
    root = issue(
        1, to(9, "fixed_by", "timeline", actor="ann", at=NOON), to(3, "cross_referenced", "timeline")
    )
    pull = issue(9, to(1, "closes", actor="bob"), to(1, "mentions", "comment"), kind="pull")
    found = links_round(root, [pull, issue(3, to(1))])
    assert ties(found) == [("#9", "fixes", "#1"), ("#3", "mentions", "#1")]
    assert [(said.via, said.actor, said.at) for said in found.ties[0].said] == [
        ("timeline", "ann", NOON), ("body", "bob", None),
    ]  # fmt: skip
    assert [said.via for said in found.ties[1].said] == ["body", "timeline"]


def test_the_root_comes_first_then_the_strongest_and_nearest() -> None:
    root = issue(1, to(2), to(3, "linked"), to(4, "duplicate_of"), to(5, repository="else/where"))
    found = links_round(root, [issue(4, to(6, "fixed_by")), issue(2), issue(6, kind="pull")], depth=2)
    assert [(t.name.removeprefix("o/n"), t.distance, t.stored) for t in found.threads] == [
        ("#1", 0, True), ("#4", 1, True), ("#3", 1, False), ("#2", 1, True), ("else/where#5", 1, False),
        ("#6", 2, True),
    ]  # fmt: skip
    assert links_round(root, [issue(4, to(6, "fixed_by"))], depth=1).thread("o/n#6") is None
    assert links_round(root, [], depth=0).ties == []


def test_size_is_bounded_and_what_is_left_out_is_counted() -> None:
    root = issue(1, *(to(number) for number in range(2, 52)), to(60, "duplicate_of"))
    found = links_round(root, [], most=11)
    assert len(found.threads) == 11
    assert found.left_out == 41
    assert found.threads[1].name == "o/n#60", "a mention gives way"


def test_depth_is_bounded() -> None:
    chain = [issue(number, to(number + 1)) for number in range(1, 30)]
    assert max(thread.distance for thread in links_round(chain[0], chain[1:], depth=99).threads) == 4


def test_circles_are_shown_once() -> None:
    found = links_round(issue(1, to(2)), [issue(2, to(3)), issue(3, to(1), to(3))])
    assert [circle.loop for circle in found.circles] == [["o/n#1", "o/n#2", "o/n#3", "o/n#1"]]
    assert [thread.name for thread in found.threads] == ["o/n#1", "o/n#2", "o/n#3"]


def test_a_circle_of_duplicates_has_one_canonical_issue() -> None:
    facts = {"state": "closed"}
    one = issue(1, to(2, "duplicate_of"), duplicate_of="o/n#2", created_at=NOON, **facts)
    two = issue(2, to(1, "duplicate_of"), duplicate_of="o/n#1", created_at=NOON + timedelta(1), **facts)
    found = links_round(two, [one])
    cluster = found.cluster_of("o/n#2")
    assert cluster is not None
    assert (cluster.canonical, cluster.closed_only) == ("o/n#1", True)
    assert cluster.circles[0].loop == ["o/n#1", "o/n#2", "o/n#1"]
    assert clusters_among([one, two]) == [cluster]
    assert found.cluster_of("o/n#9") is None


def test_a_cluster_is_whole_however_near_one_looks_and_that_of_the_root_comes_first() -> None:
    def duplicate(n: int, of: int) -> Issue:
        facts = {"created_at": NOON + timedelta(n), "state": "closed"}
        return issue(n, to(of, "duplicate_of"), duplicate_of=f"o/n#{of}", **facts)

    chain = [duplicate(n, n - 1) for n in range(2, 9)]
    other = [duplicate(n, 20) for n in range(21, 40)]
    far = duplicate(60, 61)
    root = chain[-1].model_copy(update={"links": [*chain[-1].links, to(21)]})
    found = links_round(root, [*chain[:-1], issue(1, created_at=NOON), *other, issue(20), far], depth=2)
    assert [cluster.canonical for cluster in found.clusters] == ["o/n#1", "o/n#20"]
    assert len(found.clusters[0].members) == 8
    assert found.thread("o/n#1") is None


def test_a_repository_is_shown_as_it_is_stored() -> None:
    found = links_round(issue(1, to(2, repository="O/N")), [issue(2)])
    assert [thread.name for thread in found.threads] == ["o/n#1", "o/n#2"]


def test_the_timeline_tells_what_threads_are_that_are_not_stored() -> None:
    events = [
        {"source": "o/n#7", "source_kind": "pull", "source_state": "closed"},
        {"source": "o/n#8", "source_kind": "issue", "source_state": "closed"},
        {"closer": "o/n#9"},
        {"source": "nonsense", "source_kind": "pull"},
        {"source": "o/n#11", "source_kind": "pull", "source_state": "closed", "source_merged": False},
        {"source": "o/n#12", "source_kind": "pull", "source_state": "closed", "source_merged": True},
    ]
    timeline = [
        TimelineEvent(external_id=str(place), kind="cross-referenced", data=data)
        for place, data in enumerate(events)
    ]
    links = (to(7), to(8), to(9, "fixed_by"), to(10), to(11), to(12))
    root = issue(1, *links, timeline=timeline)
    shown = {t.name: (t.kind, t.state, t.url) for t in links_round(root, []).threads[1:]}
    web = "https://github.com/o/n"
    assert shown == {
        "o/n#7": ("pull", "unknown", f"{web}/pull/7"),
        "o/n#8": ("issue", "closed", f"{web}/issues/8"),
        "o/n#9": ("pull", "unknown", f"{web}/pull/9"),
        "o/n#10": ("unknown", "unknown", f"{web}/issues/10"),
        "o/n#11": ("pull", "closed", f"{web}/pull/11"),
        "o/n#12": ("pull", "merged", f"{web}/pull/12"),
    }


def test_what_is_told_later_of_a_thread_counts() -> None:
    told = [
        {"source": "o/n#7", "source_kind": "pull", "source_state": state, "source_title": title}
        for state, title in (("open", "Draft"), ("merged", "Done"))
    ]
    timeline = [
        TimelineEvent(external_id=str(n), kind="cross-referenced", data=d) for n, d in enumerate(told)
    ]
    shown = links_round(issue(1, to(7), timeline=timeline), []).threads[1]
    assert (shown.state, shown.title, shown.stored) == ("merged", "Done", False)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x.org/ a", "", "https://x.org/)](y"])
def test_an_address_that_is_none_is_not_shown(url: str) -> None:
    assert url_of(issue(1, url=url)) == "https://github.com/o/n/issues/1"
    assert url_of(issue(1, url="https://forge.example/o/n/issues/1")) == "https://forge.example/o/n/issues/1"


def test_states() -> None:
    stored = (
        issue(1), issue(1, state="closed"), issue(1, state="closed", merged_at=NOON),
        issue(1, state="merged"), issue(1, deleted_at=NOON), issue(1, state="odd"),
    )  # fmt: skip
    assert [state_of(one) for one in stored] == ["open", "closed", "merged", "merged", "deleted", "unknown"]
