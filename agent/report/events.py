"""From what was found to events: one for each distinct error, its repeats counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from agent.report.client_lines import ClientLine
from agent.report.cloud_text import CloudText
from agent.report.error_report import ErrorEvent, Provider, Span
from agent.report.payload import Payload
from agent.report.slug import slug
from agent.report.template import Compiled, Pattern, match_message, squeeze
from agent.report.terminal import Screen

_FIRST_PARTY = re.compile(r"req_0\d{2}[A-Za-z0-9]{16,}")
_ROUTER = re.compile(r"req_[0-9a-f]{24}")
_LOOSE_ID = re.compile(r"\breq_[A-Za-z0-9]{10,}(?:_[A-Za-z0-9]+)?\b")
_PASSING_TYPES = frozenset(
    {"rate_limit_error", "api_error", "overloaded_error", "timeout_error", "ThrottlingException",
     "ServiceUnavailableException", "InternalServerException", "ModelTimeoutException", "UNAVAILABLE",
     "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "INTERNAL"}
)  # fmt: skip
_PASSING_WORDS = re.compile(
    r"timed? ?out|ECONN|connection (?:error|reset|closed|lost|dropped)|socket|overloaded", re.I
)
_MOST_SPANS = 100
"""Spans kept for one event; `count` goes on."""
_MOST_COMPARED = 200
"""Distinct errors that are compared word by word; beyond them only equal ones are found equal."""
_SPENT = re.compile(r"extra usage|credit balance|spend limit|usage limit|hit your", re.I)


@dataclass
class _Draft:
    status: int | None
    type: str | None
    message: str | None
    cloud: str | None
    pattern: Pattern | None
    html: bool = False
    labelled: bool = False
    count: int = 1
    request_ids: dict[str, None] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    squeezed: str = ""
    signature: str | None = None

    def __post_init__(self) -> None:
        self.say(self.message)

    def say(self, message: str | None) -> None:
        """Take `message` as what is said; what is compared follows from it."""
        self.message = message
        self.squeezed = squeeze(message or "")
        self.signature = _signature(self)

    def repeat(self, spans: list[Span], times: int = 1) -> None:
        """Count `times` more sights of it."""
        self.count += times
        self.spans += spans[: max(0, _MOST_SPANS - len(self.spans))]


def events(
    screen: Screen,
    bodies: list[Payload],
    clouds: list[CloudText],
    lines: list[ClientLine],
    compiled: Compiled,
) -> list[ErrorEvent]:
    """One event for each distinct status, type and message, in the order of their first sight.

    A client's line that only repeats a body is no event of its own.
    """
    said = _Said()
    for body in bodies:
        _add_body(said, screen, body, compiled)
    for cloud in clouds:
        _add_cloud(said, screen, cloud, compiled)
    drafts = said.drafts
    _add_lines(drafts, screen, lines)
    _attach_loose_id(drafts, screen)
    drafts.sort(key=lambda draft: draft.spans[0])
    return [_event(draft) for draft in drafts]


class _Said:
    """The drafts of the bodies, found again by their words."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self._by_words: dict[str, list[_Draft]] = {}

    def add(self, new: _Draft) -> None:
        """Add `new`, or count it with the draft that says the same."""
        alike = self._by_words.setdefault(new.squeezed, [])
        for known in alike[:_MOST_COMPARED]:
            same = known.type == new.type or None in (known.type, new.type)
            if not same or (known.status != new.status and None not in (known.status, new.status)):
                continue
            fresh = new.request_ids.keys() - known.request_ids.keys()
            known.repeat(new.spans, 1 if fresh or not new.request_ids else 0)
            known.request_ids |= new.request_ids
            known.status = known.status or new.status
            known.type = known.type or new.type
            known.cloud = known.cloud or new.cloud
            return
        alike.append(new)
        self.drafts.append(new)


def _add_body(drafts: _Said, screen: Screen, body: Payload, compiled: Compiled) -> None:
    said = body.fields
    pattern = match_message(said.message, compiled, said.status) if said.message else None
    draft = _Draft(said.status, said.type, said.message, said.cloud, pattern)
    draft.request_ids = {said.request_id: None} if said.request_id else {}
    draft.spans = [screen.span(body.start, body.end)]
    drafts.add(draft)


def _add_cloud(drafts: _Said, screen: Screen, cloud: CloudText, compiled: Compiled) -> None:
    pattern = match_message(cloud.message, compiled, cloud.status)
    draft = _Draft(cloud.status, cloud.type, cloud.message, cloud.cloud, pattern)
    draft.spans = [screen.span(cloud.start, cloud.end)]
    drafts.add(draft)


