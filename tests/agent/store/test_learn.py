"""Learning from marked duplicates: what is needed, what is judged, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.compose import load_lexicon
from agent.issues.features import NAMES
from agent.issues.issue import Collection, Forward, Issue, IssueHit, IssueQuery
from agent.issues.ranking import Ranking
from agent.store.fit import Example
from agent.store.learn import FEWEST, learn, quality
from agent.store.rankings import Duplicate

pytestmark = pytest.mark.anyio
START = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = Ranking(weights={"title_in_title": 5.0}, slope=1, offset=0, floor=0.5)
BAD = Ranking(weights={"title_in_title": -5.0}, slope=1, offset=0, floor=0.5)


class Index:
    """Gives three hits, of which only the original (number 2) shares the title."""

    def __init__(self) -> None:
        self.asked: list[IssueQuery] = []

    async def search(self, query: IssueQuery, limit: int) -> list[IssueHit]:
        self.asked.append(query)
        counts = Collection(docs=100, having=dict.fromkeys(query.weights, 3))
        return [
            IssueHit(
                issue=Issue(repository="O/N", number=number, url="u", title="t", created_at=START),
                same_signature=False,
                text_score=10.0 - number,
                forward=Forward(title=query.title if number == 2 else ["other"], body={}, size=0),
                collection=counts,
            )
            for number in range(1, 4)
        ]

    async def as_of(self) -> datetime | None:
        return None


def duplicates(many: int, original: int = 2) -> list[Duplicate]:
    return [
        Duplicate(
            ("o/n", 100 + at), f"parser lost token{at}x", "b", START + timedelta(days=at),
            frozenset({("o/n", original)}),
        )
        for at in range(many)
    ]  # fmt: skip


async def test_too_few_are_named_and_nothing_is_learned() -> None:
    learned = await learn(Index(), duplicates(FEWEST - 1), BAD, GOOD, load_lexicon())
    assert (learned.marked, learned.usable, learned.ranking) == (FEWEST - 1, FEWEST - 1, None)
    lost = await learn(Index(), duplicates(FEWEST, original=77), BAD, GOOD, load_lexicon())
    assert (lost.marked, lost.usable, lost.ranking) == (FEWEST, 0, None)


async def test_better_weights_are_kept_and_judged_by_the_newest() -> None:
    index = Index()
    learned = await learn(index, duplicates(60), BAD, GOOD, load_lexicon())
    assert learned.before is not None
    assert learned.after is not None
    assert (learned.before.recall_1, learned.after.recall_1) == (0.0, 1.0)
    assert learned.ranking is not None
    assert learned.ranking.source == "42 duplicates of this team"
    assert learned.checked == 18
    assert [query.before for query in index.asked] == [each.created_at for each in duplicates(60)]


async def test_worse_weights_are_refused() -> None:
    """The older duplicates teach the opposite of what the newer ones need."""
    turned = [*duplicates(50, original=1), *duplicates(80, original=2)[50:]]
    learned = await learn(Index(), turned, GOOD, BAD, load_lexicon())
    assert learned.before is not None
    assert learned.after is not None
    assert learned.before.recall_1 == 1.0 > learned.after.recall_1
    assert learned.ranking is None


def test_quality_counts_the_first_right_hit() -> None:
    rows = [[float(at == at_one) for at in range(len(NAMES))] for at_one in (0, 6)]
    example = Example(rows, [False, True])
    assert quality([example], GOOD) == (1.0, 1.0, 1.0)
    assert quality([example], BAD) == (0.0, 1.0, 0.5)
