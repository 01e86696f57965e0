"""A Python client made from /openapi.json by openapi-python-client, against a real server: typed both ways.

The document must be good enough that nobody has to write a client by hand.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from agent.compose import open_services
from agent.settings import Settings
from api.app import create_app
from api.auth import new_key
from tests.api.live import serving

pytest.importorskip("openapi_python_client", reason="openapi-python-client is not installed")
NAME = "generated_caseworker_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Imports a module of the generated package; a warning of the generator is a failure."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "o.json").write_text(json.dumps(create_app(Settings()).openapi()), encoding="utf-8")
    (folder / "c.yml").write_text("post_hooks: []\n", encoding="utf-8")
    run = "from openapi_python_client.cli import app; app()"
    made = subprocess.run(
        [sys.executable, "-c", run, "generate", "--path", "o.json", "--output-path", NAME,
         "--meta", "none", "--config", "c.yml", "--fail-on-warning"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"{NAME}.{name}" if name else NAME)
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


Scene = Callable[[Any], Awaitable[None]]


def with_client(settings: Settings, generated: Callable[[str], Any], scene: Scene, key: str = "") -> None:
    """Plays the scene with a client of a server that is up."""

    async def play() -> None:
        async with serving(create_app(settings)) as live:
            made = generated("client")
            url = f"http://127.0.0.1:{live.port}"
            client = made.AuthenticatedClient(url, token=key) if key else made.Client(url)
            async with client:
                await scene(client)

    asyncio.run(play())


def test_a_diagnosis_is_made_read_and_listed(
    service_settings: Settings, generated: Callable[[str], Any], refusal: str
) -> None:
    models = generated("models")
    create, get, listed, parse = (
        generated(f"api.{name}")
        for name in ("diagnoses.create_diagnosis", "diagnoses.get_diagnosis", "diagnoses.list_diagnoses",
                     "knowledge.parse_report")
    )  # fmt: skip

    async def scene(client: Any) -> None:
        fields = models.EnvironmentFields(client_version="2.1.7")
        report = models.ReportIn(text=refusal, usage="session 3%, weekly 78%", environment=fields)
        made = await create.asyncio(client=client, body=report, idempotency_key="one")
        assert isinstance(made, models.Answer)
        assert isinstance(made.causes[0], models.WeighedCause)
        assert made.report.errors[0].status == 400
        again = await create.asyncio(client=client, body=report, idempotency_key="one")
        assert again.to_dict() == made.to_dict(), "nothing is lost on the way through the types"
        stored = await get.asyncio(made.id, client=client)
        assert isinstance(stored, models.StoredAnswer)
        assert stored.diagnosis.summary == made.diagnosis.summary
        later = await create.asyncio(client=client, body=report, prefer="respond-async")
        assert (type(later), later.state) == (models.RunStatus, "running")
        page = await listed.asyncio(client=client, cause=made.causes[0].id, limit=1)
        assert isinstance(page.diagnoses[0], models.DiagnosisSummary)
        parsed = await parse.asyncio(client=client, body=report)
        assert isinstance(parsed, models.Parsed)
        assert parsed.usage.buckets[0].used_percent == 3
        missing = await get.asyncio("dx_0", client=client)
        assert (type(missing), missing.status) == (models.ProblemOut, 404)

    with_client(service_settings, generated, scene)


def test_a_conversation(service_settings: Settings, generated: Callable[[str], Any], refusal: str) -> None:
    models = generated("models")
    begin, say, read = (
        generated(f"api.threads.{name}") for name in ("create_thread", "say_in_thread", "get_thread")
    )

    async def scene(client: Any) -> None:
        thread = await begin.asyncio(client=client, body=models.EmptyThread())
        assert (type(thread), thread.turns) == (models.ThreadOut, [])
        said = f"{refusal}\nMy plan is at 0% of my limit. Claude Code on Max."
        reply = await say.asyncio(thread.id, client=client, body=models.MessageIn(content=said))
        assert isinstance(reply, models.MessageReply)
        assert isinstance(reply.reply.question, models.Question)
        found = await read.asyncio(thread.id, client=client)
        assert [turn.role for turn in found.turns] == ["user", "caseworker"]
        whole = await begin.asyncio(client=client, body=models.ReportIn(text=said))
        assert isinstance(whole.turns[1], models.Turn)

    with_client(service_settings, generated, scene)


def test_issues_judgements_and_causes_with_a_key(
    service_settings: Settings, generated: Callable[[str], Any], refusal: str
) -> None:
    models = generated("models")
    key = new_key(service_settings.key_pepper.get_secret_value())

    async def keep() -> None:
        async with open_services(service_settings) as services:
            await services.keys.create("client", "admin", key.secret_hash, key.prefix)

    asyncio.run(keep())

    async def scene(client: Any) -> None:
        row = models.IssuesInIssuesItem.from_dict(
            {"number": 7, "title": "Zebra refused", "body": refusal, "state": "open"}
        )
        added = await generated("api.issues.import_issues").asyncio(
            client=client, body=models.IssuesIn(issues=[row], repository="acme/desk")
        )
        assert (type(added), added.imported, added.rejected) == (models.Imported, 1, [])
        found = await generated("api.issues.search_issues").asyncio(client=client, q="zebra refused")
        assert (found.issues[0].repository, found.issues[0].number) == ("acme/desk", 7)
        report = models.ReportIn(text=refusal)
        made = await generated("api.diagnoses.create_diagnosis").asyncio(client=client, body=report)
        decision = models.DecisionIn(verdict=models.DecisionInVerdict.APPROVE, cause=made.causes[0].id)
        judgements = "api.judgements."
        decided = await generated(judgements + "decide_diagnosis").asyncio(
            made.id, client=client, body=decision
        )
        assert isinstance(decided, models.Decision)
        vote = await generated(judgements + "vote_on_diagnosis").asyncio(
            made.id, client=client, body=models.VoteIn(works=True)
        )
        assert (type(vote), vote.works, vote.easy_fix) == (models.Vote, True, None)
        cause = await generated("api.knowledge.get_cause").asyncio(made.causes[0].id, client=client)
        assert isinstance(cause, models.Cause)

    with_client(service_settings, generated, scene, key.shown)
