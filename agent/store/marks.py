"""The marks of a diagnosis: what it is found by, and what waves are found in."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, bindparam, select

from agent.diagnosis.diagnosis import Answer
from agent.issues.wave import case_key
from agent.store.tables import marks, turns

_VERSION = re.compile(r"\d{1,5}(?:\.\d{1,5}){1,3}(?:-[a-z]{1,8}(?:\.\d{1,4})?)?")
_PLATFORMS = frozenset({"darwin", "linux", "windows"})
_PLAN = re.compile(r"(?:free|pro|max|team|enterprise|api)(?:[ _-]?\d{1,2}x)?", re.I)
_SETTLED = ("answer", "handoff")
_COUNTED = (
    select(marks.c.value)
    .join(turns, turns.c.diagnosis_id == marks.c.diagnosis_id)
    .where(
        turns.c.thread_id == bindparam("thread"), marks.c.kind == "signature", marks.c.seen_at.is_not(None)
    )
)


def counted_in(connection: Connection, thread_id: str, answer: Answer) -> set[str]:
    """Those of the answer's signatures for which a conversation is counted already."""
    bound = {"thread": thread_id, "signatures": _signatures(answer)}
    return {row.value for row in connection.execute(_COUNTED, bound)}


def marks_of(answer: Answer, counted: Collection[str] = ()) -> list[dict[str, Any]]:
    """The rows of a diagnosis, each mark once.

    A signature's row also says when the report was written and what ran: values of known forms only, so
    that nothing that a reporter wrote reaches another one by way of a wave. A report of a later date than
    its diagnosis counts from the diagnosis. A signature for which its conversation was `counted` already is
    not counted again, so a case counts once, whatever its later turns are; one that a later turn brings is.
    """
    ids = {known for event in answer.report.errors for known in event.request_ids}
    seen = _seen(answer)
    return [
        *(
            {"kind": "request_id", "value": known, "diagnosis_id": answer.id} | _nothing()
            for known in sorted(ids)
        ),
        *(
            {"kind": "signature", "value": name, "diagnosis_id": answer.id}
            | (_nothing() if name in counted else seen)
            for name in _signatures(answer)
        ),
    ]


def _signatures(answer: Answer) -> list[str]:
    return sorted({event.signature for event in answer.report.errors if event.signature})


def _seen(answer: Answer) -> dict[str, Any]:
    report = answer.report
    written = report.reported_at or answer.created_at
    written = written if written.tzinfo else written.replace(tzinfo=UTC)
    platform, lane = report.value("platform"), answer.usage.lane
    settled = answer.causes[0].id if answer.causes and answer.diagnosis.action in _SETTLED else None
    return {
        "seen_at": min(written, answer.created_at),
        "case_key": case_key(report) or answer.id,
        "client_version": _whole(_VERSION, report.value("client_version")),
        "platform": platform if platform in _PLATFORMS else None,
        "plan": _whole(_PLAN, report.value("plan")),
        "lane": lane if lane != "unknown" else None,
        "cause": settled,
    }


def _nothing() -> dict[str, Any]:
    return dict.fromkeys(("seen_at", "case_key", "client_version", "platform", "plan", "lane", "cause"))


def _whole(form: re.Pattern[str], value: str | None) -> str | None:
    return value if value and form.fullmatch(value) else None
