"""A process for the first two rooms of large pastes: a line of JSON in on stdin, a line out on stdout.

Single expressions over megabytes hold the interpreter for a tenth of a second and more, also in a thread.
In a process of its own they hold up nobody, and one that takes too long can be ended.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from agent.compose import load_lexicon
from agent.report.error_report import Case, ErrorReport, Submission
from agent.report.lexicon import Lexicon
from agent.report.read import read
from agent.usage.assess import assess
from api.child import stdout_for_lines
from api.environment import load_settings
from api.runs import log_fault
from api.schemas import Parsed

_NICER = 5
"""By how much it steps back behind the process that answers."""


def parsed(submission: Submission, lexicon: Lexicon, now: datetime) -> Parsed:
    """What the first two rooms read; `now` is the report's time where it names none."""
    report = read(submission, lexicon)
    return Parsed(report=report, usage=assess(submission, report, report.reported_at or now))


def asked(submission: Submission, now: datetime) -> bytes:
    """The line that asks for a paste to be parsed."""
    return line_of({"submission": submission.model_dump(mode="json", exclude_none=True)}, now)


def line_of(given: dict[str, Any], now: datetime | None = None) -> bytes:
    """The line that gives what a room needs; with `room` it names the one that is wanted."""
    whole = {**given, "now": now.isoformat() if now else None}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def answered(line: bytes, lexicon: Lexicon) -> bytes:
    """The line that answers it."""
    whole = json.loads(line)
    given, room = Case.model_validate(whole["submission"]), whole.get("room")
    if room == "read":
        return _line(read(given, lexicon))
    now = datetime.fromisoformat(whole["now"])
    if room == "assess":
        return _line(assess(given, ErrorReport.model_validate(whole["report"]), now))
    return _line(parsed(given, lexicon, now))


def _line(found: BaseModel) -> bytes:
    return found.model_dump_json().encode() + b"\n"


def main() -> None:
    """Work until stdin ends or nobody reads the answers any more. A fault ends it with status 1."""
    out = stdout_for_lines()
    if hasattr(os, "nice"):
        os.nice(_NICER)
    load_settings()
    lexicon = load_lexicon()
    with suppress(BrokenPipeError):
        for line in sys.stdin.buffer:
            try:
                out.write(answered(line, lexicon))
            except Exception as bad:  # noqa: BLE001 - the edge of the process: its own words are a user's
                log_fault("a paste could not be read", bad)
                sys.exit(1)
            out.flush()


if __name__ == "__main__":
    main()
