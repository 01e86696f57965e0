"""Settings become a Context: the one file that knows every adapter and every packaged file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from importlib import resources
from importlib.resources.abc import Traversable

from agent.causes.catalogue import Catalogue, parse_catalogue
from agent.diagnosis.model import Budget
from agent.errors import BadCatalogue, ModelUnavailable, SchemaTooOld, StoreUnavailable
from agent.github.source import GitHubSource
from agent.github.sync import Sync
from agent.issues.issue import Issue
from agent.issues.known import digest_of, parse_known
from agent.issues.ranking import Ranking, parse_ranking
from agent.llm.choose import chosen_model
from agent.llm.prices import Prices, parse_prices
from agent.ports import DiagnosisStore, IdempotencyStore, IssueArchive, KeyStore, Model, ThreadStore, Waiter
from agent.report.lexicon import Lexicon, parse_lexicon
from agent.report.signature import first_signature
from agent.report.slug import slug
from agent.report.template import compile_templates, match_message
from agent.settings import GitHubToken, Settings
from agent.state import Context
from agent.store.changelog import SqlChangelogs
from agent.store.database import Database
from agent.store.diagnoses import SqlDiagnoses
from agent.store.idempotency import SqlIdempotency
from agent.store.issue_archive import SqlIssueArchive
from agent.store.issue_graph import SqlIssueGraph
from agent.store.issues import SqlIssues
from agent.store.keys import SqlKeys
from agent.store.open import open_database
from agent.store.progress import SqlProgress
from agent.store.rankings import SqlRankings
from agent.store.threads import SqlThreads
from agent.store.waves import SqlWaves
from prompts import load as load_prompts

LONGEST_RUN = timedelta(minutes=15)
"""A diagnosis that is still being made after this time belongs to a process that is gone."""
MODEL_SHARE = 0.75
"""How much of a run's time the model may take: the rest of the road has to come after it."""
ABANDONED = {
    "type": "urn:caseworker:problem:interrupted",
    "title": "Service Unavailable",
    "status": 503,
    "detail": "The server stopped before this diagnosis was done; send the report again.",
    "request_id": "",
}
"""The problem of such a diagnosis, with every member that a problem has (RFC 9457)."""


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The time now."""
        return datetime.now(UTC)


def _texts(folder: Traversable) -> dict[str, str]:
    """File name to text of every TOML file of a folder."""
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".toml")
    }


@cache
def load_lexicon() -> Lexicon:
    """The packaged words: messages, statements and synonyms; read once a process."""
    report = resources.files("agent.report")
    return parse_lexicon([*_texts(report / "messages").values(), *_texts(report).values()])


@cache
def load_ranking() -> Ranking:
    """The packaged weights of re-ranking; read once a process."""
    return parse_ranking((resources.files("agent.issues") / "ranking.toml").read_text(encoding="utf-8"))


def load_catalogue(settings: Settings) -> Catalogue:
    """The packaged causes and a team's own. Raises `BadCatalogue`, naming the file."""
    own: dict[str, str] = {}
    if settings.causes is not None:
        if not settings.causes.is_dir():
            raise BadCatalogue(file=settings.causes, why="CASEWORKER_CAUSES must name a folder")
        own = {path.name: path.read_text(encoding="utf-8") for path in sorted(settings.causes.glob("*.toml"))}
    causes = resources.files("agent.causes")
    return parse_catalogue(
        load_lexicon(), _texts(causes / "known"), (causes / "versions.toml").read_text(encoding="utf-8"), own
    )


def _known_text() -> str:
    return (resources.files("agent.issues") / "known.jsonl").read_text(encoding="utf-8")


def signature_reader(lexicon: Lexicon) -> Callable[[str], str | None]:
    """A function from a text to the signature of the template that it fills, or None."""
    compiled = compile_templates(lexicon)

    def signature_of(text: str) -> str | None:
        found = match_message(text, compiled)
        return found.template.signature if found else None

    return signature_of


def message_signature_reader(lexicon: Lexicon) -> Callable[[str], str | None]:
    """As `signature_reader`, for a message and nothing else: one that fills no template gets its slug.

    A report's error gets the same, so that both meet.
    """
    signature_of = signature_reader(lexicon)
    return lambda message: signature_of(message) or slug(message)


def load_known() -> list[Issue]:
    """The known threads that a fresh install brings, with the signature of each."""
    return parse_known(_known_text(), message_signature_reader(load_lexicon()))


def known_digest() -> str:
    """Names the known threads with their signatures: it changes with the file and with what gives them."""
    given = (
        f"{known.template}\t{known.signature}\t{slug(known.template)}" for known in load_lexicon().messages
    )
    return digest_of(_known_text(), "\n".join(given))


@dataclass(frozen=True)
class Services:
    """What a server stands on: one database, opened once, and the Context of its runs."""

    context: Context
    diagnoses: DiagnosisStore
    idempotency: IdempotencyStore
    threads: ThreadStore
    keys: KeyStore
    issues: IssueArchive
    ping: Callable[[], Awaitable[None]]
    """Returns where the database answers. Raises `StoreUnavailable` where it does not."""
    end_abandoned: Callable[[], Awaitable[int]]
    """Fails every diagnosis whose process is gone; how many. Raises `StoreUnavailable`."""


def open_tenant(settings: Settings, *, strict: bool) -> AbstractAsyncContextManager[Database]:
    """The tenant's database. Raises `StoreUnavailable`, and `SchemaTooOld` where it is older and `strict`."""
    url, tenant, encoder = settings.database_url, settings.tenant, settings.encoder
    return open_database(url, tenant, load_known, known_digest(), strict=strict, encoder=encoder)


