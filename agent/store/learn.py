"""`issues learn`: the weights of re-ranking, refitted to the duplicates that a team has marked itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from agent.issues.features import features
from agent.issues.query import SEARCH_DEPTH, build_query
from agent.issues.ranking import Ranking, score_of
from agent.ports import IssueIndex
from agent.report.error_report import Source, Submission
from agent.report.lexicon import Lexicon
from agent.report.read import read
from agent.store.fit import Example, fit
from agent.store.rankings import Duplicate

FEWEST = 50
"""So many duplicates whose original is found at all are needed."""
_TRAINED = 0.7
"""The share of the duplicates, the oldest, that is learned from; the others say whether that helped."""


class Quality(NamedTuple):
    """How well the originals of the newest duplicates are placed: recalls and mean reciprocal rank at 10."""

    recall_1: float
    recall_10: float
    reciprocal_10: float


class Learned(NamedTuple):
    """What came of it. `ranking` is None where too little is known, or where the new weights are worse.

    `marked` duplicates are stored, of `usable` ones the original is among the hits of the search.
    """

    marked: int
    usable: int
    checked: int
    before: Quality | None
    after: Quality | None
    ranking: Ranking | None


async def learn(
    index: IssueIndex,
    duplicates: Sequence[Duplicate],
    current: Ranking,
    packaged: Ranking,
    lexicon: Lexicon,
    said: Callable[[int, int], None] | None = None,
) -> Learned:
    """Learns from the older duplicates and judges by the newer ones; `duplicates` come the oldest first.

    The new weights are worth keeping where neither the reciprocal rank nor the recall at 10 is worse than
    with the `current` ones. They start from the `packaged` ones, which few duplicates change little.
    """
    examples: list[Example] = []
    for done, duplicate in enumerate(duplicates):
        if said is not None:
            said(done, len(duplicates))
        example = await _example(index, duplicate, lexicon)
        if any(example.right):
            examples.append(example)
    if len(examples) < FEWEST:
        return Learned(len(duplicates), len(examples), 0, None, None, None)
    split = int(_TRAINED * len(examples))
    newer = examples[split:]
    ranking = fit(examples[:split], f"{split} duplicates of this team", prior=packaged)
    before, after = quality(newer, current), quality(newer, ranking)
    is_worse = after.reciprocal_10 < before.reciprocal_10 or after.recall_10 < before.recall_10
    kept = None if is_worse else ranking
    return Learned(len(duplicates), len(examples), len(newer), before, after, kept)


async def _example(index: IssueIndex, duplicate: Duplicate, lexicon: Lexicon) -> Example:
    """The duplicate as it was when it was filed: only older issues are found."""
    repository, number = duplicate.thread
    source = Source(url=f"https://github.com/{repository}/issues/{number}", reported_at=duplicate.created_at)
    report = read(Submission(title=duplicate.title, text=duplicate.body, source=source), lexicon)
    query = build_query(report, lexicon).model_copy(update={"before": duplicate.created_at})
    hits = await index.search(query, SEARCH_DEPTH)
    threads = [(hit.issue.repository.lower(), hit.issue.number) for hit in hits]
    return Example(features(query, hits), [thread in duplicate.originals for thread in threads])


def quality(examples: Sequence[Example], ranking: Ranking) -> Quality:
    """How well `ranking` places the right hits."""
    places = []
    for rows, right in examples:
        scores = [score_of(row, ranking) for row in rows]
        order = sorted(range(len(scores)), key=lambda index: -scores[index])
        places.append(next(place for place, index in enumerate(order) if right[index]))
    many = len(places) or 1
    return Quality(
        sum(place < 1 for place in places) / many,
        sum(place < 10 for place in places) / many,
        sum(1 / (place + 1) for place in places if place < 10) / many,
    )
