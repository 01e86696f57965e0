"""The report of the founding issue from what was imported, and what GitHub adds to it or fails to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.compose import open_services
from agent.diagnosis.link_report import LinkReport
from agent.errors import NoSuchIssue
from agent.settings import Settings
from api import link_answer as module
from api.link_answer import link_answer, rendered
from tests.agent.github.forge import Fault, Forge, moment, serving

ISSUES = Path(__file__).parent / "links" / "claude-code-45095.json"
SNAPSHOT = ISSUES.with_suffix(".md")
SEED = ("anthropics/claude-code", 45095)


@pytest.fixture
def forge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    found = Forge()
    with serving(found):
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, service_settings: Settings) -> Settings:
    if request.param == "sqlite":
        return service_settings
    from agent.store.schema import upgrade

    url = request.getfixturevalue("postgres_url")
    upgrade(url)
    return service_settings.model_copy(update={"database_url": url})


def report(
    settings: Settings, thread: tuple[str, int] = SEED, rows: Path | None = None, **more: Any
) -> LinkReport:
    """The report of a thread, after the rows of a file were imported."""

    async def made() -> LinkReport:
        async with open_services(settings) as services:
            if rows:
                from functools import partial

                from agent.issues.rows import parse_row
                from agent.report.signature import first_signature

                reader = partial(first_signature, lexicon=services.context.catalogue.lexicon)
                parsed = [parse_row(row, thread[0], reader) for row in json.loads(rows.read_text("utf-8"))]
                await services.issues.upsert(parsed)  # type: ignore[arg-type]
            return await link_answer(services, settings, thread, 2, **{"online": False, **more})

    return asyncio.run(made())


def test_the_founding_issue_from_what_was_imported(settings: Settings) -> None:
    """To take a change on purpose: write what is given into the file beside the rows."""
    found = report(settings, rows=ISSUES)
    assert found.statistics.timeline == {"cross-referenced": 3, "commented": 2, "labeled": 2, "unlabeled": 1}
    assert (found.statistics.comments, found.statistics.participants) == (2, 2)
    assert found.statistics.reactions == {"+1": 1}
    assert found.causes[0].id == "legacy-client-misclassified"
    assert [told.text for told in found.parts.helped] == ["Updating the client fixed it for me."]
    # The databases' scores differ in the third place, and so may the order of related issues.
    lines = rendered(found, "markdown").splitlines()
    assert sorted(lines) == sorted(SNAPSHOT.read_text("utf-8").splitlines())
    assert json.loads(rendered(found, "json"))["links"]["root"] == "anthropics/claude-code#45095"
    assert rendered(found, "mermaid").startswith("flowchart LR\n")


def test_a_duplicate_leads_to_its_canonical_issue_and_the_pull(settings: Settings) -> None:
    found = report(settings, ("anthropics/claude-code", 45203), ISSUES)
    assert found.cluster is not None
    assert found.cluster.canonical == "anthropics/claude-code#45039"
    assert "fixed by anthropics/claude-code#45300" in found.parts.fixes[0]


def test_what_is_not_stored_is_said(service_settings: Settings) -> None:
    with pytest.raises(NoSuchIssue, match=r"o/n#1.*not stored, and GitHub was not asked.*issues import"):
        report(service_settings, ("o/n", 1))


def test_a_stored_pull_is_no_issue(service_settings: Settings) -> None:
    with pytest.raises(
        NoSuchIssue, match=r"is a pull request; give an issue, such as .*#45039 which it fixes"
    ):
        report(service_settings, ("anthropics/claude-code", 45300), ISSUES)


def at(settings: Settings, forge: Forge) -> Settings:
    return settings.model_copy(update={"github_url": forge.url})


def test_github_is_read_first_and_what_it_gave_is_kept(service_settings: Settings, forge: Forge) -> None:
    forge.issue(1, 1, body="API Error: 529 overloaded, see #2")
    forge.issue(2, 2, body="the other one")
    settings = at(service_settings, forge)
    online = report(settings, ("o/n", 1), online=True)
    assert {thread.name: thread.stored for thread in online.links.threads} == {"o/n#1": True, "o/n#2": True}
    assert not any("GitHub" in line for line in online.unseen)
    forge.requests.clear()
    offline = report(settings, ("o/n", 1))
    assert forge.requests == []
    assert offline.links == online.links
    assert offline.unseen[0] == module.OFFLINE


def test_a_github_that_fails_leaves_what_is_stored(
    service_settings: Settings, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = at(service_settings, forge)
    forge.issue(1, 1)
    report(settings, ("o/n", 1), online=True)
    limit = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"}
    for fault in (Fault(403, limit), Fault(401), Fault(429, {"retry-after": "600"})):
        forge.faults = [fault]
        said = report(settings, ("o/n", 1), online=True).unseen[0]
        assert "GitHub could not be read, so only what is stored is shown" in said
    monkeypatch.setattr(module, "FETCH_SECONDS", 0.0)
    assert "took longer than" in report(settings, ("o/n", 1), online=True).unseen[0]


def test_nothing_stored_and_nothing_read(service_settings: Settings, forge: Forge) -> None:
    settings = at(service_settings, forge)
    with pytest.raises(NoSuchIssue, match="it was deleted, or never was there"):
        report(settings, ("o/n", 5), online=True)
    with pytest.raises(NoSuchIssue, match="no repository no/body, or it is private"):
        report(settings, ("no/body", 5), online=True)


def test_a_deleted_and_a_transferred_issue(service_settings: Settings, forge: Forge) -> None:
    settings = at(service_settings, forge)
    for number in (1, 2):
        forge.issue(number, number)
        report(settings, ("o/n", number), online=True)
    forge.gone = {1: 410}
    deleted = report(settings, ("o/n", 1), online=True)
    assert deleted.issue.state == "deleted"
    assert "was deleted from GitHub" in deleted.unseen[0]
    assert "no longer there" in report(settings, ("o/n", 1)).unseen[1]
    forge.moved = {2: "o/n/9"}
    forge.histories[9] = [{"event": "labeled", "id": 1, "created_at": moment(1)}]
    moved = report(settings, ("o/n", 2), online=True)
    assert moved.issue.name == "o/n#9"
    assert "o/n#2 was transferred to o/n#9." in moved.unseen
    assert "it went to o/n#9" in report(settings, ("o/n", 2)).unseen[1]
