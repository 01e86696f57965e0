"""Composition: packaged files, a team's own causes, and a run that goes on without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.compose import (
    SystemClock,
    known_digest,
    load_catalogue,
    load_known,
    load_lexicon,
    message_signature_reader,
    open_context,
    open_services,
    signature_reader,
)
from agent.diagnosis.diagnosis import DiagnosisFilter
from agent.errors import BadCatalogue, ModelUnavailable, StoreUnavailable
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


def test_a_message_without_a_template_has_the_signature_that_a_report_gives_it() -> None:
    lexicon = load_lexicon()
    message = "A wording that 7 templates have never seen"
    assert signature_reader(lexicon)(message) is None
    assert message_signature_reader(lexicon)(message) == "a-wording-that-templates-have-never-seen"
    assert sum(issue.signature is None for issue in load_known()) < len(load_known()) / 2


def test_the_digest_of_the_known_threads_covers_what_gives_their_signatures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = known_digest()
    assert known_digest() == before
    monkeypatch.setattr("agent.compose.slug", lambda message: message[:3])
    assert known_digest() != before


async def test_services_stand_on_one_database(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'x.sqlite3'}")
    async with open_services(settings) as services:
        await services.ping()
        assert services.context.issues is services.issues
        assert (await services.diagnoses.page(DiagnosisFilter(), cursor=None, limit=5)).items == []
        assert not await services.keys.any()
        claim = await services.idempotency.claim("k", "", "b")
        thread = await services.threads.create(None, {})
        assert (claim.state, thread.turns) == ("new", [])


async def test_services_need_a_database(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnavailable):
        async with open_services(Settings(database_url=f"sqlite:///{tmp_path / 'file' / 'x.sqlite3'}")):
            pass


def keyless(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    for name in ("API_KEY", "AUTH_TOKEN", "PROFILE", "CONFIG_DIR"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("HOME", str(home))


async def test_a_model_is_opened_where_the_settings_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")
    database = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    async with open_context(Settings(database_url=database, model="none")) as context:
        assert (context.model, context.prompts) == (None, None)
    settings = Settings(database_url=database, model="live", model_seconds=90, run_seconds=60, model_usd=0.2)
    async with open_context(settings) as context:
        assert context.model is not None
        assert (context.model.name, context.model.draft_model) == ("live", "claude-sonnet-5-5")
        assert context.prompts is not None
        assert (context.budget.seconds, context.budget.usd) == (90, 0.2)
    async with open_services(settings) as services:
        assert services.context.model is not None
        assert services.context.budget.seconds == 45, "the road has to end within a run's time"


@pytest.mark.parametrize("mode", ["live", "replay"])
async def test_a_model_that_could_never_answer_stops_a_server_and_no_diagnosis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: Any
) -> None:
    keyless(monkeypatch, tmp_path)
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'x.sqlite3'}", model=mode)
    async with open_context(settings) as context:
        assert context.model is None
        assert "made without a model" in context.notes[-1]
    with pytest.raises(ModelUnavailable):
        async with open_services(settings):
            pass
