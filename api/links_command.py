"""`links`: an issue with what it is linked to, from the store and, where it may, from GitHub."""

from __future__ import annotations

import asyncio

from agent.compose import open_services
from agent.diagnosis.link_report import LinkReport
from agent.issues.address import forge_of, parse_address
from agent.issues.references import Thread
from agent.settings import Settings
from api.environment import load_settings
from api.link_answer import link_answer, rendered


def show_links(url: str, form: str, depth: int, *, offline: bool) -> str:
    """The report of an issue. Raises `BadInput` for what is no issue or is not to be found."""
    settings = load_settings("none")
    thread = parse_address(url, forge_of(settings.github_url))
    return rendered(asyncio.run(_found(settings, thread, depth, offline)), form)


async def _found(settings: Settings, thread: Thread, depth: int, offline: bool) -> LinkReport:
    async with open_services(settings) as services:
        return await link_answer(services, settings, thread, depth, online=not offline)
