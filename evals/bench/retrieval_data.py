"""The benchmark of known duplicates: issues of several projects, and for some of them which came earlier.

The corpus is JSON lines (plain or .xz) with id, project, number, created, title, body, reporter and labels.
The judgements are in TREC's form: query id, 0, id of a right answer, 1. A query is the issue of that id; it
may only find issues that were created before it.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from agent.issues.issue import Issue
from agent.issues.rows import BadRow, parse_row
from agent.report.error_report import Source, Submission


class BadBenchmark(Exception):
    """The benchmark's files cannot be read; the text says where and why."""


class Entry(NamedTuple):
    """One issue of the corpus."""

    id: str
    project: str
    number: int
    created: datetime
    title: str
    body: str
    reporter: str
    labels: list[str]

    @property
    def repository(self) -> str:
        """The project as an owner and a name."""
        return f"{self.project}/{self.project}"

    @property
    def url(self) -> str:
        """Where the issue would stand."""
        return f"https://github.com/{self.repository}/issues/{self.number}"


class Query(NamedTuple):
    """An issue as somebody files it, and the issues that it repeats."""

    entry: Entry
    submission: Submission
    right: frozenset[tuple[str, int]]


def read_corpus(path: Path) -> list[Entry]:
    """The issues in the order of the file. Raises `BadBenchmark` and `OSError`."""
    found = []
    with (
        lzma.open(path, "rt", encoding="utf-8")
        if path.suffix == ".xz"
        else path.open(encoding="utf-8") as lines
    ):
        for number, line in enumerate(lines, 1):
            try:
                found.append(_entry(json.loads(line)))
            except (ValueError, KeyError, TypeError) as bad:
                raise BadBenchmark(f"{path.name}, line {number}: {bad!r}") from bad
            except lzma.LZMAError as bad:
                raise BadBenchmark(f"{path.name}: {bad}") from bad
    return found


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        id=str(row["id"]),
        project=str(row["project"]),
        number=int(row["number"]),
        created=datetime.fromisoformat(row["created"]),
        title=row["title"] or "",
        body=row["body"] or "",
        reporter=row.get("reporter") or "",
        labels=list(row.get("labels") or []),
    )


def read_queries(path: Path, corpus: list[Entry]) -> list[Query]:
    """The queries in order of time. Raises `BadBenchmark` where an id is not in the corpus, and `OSError`."""
    by_id = {entry.id: entry for entry in corpus}
    right: dict[str, set[tuple[str, int]]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            asked, _, answer, judged = line.split()
            entry = by_id[answer]
            if by_id[asked] and int(judged) > 0:
                right.setdefault(asked, set()).add((entry.repository, entry.number))
        except (ValueError, KeyError) as bad:
            raise BadBenchmark(f"{path.name}, line {number}: {bad!r}") from bad
    queries = [
        Query(by_id[asked], submission(by_id[asked]), frozenset(found)) for asked, found in right.items()
    ]
    return sorted(queries, key=lambda query: (query.entry.created, query.entry.id))


def submission(entry: Entry) -> Submission:
    """The issue as a report: what was known when it was filed, so without its labels."""
    return Submission(
        title=entry.title, text=entry.body, source=Source(url=entry.url, reported_at=entry.created)
    )


def to_issues(corpus: list[Entry], signature_of: Callable[[str], str | None]) -> Iterator[Issue]:
    """The issues as an import reads them. Raises `BadBenchmark` for one that it refuses."""
    for entry in corpus:
        row = {
            "repository": entry.repository,
            "number": entry.number,
            "html_url": entry.url,
            "title": entry.title,
            "body": entry.body,
            "user": {"login": entry.reporter},
            "labels": entry.labels,
            "created_at": entry.created.isoformat(),
        }
        issue = parse_row(row, None, signature_of)
        if isinstance(issue, BadRow):
            raise BadBenchmark(f"{entry.id}: {issue.reason}")
        yield issue
