"""What can go wrong, in words for the person who reads it. The docstring is the message.

Nothing here knows about HTTP or exit codes: the doors in `api/` map these to theirs.
"""

from __future__ import annotations


class AgentError(Exception):
    """Something went wrong that is not described more closely."""

    def __init__(self, detail: str | None = None, **facts: object) -> None:
        self.facts = facts
        message = (self.__doc__ or "").strip().splitlines()[0].format(**facts)
        super().__init__(f"{message} {detail}".strip() if detail else message)


class BadInput(AgentError):
    """The input cannot be read."""


class TooLarge(BadInput):
    """The input has {size} bytes; at most {limit} are read. Send the part round the error."""


class BadCursor(BadInput):
    """The cursor is not one that this list gave; leave it out to begin at the start."""


class NoSuchIssue(BadInput):
    """There is no issue {name} to be found: {why}."""


class BadCatalogue(AgentError):
    """The cause file {file} is not valid: {why}."""


class StoreUnavailable(AgentError):
    """The database at {where} cannot be opened: {why}."""


class EncoderUnavailable(StoreUnavailable):
    """The encoder of sentences in {folder} cannot be used: {why}."""


class SchemaTooOld(AgentError):
    """The database at {where} has an older schema. Run: caseworker db upgrade."""


class ModelUnavailable(AgentError):
    """The model cannot be used: {why}."""


class SourceUnavailable(AgentError):
    """Issues cannot be read from {where}: {why}."""
