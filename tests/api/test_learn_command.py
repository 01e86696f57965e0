"""What `issues learn` says."""

from __future__ import annotations

from agent.issues.ranking import Ranking
from agent.store.learn import Learned, Quality
from api.learn_command import said

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


def test_a_fresh_store_has_too_little(tmp_path: object, monkeypatch: object) -> None:
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", f"sqlite:///{tmp_path}/x.sqlite3")  # type: ignore[attr-defined]
    from api.learn_command import learn_ranking

    text, kept = learn_ranking()
    assert text.startswith("Too little to learn from: 0 stored issues")
    assert not kept
