"""A refusal of our own call, read by the rooms that read those of users."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from agent.causes.catalogue import Catalogue
from agent.causes.weigh import weigh
from agent.report.error_report import EnvironmentFields, Submission
from agent.report.read import read
from agent.usage.assess import assess

LIKELY = 0.5
"""A cause is named from this likelihood on."""
NEVER_OURS = frozenset({"api-key-overrides-subscription"})
"""Causes of people with a subscription login; this service has none that a key could beat."""


class OwnRefusal(NamedTuple):
    """What the rooms make of it: the signature and group of its message, whether a retry may help.

    `cause` is the id of the first cause and `title` its words, where it stands out.
    """

    signature: str | None
    group: str | None
    retryable: bool | None
    cause: str | None
    title: str | None


def own_refusal(error: Mapping[str, Any], catalogue: Catalogue, now: datetime) -> OwnRefusal | None:
    """What a refusal {"status", "type", "message", "request_id"} means; None where nothing is read in it."""
    body = {
        "status": error.get("status"),
        "type": "error",
        "error": {"type": error.get("type"), "message": error.get("message")},
        "request_id": error.get("request_id"),
    }
    submission = Submission(error=body, environment=EnvironmentFields(auth="api_key"))
    report = read(submission, catalogue.lexicon)
    if not report.errors:
        return None
    first = report.errors[0]
    weighed = weigh(report, assess(submission, report, now), catalogue).ranked
    ranked = [cause for cause in weighed if cause.id not in NEVER_OURS]
    rest = 1 - sum(cause.likelihood for cause in weighed if cause.id in NEVER_OURS)
    named = ranked[0] if ranked and ranked[0].likelihood >= LIKELY * rest else None
    return OwnRefusal(
        first.signature,
        first.group,
        first.retryable,
        named.id if named else None,
        named.title if named else None,
    )
