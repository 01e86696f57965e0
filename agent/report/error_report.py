"""The nouns of the report room: what somebody sent, and what was read out of it.

A *submission* is the raw body as it came; an `ErrorReport` is what the room read
from it. Spans are ``[start, end)`` in code points of `ErrorReport.text`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Span = tuple[int, int]
Provider = Literal["anthropic", "bedrock", "vertex", "proxy", "unknown"]
ReadingSource = Literal[
    "field", "banner", "form", "checkbox", "command", "user-agent", "error", "log", "url", "prose"
]


class Noun(BaseModel):
    """Base of every noun: immutable, and no field that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EnvironmentFields(Noun):
    """What the sender states about the machine in fields of its own."""

    client_version: str | None = Field(None, examples=["2.1.7"])
    platform: str | None = Field(None, examples=["darwin"])
    plan: str | None = Field(None, examples=["max"])
    auth: str | None = Field(None, examples=["subscription"])
    model: str | None = Field(None, examples=["claude-opus-4-6"])
    base_url: str | None = Field(None, examples=["https://api.anthropic.com"])


class Source(Noun):
    """Where a report came from, and when it was written."""

    url: str | None = Field(None, examples=["https://github.com/anthropics/claude-code/issues/45095"])
    reported_at: datetime | None = Field(None, examples=["2026-04-08T12:00:00Z"])


class Submission(Noun):
    """A report as it came: at least one of `text`, `error`, `source.url` must be there."""

    id: str | None = Field(None, max_length=200)
    title: str | None = None
    text: str | None = None
    error: str | dict[str, Any] | list[Any] | None = None
    usage: str | dict[str, Any] | list[Any] | None = None
    environment: EnvironmentFields | None = None
    source: Source | None = None
    product: str | None = Field(None, examples=["claude-code"])

    @model_validator(mode="after")
    def _has_something_to_read(self) -> Submission:
        url = self.source.url if self.source else None
        text = (self.text or "").strip()
        error = self.error.strip() if isinstance(self.error, str) else self.error
        if not (text or error or url):
            raise ValueError("give at least one of text, error or source.url")
        return self


class Answered(Noun):
    """A question that was asked in a conversation, and what the answer says of its sign.

    `sign` and `args` are the question's, as its cause file gives them; `present` is None where the
    answer leaves the sign open. A question that stands here is not asked again.
    """

    question: str
    sign: str
    args: dict[str, Any] = {}
    present: bool | None = None


class Case(Submission):
    """A submission that a conversation has added to: with it, the questions that were asked."""

    answers: list[Answered] = []


class ErrorEvent(Noun):
    """One API error or client message found in the text; repeats are counted, not listed.

    `status`, `type` and `message` are None where the text does not show them.
    `signature` is the slug of the message template, the same for every filling of it.
    """

    status: int | None
    type: str | None
    message: str | None
    group: str | None
    request_ids: list[str]
    signature: str | None
    count: int = 1
    retryable: bool | None
    provider: Provider
    spans: list[Span]


class Reading(Noun):
    """One value, with where it was read. `span` is None for a value from a field of its own."""

    value: str
    source: ReadingSource
    span: Span | None = None


class Conflict(Noun):
    """Two or more readings of one field that disagree."""

    field: str
    readings: list[Reading]


class Statement(Noun):
    """Something the reporter says in prose that bears on the cause, by its id in `statements.toml`.

    `affirmed` is False where the sentence denies it ("ANTHROPIC_API_KEY is not set").
    """

    id: str
    affirmed: bool
    span: Span


class ErrorReport(Noun):
    """What the report room read. `environment` maps a field name to the reading that won.

    Field names: client_version, platform, plan, auth, model, base_url, client, surface, terminal.
    `client` is the program that sent the request ("claude-code", "claude-desktop", "opencode"...).
    """

    text: str
    title: str | None = None
    product: str | None = None
    source_url: str | None = None
    reported_at: datetime | None = None
    errors: list[ErrorEvent] = []
    environment: dict[str, Reading] = {}
    conflicts: list[Conflict] = []
    template: dict[str, Any] = {}
    statements: list[Statement] = []
    redactions: int = 0

    def value(self, field: str) -> str | None:
        """The winning value of an environment field, or None."""
        reading = self.environment.get(field)
        return reading.value if reading else None