def _add_lines(drafts: list[_Draft], screen: Screen, lines: list[ClientLine]) -> None:
    """Add the client's lines, those that are equal but for their place in one go."""
    bodies = drafts[:_MOST_COMPARED]
    spoken: list[_Draft] = []
    places: dict[ClientLine, list[ClientLine]] = {}
    for line in lines:
        places.setdefault(line._replace(start=0, end=0), []).append(line)
    for line, alike in places.items():
        template = line.pattern.template if line.pattern else None
        new = _Draft(
            line.status, template.type if template else None, line.message, None, line.pattern,
            line.html, line.labelled, len(alike),
        )  # fmt: skip
        if any(_repeats(new, body) for body in bodies):
            continue
        new.spans = [screen.span(each.start, each.end) for each in alike[:_MOST_SPANS]]
        _add_line(spoken, new)
    for draft in spoken:
        draft.spans.sort()
    drafts += spoken


def _add_line(spoken: list[_Draft], new: _Draft) -> None:
    for known in spoken[:_MOST_COMPARED]:
        if _same_line(known, new):
            known.repeat(new.spans, new.count)
            if len(new.message or "") > len(known.message or ""):
                known.say(new.message)
            known.status = known.status or new.status
            known.signature = _signature(known)
            return
    spoken.append(new)


def _repeats(line: _Draft, body: _Draft) -> bool:
    """Whether a client's line says no more than a body that was found."""
    if line.status is None and line.pattern is None and line.labelled:
        return True
    clash = line.status is not None and body.status is not None and line.status != body.status
    mine, theirs = line.squeezed, body.squeezed
    if line.pattern and body.pattern and line.signature == body.signature:
        return True
    if mine and theirs and (mine.rstrip(".…") in theirs or (theirs.rstrip(".") in mine and not clash)):
        return True
    if line.pattern and len(line.pattern.literal) > 8 and line.pattern.literal in theirs:
        return True
    if clash or line.status is None or body.status is None:
        return False
    says_status = line.pattern is not None and str(body.status) in line.pattern.template.template
    return line.labelled or says_status or not mine


def _same_line(known: _Draft, new: _Draft) -> bool:
    if known.signature and known.signature == new.signature:
        return True
    mine, theirs = new.squeezed.rstrip(".…"), known.squeezed.rstrip(".…")
    if not mine or not theirs:
        return known.status == new.status and ((not mine and not theirs) or (known.labelled and new.labelled))
    return mine in theirs or theirs in mine


def _attach_loose_id(drafts: list[_Draft], screen: Screen) -> None:
    """A request id that stands alone in the text belongs to the only error there is."""
    if len(drafts) != 1 or drafts[0].request_ids:
        return
    found = list(dict.fromkeys(match.group(0) for match in _LOOSE_ID.finditer(screen.text)))
    drafts[0].request_ids = dict.fromkeys(found[:20])


def _signature(draft: _Draft) -> str | None:
    if draft.pattern:
        return draft.pattern.template.signature
    if draft.html:
        return f"html-page-{draft.status}" if draft.status else "html-page"
    return slug(draft.message) if draft.message else None


def _event(draft: _Draft) -> ErrorEvent:
    template = draft.pattern.template if draft.pattern else None
    status = draft.status or (template.status if template else None)
    return ErrorEvent(
        status=status,
        type=draft.type,
        message=draft.message,
        group=template.group if template else None,
        request_ids=list(draft.request_ids),
        signature=draft.signature,
        count=draft.count,
        retryable=_retryable(draft, status),
        provider=_provider(draft),
        spans=draft.spans,
    )


def _retryable(draft: _Draft, status: int | None) -> bool | None:
    if draft.pattern and draft.pattern.template.retryable is not None:
        return draft.pattern.template.retryable
    if _SPENT.search(draft.message or ""):
        return False
    if status in (408, 429) or (status is not None and status >= 500) or draft.type in _PASSING_TYPES:
        return True
    if status is not None:
        return False
    return True if _PASSING_WORDS.search(draft.message or "") else None


def _provider(draft: _Draft) -> Provider:
    for request_id in draft.request_ids:
        if request_id.startswith("req_vrtx_"):
            return "vertex"
        if request_id.startswith("req_bdrk_"):
            return "bedrock"
        if _ROUTER.fullmatch(request_id):
            return "proxy"
    if draft.cloud == "bedrock":
        return "bedrock"
    if draft.cloud == "vertex":
        return "vertex"
    if draft.html:
        return "proxy"
    if any(_FIRST_PARTY.fullmatch(request_id) for request_id in draft.request_ids):
        return "anthropic"
    return "unknown"
