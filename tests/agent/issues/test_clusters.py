"""Clusters of duplicates: one canonical issue each, by rule, and never younger than its duplicates."""

from __future__ import annotations

import json
import lzma
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.issues.clusters import Cluster, clusters
from agent.issues.issue import Issue
from agent.issues.references import Thread, parse_thread

START = datetime(2026, 4, 1, tzinfo=UTC)


def issue(number: int, state: str = "closed", day: float | None = None, **facts: Any) -> Issue:
    created = START + timedelta(days=number if day is None else day)
    return Issue(
        repository="o/n", number=number, url="u", title="t", state=state, created_at=created, **facts
    )


def known(*issues: Issue) -> dict[Thread, Issue]:
    return {(one.repository.lower(), one.number): one for one in issues}


def pairs(*numbers: tuple[int, int]) -> list[tuple[Thread, Thread]]:
    return [(("o/n", one), ("o/n", other)) for one, other in numbers]


def test_one_that_is_gone_is_not_open() -> None:
    (found,) = clusters(pairs((2, 1)), known(issue(1, "open", deleted_at=START), issue(2)))
    assert (found.canonical, found.closed_only) == ("o/n#2", True)


def test_the_open_one_is_canonical_though_all_point_elsewhere() -> None:
    (found,) = clusters(pairs((3, 1), (4, 1), (5, 1)), known(*map(issue, (1, 4, 5)), issue(3, "open")))
    assert found.canonical == "o/n#3"
    assert found.duplicates == ["o/n#4", "o/n#5"]
    assert found.earlier == ["o/n#1"], "what is older is no duplicate of it"
    assert not found.closed_only


def test_then_the_oldest_and_then_the_most_engaged() -> None:
    (found,) = clusters(pairs((1, 2), (3, 2)), known(issue(1), issue(2), issue(3)))
    assert found.canonical == "o/n#1"
    assert found.closed_only
    (found,) = clusters(pairs((1, 2)), known(issue(1, day=0), issue(2, day=0, comment_count=9)))
    assert found.canonical == "o/n#2"
    assert found.duplicates == ["o/n#1"]


def test_a_deleted_one_is_canonical_last() -> None:
    (found,) = clusters(pairs((2, 1)), known(issue(1, "open", deleted_at=START), issue(2)))
    assert found.canonical == "o/n#2"


def test_a_circle_is_collapsed_and_shown() -> None:
    (found,) = clusters(pairs((1, 2), (2, 3), (3, 1), (4, 2)), known(*map(issue, (1, 2, 3, 4))))
    assert found.members == ["o/n#1", "o/n#2", "o/n#3", "o/n#4"]
    (circle,) = found.circles
    assert circle.loop == ["o/n#1", "o/n#2", "o/n#3", "o/n#1"]


def test_one_that_is_not_stored_is_dated_by_its_number() -> None:
    (found,) = clusters(pairs((7, 2)), known(issue(7)))
    assert (found.canonical, found.duplicates, found.unseen) == ("o/n#2", ["o/n#7"], ["o/n#2"])
    (found,) = clusters([(("o/n", 7), ("else/where", 9))], known(issue(7)))
    assert (found.canonical, found.earlier) == ("else/where#9", ["o/n#7"]), "its age cannot be told"


def test_names_do_not_differ_by_case_and_are_shown_as_stored() -> None:
    (found,) = clusters([(("O/N", 2), ("o/N", 1)), (("o/n", 3), ("O/n", 1))], known(issue(1), issue(2)))
    assert found.members == ["o/n#1", "o/n#2", "o/n#3"]


def test_one_that_names_itself_is_no_cluster() -> None:
    assert clusters(pairs((1, 1)), known(issue(1))) == []


def younger(found: list[Cluster], by_thread: dict[Thread, Issue]) -> list[str]:
    """Duplicates that are older than their canonical issue."""

    def born(name: str) -> datetime:
        thread = parse_thread(name)
        assert thread is not None
        at = by_thread[(thread[0].lower(), thread[1])].created_at
        assert at is not None
        return at

    return [name for one in found for name in one.duplicates if born(name) < born(one.canonical)]


@settings(max_examples=200, deadline=None, database=None)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=20),
    st.lists(st.tuples(st.sampled_from(["open", "closed"]), st.integers(0, 5)), min_size=12, max_size=12),
)
def test_no_duplicate_has_a_younger_canonical_issue(
    ties: list[tuple[int, int]], facts: list[tuple[str, int]]
) -> None:
    stored = known(*(issue(n, state, day) for n, (state, day) in enumerate(facts, 1)))
    found = clusters(pairs(*ties), stored)
    assert younger(found, stored) == []
    members = [name for one in found for name in one.members]
    assert sorted(members) == sorted(set(members)), "each is in one cluster"
    assert set(members) == {f"o/n#{n}" for one, other in ties if one != other for n in (one, other)}


def test_the_duplicates_of_the_benchmark(shared: Path) -> None:
    folder = shared / "data" / "retrieval"
    stored: dict[Thread, Issue] = {}
    with lzma.open(folder / "corpus.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            thread = (f"bench/{row['project']}", row["number"])
            stored[thread] = Issue(
                repository=thread[0], number=thread[1], url="u", title="t", created_at=row["created"]
            )
    ties = []
    for part in ("train", "dev"):
        for line in (folder / f"qrels.{part}.tsv").read_text().splitlines():
            one, _, other, _ = line.split("\t")
            both = [(f"bench/{name.split('-')[0]}", int(name.split("-")[1])) for name in (one, other)]
            ties.append((both[0], both[1]))
    # As they stand all point back in time; turned round, every third closes a circle.
    turned = [(other, one) for one, other in ties[::3]]
    for given_ties in (ties, [*ties, *turned]):
        found = clusters(given_ties, stored)
        members = [name for one in found for name in one.members]
        assert len(members) == len(set(members)) > 2_000
        assert younger(found, stored) == []
        assert not any(one.earlier for one in found), "no state is known, so the oldest is canonical"
        circular = {name for one in found for circle in one.circles for name in circle.members}
        assert bool(circular) == (given_ties is not ties)
        assert circular <= set(members), "every circle is inside one cluster"
