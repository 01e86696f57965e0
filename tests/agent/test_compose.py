"""Composition: packaged files, a team's own causes, and a run that goes on without a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.compose import SystemClock, load_catalogue, load_known, open_context
from agent.errors import BadCatalogue
from agent.settings import Settings

pytestmark = pytest.mark.anyio


def test_the_packaged_knowledge_is_whole() -> None:
    catalogue = load_catalogue(Settings(causes=None))
    assert len(catalogue.causes) >= 42
    assert catalogue.lexicon.messages
    assert catalogue.versions
    assert len(load_known()) > 200


def test_a_teams_own_cause_takes_the_place_of_the_packaged_one(tmp_path: Path) -> None:
    packaged = Path("agent/causes/known/cache-control-limit.toml")
    text = (Path(__file__).resolve().parents[2] / packaged).read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("title = "))
    (tmp_path / "ours.toml").write_text(text.replace(title, 'title = "Ours"'), encoding="utf-8")
    catalogue = load_catalogue(Settings(causes=tmp_path))
    assert catalogue.by_id["cache-control-limit"].title == "Ours"
    assert catalogue.replaced == ["cache-control-limit"]


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCatalogue, match="must name a folder"):
        load_catalogue(Settings(causes=tmp_path / "missing"))


async def test_a_context_has_a_store_and_says_how_new_it_is(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'x.sqlite3'}")
    async with open_context(settings) as context:
        assert context.issues is not None
        assert context.issues_as_of is not None
        assert context.notes == ()


async def test_without_a_database_the_context_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    async with open_context(Settings(database_url=f"sqlite:///{tmp_path / 'file' / 'x.sqlite3'}")) as context:
        assert context.issues is None
        assert "Related issues were not searched" in context.notes[0]


def test_the_clock_knows_its_zone() -> None:
    assert SystemClock().now().tzinfo is not None
