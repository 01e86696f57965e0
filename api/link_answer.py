"""One issue with its links and its diagnosis, as the command and the API give it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from agent.compose import Services, open_github
from agent.diagnosis.link_report import LinkReport, link_report, submission_of
from agent.diagnosis.render_links import links_markdown
from agent.errors import BadInput, NoSuchIssue, SourceUnavailable
from agent.github.fetch import Fetch, Fetched, Patience
from agent.issues.clusters import name_of
from agent.issues.issue import Issue
from agent.issues.links import MOST_DEPTH, MOST_THREADS
from agent.issues.mermaid import mermaid
from agent.issues.references import Thread
from agent.ports import IssueGraph
from agent.report.signature import first_signature
from agent.settings import Settings
from api.answers import answer

__all__ = ["MOST_DEPTH", "link_answer", "rendered"]

FETCH_SECONDS = 20.0
"""How long GitHub may take in all; then what is stored is shown."""
_PATIENCE = 3.0
"""Seconds that may be spent waiting for limits and between tries: somebody waits for the answer."""
_MOST_RELEASES = 10
OFFLINE = "Only what is stored was looked at; GitHub was not asked."


async def link_answer(
    services: Services, settings: Settings, thread: Thread, depth: int, *, online: bool
) -> LinkReport:
    """The report of an issue. With `online` it is read from GitHub first, as far as that goes.

    Raises `NoSuchIssue` where it is not stored and cannot be read, or is no issue; and `StoreUnavailable`.
    """
    graph = services.context.links
    if graph is None:
        raise NoSuchIssue(name=name_of(thread), why="no database could be opened")
    notes, why = [OFFLINE], "it is not stored, and GitHub was not asked"
    if online:
        thread, notes, why = await _read(services, settings, thread)
    issue = await graph.issue(*thread)
    if issue is None:
        raise NoSuchIssue(
            f"Bring it in: caseworker issues import FILE, or issues sync {thread[0]}.",
            name=name_of(thread),
            why=why,
        )
    if issue.kind == "pull":
        raise NoSuchIssue(name=name_of(thread), why=f"it is a pull request; give an issue{_fixed(issue)}")
    if issue.deleted_at:
        gone = [link for link in issue.links if link.kind == "transferred_to"]
        moved = f", it went to {gone[0].target_repository}#{gone[0].target_number}" if gone else ""
        notes.append(f"The issue is no longer there{moved}; what is shown was stored before.")
    around = await graph.neighbours([thread], depth, 4 * MOST_THREADS)
    # Without a model: what stands in a stranger's issue should cost nobody anything.
    found = await answer(submission_of(issue), replace(services.context, model=None))
    releases = await _releases(graph, list(around.values()))
    return link_report(issue, around.values(), found, depth, releases, notes)


def rendered(report: LinkReport, form: str) -> str:
    """The report as "json", "mermaid" or "markdown"."""
    if form == "json":
        return report.model_dump_json(indent=2)
    return mermaid(report.links) if form == "mermaid" else links_markdown(report)


async def _read(services: Services, settings: Settings, thread: Thread) -> tuple[Thread, list[str], str]:
    """Where the thread is now, what could not be read, and why there may be nothing."""
    signature_of = partial(first_signature, lexicon=services.context.catalogue.lexicon)
    try:
        async with (
            asyncio.timeout(FETCH_SECONDS),
            open_github(settings, Patience(_PATIENCE, asyncio.sleep)) as source,
        ):
            done: Fetched = await Fetch(source, services.issues, signature_of).run(*thread)
        return done.thread, list(done.notes), "it could not be read"
    except NoSuchIssue as bad:
        why = str(bad.facts["why"])
        return thread, [f"GitHub has no {name_of(thread)} now: {why}. What is shown was stored before."], why
    except TimeoutError:
        why = f"GitHub took longer than {FETCH_SECONDS:g} seconds"
    except (SourceUnavailable, BadInput) as bad:
        why = str(bad).rstrip(".")
    return thread, [f"GitHub could not be read, so only what is stored is shown: {why}."], why


def _fixed(pull: Issue) -> str:
    fixes = [f"{one.target_repository}#{one.target_number}" for one in pull.links if one.kind == "closes"]
    return f", such as {fixes[0]} which it fixes" if fixes else " that it fixes"


async def _releases(graph: IssueGraph, around: list[Issue]) -> dict[str, str]:
    """The first release by date after each merge whose release is not known."""
    found = {}
    for one in [one for one in around if one.merged_at and not one.released_in][:_MOST_RELEASES]:
        if one.merged_at and (release := await graph.release_after(one.repository, one.merged_at)):
            found[name_of((one.repository, one.number))] = release.tag
    return found
