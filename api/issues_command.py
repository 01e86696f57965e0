"""`issues search` and `issues import`: the stored issues, looked through and added to."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from agent.compose import load_lexicon, load_ranking, open_issue_archive, open_tenant
from agent.diagnosis.escape import one_line
from agent.errors import BadInput
from agent.settings import Settings
from agent.store.issue_graph import SqlIssueGraph
from agent.store.issues import SqlIssues
from agent.store.rankings import SqlRankings
from api.environment import load_settings
from api.issue_import import Done, import_file
from api.issue_search import search_rows


def search(query: str, limit: int, form: str) -> str:
    """The best `limit` stored issues as `text` or `json`. Raises `BadInput` for an empty query."""
    if not query.strip():
        raise BadInput("The query is empty; give words or an error message.")
    found = asyncio.run(_found(query, limit, load_settings()))
    if form == "json":
        return json.dumps({"issues": found}, ensure_ascii=False, indent=2)
    if not found:
        return "No stored issue matches."
    return "\n".join(
        f"{row['repository']}#{row['number']}  {one_line(row['title'])}\n"
        f"    {one_line(row['state'])}; {one_line(row['why'])}\n"
        f"    {row['url']}"
        for row in found
    )


def import_files(files: list[Path], repository: str | None, jobs: int | None = None) -> int:
    """Add the rows of the files to the store and say what became of them; the number of bad rows."""
    if not files:
        raise BadInput("Name at least one file: caseworker issues import FILE...")
    if missing := [str(file) for file in files if not file.exists()]:
        raise BadInput(f"No such file: {', '.join(missing)}.")
    if others := [str(file) for file in files if not file.is_file()]:
        raise BadInput(f"A folder or a pipe cannot be imported, only files: {', '.join(others)}.")
    return asyncio.run(_imported(files, repository, load_settings(), jobs))


def _beside(done: Done) -> str:
    """What became of the rows that were not written."""
    if not done.rows:
        return "; it holds no row"
    older = done.rows - done.written - done.bad
    return (f", {done.bad} not" if done.bad else "") + (f"; of {older} a newer one is there" if older else "")


async def _found(query: str, limit: int, settings: Settings) -> list[dict[str, Any]]:
    async with open_tenant(settings, strict=False) as database:
        ranking = await SqlRankings(database).kept() or load_ranking()
        graph = SqlIssueGraph(database)
        return await search_rows(SqlIssues(database), load_lexicon(), query, limit, ranking, graph)


async def _imported(files: list[Path], repository: str | None, settings: Settings, jobs: int | None) -> int:
    bad_rows = 0
    async with open_issue_archive(settings) as (store, progress):
        for file in files:
            done = await import_file(file, repository, store, progress, jobs)
            bad_rows += done.bad
            sys.stdout.write(f"{file}: {done.written} imported{_beside(done)}\n")
        await store.fit_latent()
    return bad_rows