@asynccontextmanager
async def open_issue_store(settings: Settings, *, strict: bool = False) -> AsyncIterator[SqlIssues]:
    """The issue store of the tenant, migrated and seeded where it may be. Raises as `open_tenant`."""
    async with open_tenant(settings, strict=strict) as database:
        yield SqlIssues(database)


@asynccontextmanager
async def open_issue_archive(settings: Settings) -> AsyncIterator[tuple[SqlIssues, SqlProgress]]:
    """The issue store, and how far imports into it came. Raises as `open_issue_store` does when strict."""
    async with open_tenant(settings, strict=True) as database:
        yield SqlIssues(database), SqlProgress(database)


@cache
def load_prices() -> Prices:
    """The packaged prices of models; read once a process."""
    return parse_prices((resources.files("agent.llm") / "prices.toml").read_text(encoding="utf-8"))


def open_model(settings: Settings, catalogue: Catalogue) -> AbstractAsyncContextManager[Model | None]:
    """The model that the settings name; None for "none". Raises `ModelUnavailable`; see `chosen_model`."""
    return chosen_model(settings, catalogue, load_prices(), SystemClock().now)


def _with_model(context: Context, model: Model | None, settings: Settings, seconds: float) -> Context:
    """`context` with the model, its prompts, and what one diagnosis may spend on it."""
    if model is None:
        return context
    budget = Budget(tokens=settings.model_tokens, seconds=seconds, usd=settings.model_usd)
    return replace(context, model=model, prompts=load_prompts(), budget=budget)


@asynccontextmanager
async def open_github(settings: Settings, waiter: Waiter) -> AsyncIterator[GitHubSource]:
    """GitHub, or the host that is set, with the token in GITHUB_TOKEN. Raises `BadInput`."""
    from agent.github.client import GitHubClient  # the HTTP library is wanted by nobody else

    client = GitHubClient(settings.github_url, GitHubToken().github_token, SystemClock(), waiter)
    try:
        yield GitHubSource(client)
    finally:
        await client.close()


@asynccontextmanager
async def open_sync(
    settings: Settings, repository: str, waiter: Waiter, say: Callable[[str], None]
) -> AsyncIterator[Sync]:
    """One run of a sync. Raises as `open_issue_archive` and `open_github`."""
    signature_of = partial(first_signature, lexicon=load_lexicon())
    async with open_github(settings, waiter) as source, open_tenant(settings, strict=True) as database:
        yield Sync(source, SqlIssueArchive(database), signature_of, repository, say)
        await SqlIssues(database).fit_latent()


@asynccontextmanager
async def open_changelogs(settings: Settings) -> AsyncIterator[SqlChangelogs]:
    """The stored changelogs. Raises as `open_issue_store` does when strict."""
    async with open_tenant(settings, strict=True) as database:
        yield SqlChangelogs(database)


@asynccontextmanager
async def open_waves(settings: Settings) -> AsyncIterator[SqlWaves]:
    """Where waves are found. Raises as `open_issue_store` does."""
    async with open_tenant(settings, strict=False) as database:
        yield SqlWaves(database)


async def _context(
    catalogue: Catalogue, database: Database | None, store: SqlIssues | None, *notes: str
) -> Context:
    replaced = [f"Your team's own file replaces the packaged cause {cause}." for cause in catalogue.replaced]
    return Context(
        catalogue=catalogue,
        clock=SystemClock(),
        issues=store,
        issues_as_of=await store.as_of() if store else None,
        waves=SqlWaves(database) if database else None,
        changelogs=SqlChangelogs(database) if database else None,
        links=SqlIssueGraph(database) if database else None,
        ranking=(await SqlRankings(database).kept() if database else None) or load_ranking(),
        notes=(*replaced, *notes),
    )


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[Context]:
    """A Context for any number of runs.

    Without a database, or without the model that is set, the runs go on and say so in `notes`.
    """
    catalogue = load_catalogue(settings)
    notes: list[str] = []
    async with AsyncExitStack() as stack:
        database: Database | None = None
        try:
            database = await stack.enter_async_context(open_tenant(settings, strict=False))
        except (StoreUnavailable, SchemaTooOld) as unavailable:
            notes.append(f"{unavailable} Related issues were not searched.")
        model: Model | None = None
        try:
            model = await stack.enter_async_context(open_model(settings, catalogue))
        except ModelUnavailable as unavailable:
            notes.append(f"{unavailable} The diagnosis was made without a model.")
        context = await _context(catalogue, database, SqlIssues(database) if database else None, *notes)
        yield _with_model(context, model, settings, settings.model_seconds)


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Everything a server needs, on one pool of connections.

    Raises `BadCatalogue`, `StoreUnavailable`, `ModelUnavailable`, or `SchemaTooOld` for a database that
    must be upgraded.
    """
    catalogue = load_catalogue(settings)
    seconds = min(settings.model_seconds, MODEL_SHARE * settings.run_seconds)
    async with (
        open_tenant(settings, strict=True) as database,
        open_model(settings, catalogue) as model,
    ):
        issues, diagnoses = SqlIssueArchive(database), SqlDiagnoses(database)
        longest = max(LONGEST_RUN, 2 * timedelta(seconds=settings.run_seconds))

        async def end_abandoned() -> int:
            return await diagnoses.fail_running(database.now() - longest, ABANDONED)

        await end_abandoned()
        yield Services(
            context=_with_model(await _context(catalogue, database, issues), model, settings, seconds),
            diagnoses=diagnoses,
            idempotency=SqlIdempotency(database),
            threads=SqlThreads(database),
            keys=SqlKeys(database),
            issues=issues,
            ping=database.ping,
            end_abandoned=end_abandoned,
        )
