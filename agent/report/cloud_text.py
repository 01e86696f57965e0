"""Errors of Bedrock and Vertex that stand as plain text, as their SDKs and gateways print them."""

from __future__ import annotations

import re
from typing import NamedTuple

from agent.report.covered import Covered
from agent.report.terminal import Screen

_BOTO = re.compile(
    r"An error occurred \((?P<type>\w+)\) when calling the (?P<operation>\w+) operation"
    r"(?: \(reached max retries: \d+\))?: ?"
    r"(?P<message>[^\n\"]{3,600})"
)
_LITELLM = re.compile(
    r"(?:litellm\.(?P<class>\w+): )?(?P<cloud>Bedrock|Vertex_?ai|Vertex_?AI\w*|Anthropic)(?:Exception"
    r"|Error)(?: \w+)?\s?- ?(?P<message>(?!b?['\"]?\{)[^\n\"{]{3,600})"
)
_NAMED = re.compile(
    r"(?<![\w.])(?:\w+\.)*(?P<type>(?:AccessDenied|Validation|Throttling|ResourceNotFound|ModelNotReady"
    r"|ModelTimeout"
    r"|ServiceQuotaExceeded|ServiceUnavailable|ModelStreamError|ModelError|ExpiredToken|UnrecognizedClient"
    r"|InternalServer|CredentialsProvider)(?:Exception|Error)): ?(?P<message>[^\n\"{]{3,600})"
)
_EXPRESSIONS = (
    (_BOTO, ("An error occurred (",)),
    (_LITELLM, ("BedrockE", "Vertex_", "VertexA", "Vertexa", "AnthropicE")),
    (
        _NAMED,
        (
            "AccessDenied",
            "Validation",
            "Throttling",
            "ResourceNotFound",
            "ModelNotReady",
            "ModelTimeout",
            "ServiceQuotaExceeded",
            "ServiceUnavailable",
            "ModelStreamError",
            "ModelError",
            "ExpiredToken",
            "UnrecognizedClient",
            "InternalServer",
            "CredentialsProvider",
        ),
    ),
)
"""Each with signs of which every match holds one: to look for a few words is far quicker."""
_STOP = re.compile(r"(?<=[a-z)\d][.!]) (?=[A-Za-z_]+_[a-z_]+ |[A-Z][a-z]+ing )|\\n|\s+at \S+ \(|```")
_STATUS = re.compile(r"(?:API Error|Error|HTTP)[: (]{1,3}([45]\d\d)\W{0,4}$")


class CloudText(NamedTuple):
    """One such error."""

    status: int | None
    type: str | None
    message: str
    cloud: str | None
    start: int
    end: int


def cloud_texts(screen: Screen, taken: list[tuple[int, int]]) -> list[CloudText]:
    """Every cloud error in plain words outside `taken`, in order."""
    text = screen.text
    found: list[CloudText] = []
    if "Exception" not in text and "Error" not in text and "An error occurred" not in text:
        return found
    covered = Covered(taken)
    for expression, signs in _EXPRESSIONS:
        if not any(sign in text for sign in signs):
            continue
        for match in expression.finditer(text):
            if covered.touches(*match.span()):
                continue
            found.append(_read(text, match))
            covered.add(found[-1].start, found[-1].end)
    return sorted(found, key=lambda cloud: cloud.start)


def _read(text: str, match: re.Match[str]) -> CloudText:
    groups = match.groupdict()
    message = groups["message"]
    if cut := _STOP.search(message):
        message = message[: cut.start()]
    cloud = (groups.get("cloud") or "bedrock").lower()
    status = _STATUS.search(text[max(0, match.start() - 40) : match.start()])
    return CloudText(
        int(status.group(1)) if status else None,
        groups.get("type"),
        message.strip(),
        None if cloud.startswith("anthropic") else "vertex" if cloud.startswith("vertex") else "bedrock",
        match.start(),
        match.start("message") + len(message),
    )
