"""What `issues learn` says."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.compose import open_issue_store
from agent.issues.issue import Issue, IssueQuery
from agent.issues.ranking import Ranking
from agent.ports import IssueIndex
from agent.store.index import latent, vectors
from agent.store.learn import Learned, Quality
from agent.store.rankings import Duplicate
from api import learn_command
from api.environment import load_settings
from api.learn_command import learn_ranking, said

pytestmark = pytest.mark.anyio

RANKING = Ranking(weights={"bm25f": 1.0}, slope=1, offset=0, floor=0.5)
LESS, MORE = Quality(0.3, 0.6, 0.4), Quality(0.4, 0.7, 0.5)


def test_what_is_missing_is_named() -> None:
    text = said(Learned(12, 7, 0, None, None, None))
    assert "12 stored issues are marked" in text
    assert "of 7 of them" in text
    assert "50 are needed" in text


def test_figures_before_and_after_are_said_and_whether_they_are_kept() -> None:
    better = said(Learned(90, 80, 24, LESS, MORE, RANKING))
    assert "first 0.300, among the first ten 0.600" in better
    assert "first 0.400, among the first ten 0.700" in better
    assert "are kept" in better
    assert "not kept" in said(Learned(90, 80, 24, MORE, LESS, None))


def test_a_fresh_store_has_too_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", f"sqlite:///{tmp_path}/x.sqlite3")
    text, kept = learn_ranking()
    assert text.startswith("Too little to learn from: 0 stored issues")
    assert not kept


async def test_the_vectors_are_made_before_the_weights_are_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the weights would be learned without the nearness that a search will have."""
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", f"sqlite:///{tmp_path}/x.sqlite3")
    monkeypatch.setattr(latent, "DIMENSIONS", 12)
    monkeypatch.setattr(latent, "_SPARE", 4)
    monkeypatch.setattr(vectors, "FEWEST_ISSUES", 200)
    async with open_issue_store(load_settings(), strict=True) as store:
        await store.upsert([filed(number) for number in range(1, 300)])
    cosines: list[float | None] = []

    async def learned(index: IssueIndex, duplicates: Sequence[Duplicate], *_: Any) -> Learned:
        query = IssueQuery(weights={"s1w1": 1.0, "s1w2": 1.0})
        cosines.extend(hit.forward.cosine for hit in await index.search(query, 20) if hit.forward)
        return Learned(len(duplicates), 0, 0, None, None, None)

    monkeypatch.setattr(learn_command, "learn", learned)
    text, _ = await asyncio.to_thread(learn_command.learn_ranking)
    assert text.startswith("Too little to learn from: 120 stored issues")
    assert cosines
    assert None not in cosines


def filed(number: int) -> Issue:
    """One of ten matters; the first 120 are duplicates."""
    chance = random.Random(number)
    words = " ".join(f"s{number % 10}w{chance.randrange(40)}" for _ in range(9))
    return Issue(
        repository="o/n", number=number, url="u", title=words[:10], body=words,
        created_at=datetime(2026, 1, 1, tzinfo=UTC), duplicate_of="o/n#299" if number <= 120 else None,
    )  # fmt: skip
