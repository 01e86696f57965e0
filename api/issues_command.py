"""`issues search` and `issues import`: the stored issues, looked through and added to."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from pathlib import Path
from typing import Any

from agent.compose import load_lexicon, open_issue_store
from agent.errors import BadInput
from agent.issues.issue import Issue
from agent.issues.rows import BadRow
from agent.settings import Settings
from agent.store.import_file import read_rows
from agent.store.issues import SqlIssues
from api.environment import load_settings
from api.issue_search import search_rows, signature_of

_ROWS_AT_ONCE = 500
_NAMED_ROWS = 50


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
        f"{row['repository']}#{row['number']}  {row['title']}\n"
        f"    {row['state']}; {row['why']}\n"
        f"    {row['url']}"
        for row in found
    )


def import_files(files: list[Path], repository: str | None) -> int:
    """Add the rows of the files to the store and say what became of them; the number of bad rows."""
    if not files:
        raise BadInput("Name at least one file: caseworker issues import FILE...")
    if missing := [str(file) for file in files if not file.is_file()]:
        raise BadInput(f"No such file: {', '.join(missing)}.")
    return asyncio.run(_imported(files, repository, load_settings()))


async def _found(query: str, limit: int, settings: Settings) -> list[dict[str, Any]]:
    async with open_issue_store(settings) as store:
        return await search_rows(store, load_lexicon(), query, limit)


async def _imported(files: list[Path], repository: str | None, settings: Settings) -> int:
    bad_rows = 0
    async with open_issue_store(settings, strict=True) as store:
        for file in files:
            written, bad = await _import_file(file, repository, store)
            bad_rows += bad
            sys.stdout.write(f"{file}: {written} imported{f', {bad} not' if bad else ''}\n")
    return bad_rows


def _signature_of(text: str) -> str | None:
    return signature_of(text, load_lexicon())


async def _import_file(file: Path, repository: str | None, store: SqlIssues) -> tuple[int, int]:
    written = bad = 0
    rows = read_rows(file, repository, _signature_of)
    while some := list(itertools.islice(rows, _ROWS_AT_ONCE)):
        for row in some:
            if isinstance(row, BadRow):
                bad += 1
                if bad <= _NAMED_ROWS:
                    sys.stderr.write(f"caseworker: {file}, line {row.line}: {row.reason}\n")
        issues = [row for row in some if isinstance(row, Issue)]
        written += await store.upsert(issues) if issues else 0
    if bad > _NAMED_ROWS:
        sys.stderr.write(f"caseworker: {file}: {bad - _NAMED_ROWS} more rows could not be imported\n")
    return written, bad
