"""The nouns of the causes room: a catalogue entry as its TOML file says it, and the differential."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from agent.report.error_report import Noun

Cost = Literal["free", "may_charge", "charges"]
StepKind = Literal["check", "remedy", "wait", "contact"]
Grade = Literal["A", "B", "C"]
Platform = Literal["darwin", "linux", "windows"]


class SignUse(Noun):
    """One sign as a cause uses it: `sign` names a predicate of `signs.py`, `args` its arguments.

    Weights are natural log-odds: `present` is added where the sign is present, `absent` where it is
    absent; an unknown sign adds nothing. `says` is how the sign reads in an explanation.
    """

    sign: str
    args: dict[str, Any] = {}
    present: float = 0.0
    absent: float = 0.0
    says: str


class AskableSign(Noun):
    """The question that settles a sign: what to ask, the command or place that answers it.

    `yes` is what a bare "yes" says of the sign: it is present, it is absent, or nothing ("unclear":
    a question with "which", or one between two things).
    """

    text: str
    how: str
    sign: str
    args: dict[str, Any] = {}
    yes: Literal["present", "absent", "unclear"] = "present"


class Step(Noun):
    """One step of guidance. `platforms` limits it to operating systems; empty means all."""

    step: str
    why: str
    kind: StepKind = "remedy"
    cost: Cost = "free"
    reversible: bool = True
    platforms: list[Platform] = []


class HandoffPlan(Noun):
    """Who can act when the user cannot, and what they will need."""

    to: str
    facts: list[str]


class CauseSource(Noun):
    """What a claim rests on. Grade A: official; B: several reports or a control test; C: one report."""

    url: str
    says: str
    grade: Grade


class Cause(Noun):
    """One entry of the catalogue, as its TOML file says it.

    `misrouted` marks a cause where the request was misclassified or sent to the wrong lane: none
    of its guidance may cost money. `needs_person` marks one that only a person at the vendor or an
    admin can settle. `prior` is a natural log-odds against "none of these".
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    explanation: str
    summary: str
    recommendation: str
    confirmed: bool
    misrouted: bool = False
    needs_person: bool = False
    prior: float = -3.0
    since: date | None = None
    until: date | None = None
    signs: list[SignUse] = []
    questions: list[AskableSign] = []
    steps: list[Step]
    example: str | None = None
    notes: list[str] = []
    handoff: HandoffPlan | None = None
    sources: list[CauseSource]


class WeighedCause(Noun):
    """One cause in the differential, with what speaks for it, against it, and what is unknown."""

    id: str
    title: str
    likelihood: float
    supports: list[str]
    against: list[str]
    unknown: list[str]


class Question(Noun):
    """The one question to ask: what answers it, and the causes it parts.

    `asks` is the catalogue's own text where `text` says it in other words; None where it is that text.
    """

    text: str
    how: str
    splits: list[str]
    asks: str | None = Field(
        None, exclude_if=lambda asks: asks is None, examples=["Which version does `claude --version` print?"]
    )


class FixVersion(Noun):
    """A version that touches this, and how far its changelog line goes."""

    version: str
    relation: Literal["fixes", "improves_message", "candidate"]
    line: str
    source: str


class Differential(Noun):
    """All causes weighed: `ranked` is sorted, `none` is the likelihood of "none of these".

    `turns` is the probability that the answer to `question` puts another cause first.
    """

    ranked: list[WeighedCause]
    none: float
    question: Question | None = None
    turns: float = 0.0
    fix_versions: list[FixVersion] = []
