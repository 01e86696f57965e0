"""Comments of a whole repository, as the REST API lists them, to what belongs to each thread."""

from __future__ import annotations

import re
from typing import Any

from agent.issues.issue import Comment
from agent.issues.mentions import links_in
from agent.issues.timeline import History, read_comment
from agent.issues.values import text_of

_NUMBER = re.compile(r"/issues/(\d{1,12})/?$|/(?:issues|pull)/(\d{1,12})#issuecomment-")
_HOST = re.compile(r"https?://([^/\s]{1,200})/")


def comments_of(rows: list[dict[str, Any]], repository: str) -> dict[int, History]:
    """Number of the thread to its comments among the rows, and the links in them; odd rows are left out."""
    comments: dict[int, list[Comment]] = {}
    hosts: dict[int, str] = {}
    for row in rows:
        found = _NUMBER.search(text_of(row, "issue_url")) or _NUMBER.search(text_of(row, "html_url"))
        comment = read_comment(row)
        if found and comment:
            number = int(found[1] or found[2])
            comments.setdefault(number, []).append(comment)
            page = _HOST.match(text_of(row, "html_url"))
            hosts[number] = page[1] if page else "github.com"
    return {number: _history(some, (repository, number), hosts[number]) for number, some in comments.items()}


def _history(comments: list[Comment], own: tuple[str, int], host: str) -> History:
    links = [
        link
        for one in comments
        for link in links_in(one.body, own, "comment", host=host, actor=one.author, at=one.created_at)
    ]
    return History([], comments, links)
