"""One row of an import, in any of the shapes that GitHub's APIs and tools write, to an `Issue`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agent.issues.issue import Comment, Issue, IssueLink
from agent.issues.mentions import links_in
from agent.issues.references import Thread, parse_thread
from agent.issues.timeline import History, read_comment, read_history, thread_of
from agent.issues.values import (
    Row,
    Unusable,
    clean,
    count_of,
    date_of,
    labels_of,
    number_of,
    person_of,
    reactions_of,
    text_of,
)
from agent.report.error_report import Noun
from agent.report.redact import redact

__all__ = ["MOST_BODY", "BadRow", "SignatureOf", "clean", "parse_row"]

SignatureOf = Callable[[str], str | None]

MOST_BODY = 200_000
"""Characters of a body that are kept."""
NO_TITLE = "(no title)"
"""Stands for a title that an export left empty, where there is a body."""
MOST_COMMENTS = 5_000
MOST_LINKS = 500
_MOST_TITLE = 500

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,99}/[A-Za-z0-9_.][\w.-]{0,99}", re.ASCII)
_API_REPOSITORY = re.compile(r"/repos/([^/\s]+/[^/\s]+)/?$")
_PAGE = re.compile(r"https?://[^\s<>\"'`\\]{3,500}")
_HOST = re.compile(r"https?://([^/\s]{1,200})/")
_CLIENT_VERSIONS = (
    re.compile(r"claude[ -]code(?:\s+(?:cli|version))?[\s:*#`_-]{0,12}v?(\d+\.\d+\.\d+)\b"),
    re.compile(r"\bversion[\s:*`]{1,6}v?(\d+\.\d+\.\d+)\b"),
)
"""The first counts: a mere "version" before it may be that of an editor or of Node."""
_OF_A_PULL = frozenset({"mergedAt", "merged_at", "isDraft", "closingIssuesReferences"})
_NO_PULL = (None, "", False, "false", "False")
_OF_AN_ISSUE = frozenset({"title", "number", "issue_number", "issueNumber"})
_PULL_STATES = {"merged": "closed"}


class BadRow(Noun):
    """A row that cannot be imported. `line` is where it starts in its file, from 1, if known."""

    line: int | None = None
    reason: str


def parse_row(row: object, default_repository: str | None, signature_of: SignatureOf) -> Issue | BadRow:
    """An `Issue` from a REST object, a `gh issue list --json` entry or a CSV row, or why it is none.

    Field names may be snake_case or camelCase, every value may be text. Comments (`comments` of `gh`,
    `commented` events) and a `timeline` may stand in the row. All text is cleaned of control characters
    and lone surrogates, and redacted before anything else sees it.
    """
    if not isinstance(row, Mapping):
        return BadRow(reason="a row must be an object with fields")
    try:
        return _issue(row, default_repository, signature_of)
    except Unusable as bad:
        return BadRow(reason=str(bad))


def _issue(row: Row, default_repository: str | None, signature_of: SignatureOf) -> Issue:
    page = text_of(row, "html_url", "htmlUrl")
    thread = parse_thread(page) or parse_thread(text_of(row, "url"))
    if not thread and not _OF_AN_ISSUE & row.keys():
        named = clean(", ".join(map(str, row)))[:120] or "none"
        raise Unusable(f"it is no issue: it has neither a number nor a title; its fields: {named}")
    repository = _repository(row) or (thread[0] if thread else None) or default_repository
    if not repository or not _REPOSITORY.fullmatch(repository):
        named = f"{repository[:80]!r} is not OWNER/NAME" if repository else "none is named"
        raise Unusable(f"repository: {named}; give --repo OWNER/NAME")
    number = number_of(row, "number", "issue_number", "issueNumber") or (thread[1] if thread else None)
    if number is None:
        raise Unusable("number: neither number nor issue_number is given")
    title = " ".join((text_of(row, "title") or _figure(row.get("title"))).split())[:_MOST_TITLE]
    body = redact(text_of(row, "body")[:MOST_BODY]).text
    if not title and (row.get("title") != "" or not body):
        raise Unusable("title: it is missing or empty")
    title = redact(title).text or NO_TITLE
    url = next(filter(_PAGE.fullmatch, (page, text_of(row, "url") if thread else "")), "")
    own = (repository, number)
    is_pull = "/pull/" in url or any(row.get(name) not in (None, "") for name in _OF_A_PULL)
    is_pull = is_pull or row.get("pull_request") not in _NO_PULL
    state = text_of(row, "state").lower() or "unknown"
    version = _version(body)
    reason = text_of(row, "state_reason", "stateReason").lower()[:40]
    facts: dict[str, Any] = {
        "repository": repository,
        "number": number,
        "url": url or f"https://github.com/{repository}/{'pull' if is_pull else 'issues'}/{number}",
        "title": title,
        "body": body,
        "state": _PULL_STATES.get(state, state)[:40],
        "labels": labels_of(row.get("labels")),
        "created_at": date_of(row, "created_at", "createdAt"),
        "updated_at": date_of(row, "updated_at", "updatedAt"),
        "closed_at": date_of(row, "closed_at", "closedAt"),
        "signature": signature_of(f"{title}\n\n{body}"),
        "client_version": version,
        "outcome": _outcome(reason),
        "kind": "pull" if is_pull else "issue",
        "author": person_of(row, "user", "author"),
        "state_reason": reason or None,
        "reactions": reactions_of(row),
        "merged_at": _merged_at(row) if is_pull else None,
    }
    return Issue(**facts, **_beside(row, own, facts, body))


def _figure(value: object) -> str:
    """A title that is nothing but digits, as tools write it that guess types."""
    return str(value)[:_MOST_TITLE] if isinstance(value, int) and not isinstance(value, bool) else ""


def _beside(row: Row, own: Thread, facts: dict[str, Any], body: str) -> dict[str, Any]:
    """What goes with the row into tables of its own, and the counts and the duplicate that follow from it."""
    history = read_history(_list(row.get("timeline")) or _nodes(row.get("timelineItems")), own)
    comments = [*_comments(row), *history.comments][:MOST_COMMENTS]
    links = _links(row, own, facts, body, comments, history)
    people = {comment.author for comment in comments} | {facts["author"]}
    counted = count_of(row, "comments", "comment_count", "comments_count", "commentCount")
    return {
        "comment_count": len(comments) or counted if counted is None else max(counted, len(comments)),
        "participants": count_of(row, "participants") or (len(people - {None}) if comments else None),
        "duplicate_of": _duplicate_of(facts["state"], links),
        "comments": comments,
        "timeline": history.events,
        "links": links,
    }


def _comments(row: Row) -> list[Comment]:
    given = _list(row.get("comments")) or _nodes(row.get("comments")) or _list(row.get("comments_data"))
    found = (read_comment(entry) for entry in given[:MOST_COMMENTS])
    return [comment for comment in found if comment]


def _links(
    row: Row, own: Thread, facts: dict[str, Any], body: str, comments: list[Comment], history: History
) -> list[IssueLink]:
    host = found[1] if (found := _HOST.match(facts["url"])) else "github.com"
    is_pull = facts["kind"] == "pull"
    links = links_in(
        body, own, "body", is_pull=is_pull, host=host, actor=facts["author"], at=facts["created_at"]
    )
    links += _fields(row, own)
    for comment in comments:
        links += links_in(
            comment.body, own, "comment", host=host, actor=comment.author, at=comment.created_at
        )
    links += history.links
    distinct = {
        (link.target_repository.lower(), link.target_number, link.kind, link.via): link
        for link in reversed(links)
    }
    return list(reversed(distinct.values()))[:MOST_LINKS]


def _fields(row: Row, own: Thread) -> Iterator[IssueLink]:
    """Links that fields of a row state: what closed it, what it closes, what it duplicates."""
    stated = (
        ("closedByPullRequestsReferences", "fixed_by"),
        ("closingIssuesReferences", "closes"),
        ("duplicateOf", "duplicate_of"),
        ("duplicate_of", "duplicate_of"),
    )
    for name, kind in stated:
        given = row.get(name)
        for entry in _list(given) or _nodes(given) or [given]:
            target = _target(entry, own)
            if target and target != own:
                yield IssueLink.model_validate(
                    {"target_repository": target[0], "target_number": target[1], "kind": kind, "via": "field"}
                )


def _target(entry: object, own: Thread) -> Thread | None:
    if isinstance(entry, int) and not isinstance(entry, bool) and 0 < entry < 10**12:
        return own[0], entry
    if isinstance(entry, str):
        bare = entry.strip().removeprefix("#")
        if bare.isascii() and bare.isdigit() and 0 < len(bare) < 13:
            return own[0], int(bare)
        return parse_thread(entry)
    return thread_of(entry)


def _duplicate_of(state: str, links: list[IssueLink]) -> str | None:
    """The thread that this one is a duplicate of, as its history, a field or, once closed, words say.

    Of several the strongest counts: a mark before a field before words, the latest first.
    """
    said = [link for link in links if link.kind == "duplicate_of"]
    strength = {"timeline": 3, "field": 2, "comment": 1, "body": 0}
    strong = [link for link in said if strength[link.via] > 1 or state == "closed"]
    if not strong:
        return None
    best = max(strong, key=lambda link: (strength[link.via], link.at.timestamp() if link.at else 0.0))
    return f"{best.target_repository}#{best.target_number}"


def _version(body: str) -> str | None:
    folded = body.lower()
    if "version" not in folded and "claude" not in folded:
        return None
    found = (pattern.search(folded) for pattern in _CLIENT_VERSIONS)
    return next((hit[1] for hit in found if hit), None)


def _repository(row: Row) -> str | None:
    for name in ("repository", "repo", "repository_full_name", "full_name"):
        value = row.get(name)
        if isinstance(value, Mapping):
            value = value.get("nameWithOwner") or value.get("full_name")
        if isinstance(value, str) and value.strip():
            return value.strip().removeprefix("https://github.com/").strip("/")
    found = _API_REPOSITORY.search(text_of(row, "repository_url"))
    return found[1] if found else None


def _merged_at(row: Row) -> Any:
    inner = row.get("pull_request")
    return date_of(row, "merged_at", "mergedAt") or (
        date_of(inner, "merged_at") if isinstance(inner, Mapping) else None
    )


def _outcome(reason: str) -> str | None:
    """What GitHub says about how it was closed, such as "closed as not planned"."""
    reason = reason.replace("_", " ")
    return f"closed as {reason}" if reason and reason != "reopened" else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _nodes(value: object) -> list[Any]:
    return _list(value.get("nodes")) if isinstance(value, Mapping) else []
