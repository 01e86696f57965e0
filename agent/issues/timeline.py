"""The history of an issue, as REST or GraphQL tells it, to events, comments and links."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from agent.issues.issue import Comment, IssueLink, LinkKind, TimelineEvent
from agent.issues.references import Thread, parse_thread
from agent.issues.values import Row, Unusable, clean, date_of, number_of, person_of, reactions_of, text_of
from agent.report.redact import redact

MOST_COMMENT = 65_536
"""Characters of a comment that are kept: as many as GitHub takes."""
MOST_EVENTS = 2_000
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_REST_NAMES = {"cross_referenced": "cross-referenced", "issue_comment": "commented"}
_SKIPPED = frozenset({"subscribed", "unsubscribed", "mentioned", "committed", "line-commented"})
"""Kinds that say nothing of an issue and are as many as its readers."""

_CHANGING = frozenset({"source_state", "source_merged", "source_title", "will_close"})
"""What a later export of the same event may tell otherwise: it is no part of the event's identity."""
_MOST_TITLE = 200


class History(NamedTuple):
    """What a timeline holds. `undone` are links that later events took back."""

    events: list[TimelineEvent]
    comments: list[Comment]
    links: list[IssueLink]


def read_history(rows: Iterable[object], own: Thread) -> History:
    """The events of a REST `timeline` array or of GraphQL `timelineItems` nodes, oldest first as given.

    A row that is no event is left out. A mark as duplicate or a connection that was taken back gives no link.
    """
    events: list[TimelineEvent] = []
    comments: list[Comment] = []
    links: dict[tuple[str, int, LinkKind], IssueLink] = {}
    for row in rows:
        if not isinstance(row, Mapping) or len(events) >= MOST_EVENTS:
            continue
        kind = _kind(row)
        if kind is None or kind in _SKIPPED:
            continue
        if kind == "commented":
            if comment := read_comment(row):
                comments.append(comment)
            continue
        event = _event(row, kind)
        events.append(event)
        _link(links, event, own)
    return History(events, comments, list(links.values()))


def read_comment(row: object) -> Comment | None:
    """A comment of REST, GraphQL or `gh`, cleaned and redacted; None where it has no text."""
    if not isinstance(row, Mapping):
        return None
    body = redact(text_of(row, "body", "bodyText")[:MOST_COMMENT]).text
    if not body.strip():
        return None
    author = person_of(row, "user", "author", "actor")
    created = _moment(row, "created_at", "createdAt")
    return Comment(
        external_id=_identity(row, f"{author} {created} {body}"),
        author=author,
        body=body,
        reactions=reactions_of(row),
        created_at=created,
        updated_at=_moment(row, "updated_at", "updatedAt", "lastEditedAt"),
    )


def _identity(row: Row, otherwise: str) -> str:
    """The number in the REST API where it is known, so that both APIs give one comment one identity."""
    for name in ("id", "databaseId", "fullDatabaseId"):
        value = row.get(name)
        if isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit()):
            return str(value)[:40]
    if found := re.search(r"#(?:issuecomment|event)-(\d{1,20})", text_of(row, "html_url", "url")):
        return found[1]
    named = text_of(row, "node_id", "id")
    return named[:100] or hashlib.sha256(otherwise.encode()).hexdigest()[:24]


def _kind(row: Row) -> str | None:
    if name := text_of(row, "event"):
        return name if _KIND.fullmatch(name) else None
    name = text_of(row, "__typename").removesuffix("Event")
    kind = _HUMP.sub("_", name).lower()
    kind = _REST_NAMES.get(kind, kind)
    return kind if _KIND.fullmatch(kind) else None


def _event(row: Row, kind: str) -> TimelineEvent:
    actor = person_of(row, "actor", "user", "author")
    at = _moment(row, "created_at", "createdAt", "submitted_at")
    data = {name: value for name, value in _facts(row).items() if value not in (None, "")}
    lasting = sorted((name, value) for name, value in data.items() if name not in _CHANGING)
    identity = _identity(row, f"{kind} {actor} {at} {lasting}")
    return TimelineEvent(external_id=identity, kind=kind, actor=actor, at=at, data=data)


def _moment(row: Row, *names: str) -> Any:
    try:
        return date_of(row, *names)
    except Unusable:
        return None


