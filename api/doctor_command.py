"""`doctor`: is everything in place that a diagnosis needs?"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from agent.compose import load_catalogue, open_issue_store, open_model
from agent.errors import AgentError
from agent.settings import Settings
from agent.store.index.check import LOOKED_AT
from agent.store.schema import head
from api.environment import load_settings

# Up to the last @: a password that was not escaped may hold one itself.
_PASSWORD = re.compile(r"(://[^:/@\s]*):\S*@")
_SECRET_PARAMETER = re.compile(r"([?&][^=&\s]*(?:pass|secret|token|key)[^=&\s]*=)[^&\s]*", re.I)


@dataclass(frozen=True)
class Check:
    """One thing looked at: its name, what was found, and whether it is as it must be."""

    name: str
    found: str
    ok: bool = True


def examine() -> tuple[str, bool]:
    """The report as text, and whether everything is well. Never holds a password."""
    try:
        settings = load_settings()
    except AgentError as bad:
        checks = [Check("settings", str(bad), ok=False)]
    else:
        checks = [*_settings(settings), _catalogue(settings), *_database(settings), _model(settings)]
    width = max(len(check.name) for check in checks)
    lines = [
        f"{'ok   ' if check.ok else 'WRONG'}  {check.name:<{width}}  {_masked(check.found)}"
        for check in checks
    ]
    return "\n".join(lines), all(check.ok for check in checks)


def _settings(settings: Settings) -> list[Check]:
    return [Check(f"CASEWORKER_{name.upper()}", str(value)) for name, value in settings]


def _catalogue(settings: Settings) -> Check:
    try:
        catalogue = load_catalogue(settings)
    except (AgentError, OSError) as bad:
        return Check("catalogue", str(bad), ok=False)
    replaced = f", replaced by your own: {', '.join(catalogue.replaced)}" if catalogue.replaced else ""
    return Check("catalogue", f"{len(catalogue.causes)} causes, digest {catalogue.digest}{replaced}")


def _database(settings: Settings) -> list[Check]:
    """A new database is made here as the first diagnosis would: so it is known that it can be."""
    try:
        many, issues, mended = asyncio.run(_issues(settings))
    except AgentError as bad:
        return [Check("database", str(bad), ok=False)]
    right = "as the issues are"
    if many > LOOKED_AT:
        right += f"; the words of {LOOKED_AT:,} were compared"
    index = f"was stale, is made anew: {'; '.join(mended)}" if mended else right
    return [
        Check("database", f"reachable, schema {head()} is current"),
        Check("issues", issues),
        Check("index", index),
    ]


async def _issues(settings: Settings) -> tuple[int, str, list[str]]:
    """How many issues, what is stored, and what was wrong with the index before it was put right here."""
    async with open_issue_store(settings, strict=True) as store:
        mended = await store.mend_index()
        count, newest = await store.count(), await store.as_of()
    said = f"{count} stored and indexed, newest of {newest:%Y-%m-%d}" if newest else "none stored"
    return count, said, mended


def _model(settings: Settings) -> Check:
    """Whether a model is set and has what it needs; nothing is sent to it."""
    if settings.model == "none":
        return Check("model", "none: diagnoses are worded without one")
    try:
        asyncio.run(_open_model(settings))
    except AgentError as bad:
        return Check("model", f"{settings.model}: {bad}", ok=False)
    key = ", a key is there" if settings.model == "live" else ""
    return Check("model", f"{settings.model}: {settings.draft_model} drafts{key}; it was not called")


async def _open_model(settings: Settings) -> None:
    async with open_model(settings, load_catalogue(settings)):
        pass


def _masked(text: str) -> str:
    return _SECRET_PARAMETER.sub(r"\1***", _PASSWORD.sub(r"\1:***@", text))
