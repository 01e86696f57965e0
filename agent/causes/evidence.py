"""What the signs may look at: the report and the account, with the views that several signs share."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agent.report.error_report import Answered, ErrorReport
from agent.usage.account import UsageAssessment


@dataclass(frozen=True)
class Evidence:
    """What the signs may look at. `answers` are those to the questions of a conversation."""

    report: ErrorReport
    usage: UsageAssessment
    answers: tuple[Answered, ...] = ()

    @cached_property
    def signatures(self) -> frozenset[str]:
        """Signatures of all errors."""
        return frozenset(e.signature for e in self.report.errors if e.signature)

    @cached_property
    def statuses(self) -> frozenset[int]:
        """Status codes of all errors."""
        return frozenset(e.status for e in self.report.errors if e.status is not None)

    @cached_property
    def messages(self) -> str:
        """All error messages in lower case, one a line."""
        return "\n".join((e.message or "").lower() for e in self.report.errors)

    @cached_property
    def request_ids(self) -> list[str]:
        """Request ids of all errors."""
        return [rid for e in self.report.errors for rid in e.request_ids]

    @cached_property
    def statements(self) -> Mapping[str, bool]:
        """Statement ids to whether they are affirmed; an affirmation wins over a denial."""
        found: dict[str, bool] = {}
        for statement in self.report.statements:
            found[statement.id] = statement.affirmed or found.get(statement.id, False)
        return found

    @cached_property
    def settled(self) -> Mapping[str, bool]:
        """Sign key to what the latest answer about exactly this sign says."""
        return {sign_key(a.sign, a.args): a.present for a in self.answers if a.present is not None}

    @cached_property
    def asked(self) -> frozenset[str]:
        """Texts and sign keys of the questions that were asked, and the facts that nobody could give."""
        texts = {answer.question for answer in self.answers}
        keys = {sign_key(answer.sign, answer.args) for answer in self.answers}
        return frozenset(texts | keys | {a.sign for a in self.answers if a.present is None and _is_fact(a)})


def _is_fact(answer: Answered) -> bool:
    """Whether the sign reads one fact of the machine, whatever its arguments compare it with."""
    return answer.sign.startswith(("client.", "env."))


def sign_key(sign: str, args: Mapping[str, Any]) -> str:
    """What makes two uses of a sign the same one: its name and its arguments, in any order."""
    given = {key: sorted(map(str, v)) if isinstance(v, list) else v for key, v in args.items()}
    return json.dumps([sign, given], sort_keys=True, default=str)


def request_id_form(request_id: str) -> str:
    """first-party (req_011...), vertex (req_vrtx_...), foreign (24 hex digits) or other.

    The forms are a pattern seen in public threads, not a documented rule.
    """
    if request_id.startswith("req_vrtx_"):
        return "vertex"
    if re.fullmatch(r"req_[0-9a-f]{24}", request_id):
        return "foreign"
    return "first-party" if re.match(r"req_01[0-9A-Za-z]{10,}$", request_id) else "other"


def version_tuple(version: str) -> tuple[int, ...]:
    """The numbers of a dotted version: "v2.1.7" is (2, 1, 7); empty where there is none."""
    found = re.search(r"\d+(?:\.\d+)+", version)
    return tuple(int(part) for part in found.group().split(".")) if found else ()
