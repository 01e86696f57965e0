"""`issues learn`: refits the order of found issues to the duplicates that a team has marked."""

from __future__ import annotations

import asyncio
import sys

from agent.compose import load_lexicon, load_ranking, open_tenant
from agent.store.issues import SqlIssues
from agent.store.learn import FEWEST, Learned, Quality, learn
from agent.store.rankings import SqlRankings
from api.environment import load_settings


def learn_ranking() -> tuple[str, bool]:
    """What came of it in words, and whether new weights are kept. Raises what opening the store raises."""
    return asyncio.run(_learned())


async def _learned() -> tuple[str, bool]:
    async with open_tenant(load_settings(), strict=True) as database:
        rankings, packaged = SqlRankings(database), load_ranking()
        duplicates, store = await rankings.duplicates(), SqlIssues(database)
        if len(duplicates) >= FEWEST:
            # So that the weights know the nearness of vectors, of all issues that are stored by now.
            await store.fit_latent(is_asked=True)
        learned = await learn(
            store,
            duplicates,
            await rankings.kept() or packaged,
            packaged,
            load_lexicon(),
            _progress if sys.stderr.isatty() else None,
        )
        if learned.ranking is not None:
            await rankings.keep(learned.ranking)
    return said(learned), learned.ranking is not None


def said(learned: Learned) -> str:
    """The outcome in words."""
    if learned.before is None or learned.after is None:
        return (
            f"Too little to learn from: {learned.marked} stored issues are marked as duplicates, and of "
            f"{learned.usable} of them the original is stored and found; {FEWEST} are needed. "
            'Marks come from "duplicate of" links: import issues with their comments and timeline, or sync '
            "the repository. The weights stay as they are."
        )
    lines = [
        f"{learned.usable} of {learned.marked} duplicates can be learned from; the newest "
        f"{learned.checked} were kept apart to judge by.",
        f"  before: {_figures(learned.before)}",
        f"  after:  {_figures(learned.after)}",
        "The new weights are kept; a running server takes them at its next start."
        if learned.ranking is not None
        else "The new weights are worse, so they are not kept.",
    ]
    return "\n".join(lines)


def _figures(of: Quality) -> str:
    return (
        f"first {of.recall_1:.3f}, among the first ten {of.recall_10:.3f}, "
        f"mean reciprocal rank {of.reciprocal_10:.3f}"
    )


def _progress(done: int, of: int) -> None:
    sys.stderr.write(f"\r{done}/{of}" if done + 1 < of else "\r" + " " * 20 + "\r")