def _facts(row: Row) -> dict[str, Any]:
    """What an event says beside who and when; threads as "owner/name#n"."""
    source = row.get("source")
    inner = source.get("issue", source) if isinstance(source, Mapping) else None
    closer = row.get("closer")
    rename = row.get("rename")
    from_title = text_of(rename, "from") if isinstance(rename, Mapping) else text_of(row, "previousTitle")
    label = row.get("label")
    moved_from = row.get("fromRepository")
    return {
        "source": _thread_text(inner),
        "source_kind": _kind_of_thread(inner),
        "source_state": text_of(inner, "state").lower() if isinstance(inner, Mapping) else None,
        "source_merged": _is_merged(inner),
        "source_title": _title(inner),
        "will_close": row.get("willCloseTarget") is True or None,
        "subject": _thread_text(row.get("subject")),
        "canonical": _thread_text(row.get("canonical")),
        "duplicate": _thread_text(row.get("duplicate")),
        "closer": _thread_text(closer) or _closing_pull(closer),
        "commit": _commit(row),
        "state_reason": text_of(row, "state_reason", "stateReason").lower(),
        "label": clean(str(label.get("name")))[:200] if isinstance(label, Mapping) else None,
        "from_title": redact(from_title[:500]).text if from_title else None,
        "from_repository": text_of(moved_from, "nameWithOwner") if isinstance(moved_from, Mapping) else None,
    }


def thread_of(value: object) -> Thread | None:
    """The thread that an object of either API names, or None."""
    if not isinstance(value, Mapping):
        return None
    if found := parse_thread(text_of(value, "html_url", "htmlUrl") or text_of(value, "url")):
        return found
    repository = value.get("repository")
    if not isinstance(repository, Mapping):
        return None
    name = text_of(repository, "full_name", "nameWithOwner")
    owner = repository.get("owner")
    if not name and isinstance(owner, Mapping):
        name = f"{text_of(owner, 'login')}/{text_of(repository, 'name')}"
    try:
        number = number_of(value, "number")
    except Unusable:
        return None
    return (name, number) if number and re.fullmatch(r"[\w.-]{1,100}/[\w.-]{1,100}", name) else None


def _thread_text(value: object) -> str | None:
    found = thread_of(value)
    return f"{found[0]}#{found[1]}" if found else None


def _kind_of_thread(value: object) -> str | None:
    if not isinstance(value, Mapping):
        return None
    is_pull = "pull_request" in value or value.get("__typename") == "PullRequest"
    return "pull" if is_pull or "/pull/" in text_of(value, "html_url", "url") else "issue"


def _is_merged(value: object) -> bool | None:
    """Whether a pull was merged: REST calls it closed then; None where that is not told."""
    if not isinstance(value, Mapping):
        return None
    pull = value.get("pull_request")
    if isinstance(pull, Mapping) and "merged_at" in pull:
        return bool(pull["merged_at"])
    if value.get("__typename") == "PullRequest":
        return text_of(value, "state").upper() == "MERGED"
    return None


def _title(value: object) -> str | None:
    title = " ".join(text_of(value, "title").split()) if isinstance(value, Mapping) else ""
    return redact(title[:_MOST_TITLE]).text or None


def _closing_pull(closer: object) -> str | None:
    """The pull that a closing commit came with."""
    pulls = closer.get("associatedPullRequests") if isinstance(closer, Mapping) else None
    nodes = pulls.get("nodes") if isinstance(pulls, Mapping) else None
    return _thread_text(nodes[0]) if isinstance(nodes, list) and nodes else None


def _commit(row: Row) -> str | None:
    commit = row.get("commit")
    closer = row.get("closer")
    found = text_of(row, "commit_id") or (text_of(commit, "oid") if isinstance(commit, Mapping) else "")
    if not found and isinstance(closer, Mapping):
        found = text_of(closer, "oid")
    return found if re.fullmatch(r"[0-9a-f]{7,64}", found) else None


def _link(links: dict[tuple[str, int, LinkKind], IssueLink], event: TimelineEvent, own: Thread) -> None:
    """Add what the event ties, or take away what it undoes."""
    for text, kind in _ties(event):
        target = parse_thread(text)
        if target is None or (target[0].lower(), target[1]) == (own[0].lower(), own[1]):
            continue
        key = (target[0].lower(), target[1], kind)
        if event.kind in ("unmarked_as_duplicate", "disconnected"):
            links.pop(key, None)
        else:
            links[key] = IssueLink(
                target_repository=target[0], target_number=target[1], kind=kind, via="timeline",
                actor=event.actor, at=event.at,
            )  # fmt: skip


def _ties(event: TimelineEvent) -> list[tuple[str | None, LinkKind]]:
    data = event.data
    if event.kind == "cross-referenced":
        return [(data.get("source"), "fixed_by" if data.get("will_close") else "cross_referenced")]
    if event.kind in ("marked_as_duplicate", "unmarked_as_duplicate"):
        return [(data.get("canonical"), "duplicate_of")]
    if event.kind in ("connected", "disconnected"):
        kind: LinkKind = "fixed_by" if data.get("source_kind") == "pull" else "linked"
        return [(data.get("subject") or data.get("source"), "linked"), (data.get("source"), kind)]
    if event.kind == "closed":
        return [(data.get("closer"), "fixed_by")]
    return []
