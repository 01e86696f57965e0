"""The nouns of a forge that issues are read from: a page of rows, one thread, a release."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agent.issues.references import Thread
from agent.report.error_report import Noun


class SourcePage(Noun):
    """Rows as the forge writes them. `next` is where to go on, None at the end.

    `etag` names this state of the page; `unchanged` says that it is the one that was named.
    """

    rows: list[dict[str, Any]] = []
    next: str | None = None
    etag: str | None = None
    unchanged: bool = False


class SourceThread(Noun):
    """One thread by number: still there, gone for good, or moved to another place.

    `row` is the thread as the forge writes it, at its new place where it moved.
    """

    gone: bool = False
    moved_to: Thread | None = None
    row: dict[str, Any] | None = None


class Release(Noun):
    """One release of a repository."""

    tag: str
    url: str | None = None
    published_at: datetime | None = None
    prerelease: bool = False
