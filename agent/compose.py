"""Settings become a Context: the one file that knows every adapter and every packaged file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from agent.causes.catalogue import Catalogue, parse_catalogue
from agent.errors import BadCatalogue, SchemaTooOld, StoreUnavailable
from agent.issues.issue import Issue
from agent.issues.known import digest_of, parse_known
from agent.report.lexicon import Lexicon, parse_lexicon
from agent.report.template import compile_templates, match_message
from agent.settings import Settings
from agent.state import Context
from agent.store.issues import SqlIssues
from agent.store.open import open_store


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
    """A function from a message to the signature of the template that it fills, or None."""
    compiled = compile_templates(lexicon)

    def signature_of(message: str) -> str | None:
        found = match_message(message, compiled)
        return found.template.signature if found else None

    return signature_of


def load_known() -> list[Issue]:
    """The known threads that a fresh install brings, with the signature of each."""
    return parse_known(_known_text(), signature_reader(load_lexicon()))


@asynccontextmanager
async def open_issue_store(settings: Settings, *, strict: bool = False) -> AsyncIterator[SqlIssues]:
    """The issue store of the settings' tenant, migrated and seeded where it may be.

    Raises `StoreUnavailable`; with `strict` an older schema raises `SchemaTooOld`.
    """
    messages = [template.template for template in load_lexicon().messages]
    digest = digest_of(_known_text(), "\n".join(messages))
    async with open_store(settings.database_url, settings.tenant, load_known, digest, strict=strict) as store:
        yield store


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[Context]:
    """A Context for any number of runs. Without a database the runs go on and say so in `notes`."""
    catalogue = load_catalogue(settings)
    notes = [f"Your team's own file replaces the packaged cause {cause}." for cause in catalogue.replaced]
    async with AsyncExitStack() as stack:
        store: SqlIssues | None = None
        try:
            store = await stack.enter_async_context(open_issue_store(settings))
        except (StoreUnavailable, SchemaTooOld) as unavailable:
            notes.append(f"{unavailable} Related issues were not searched.")
        yield Context(
            catalogue=catalogue,
            clock=SystemClock(),
            issues=store,
            issues_as_of=await store.as_of() if store else None,
            notes=tuple(notes),
        )
