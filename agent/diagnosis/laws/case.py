"""What a law looks at: one diagnosis with all that it was made from, cut into parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from agent.causes.cause import Cause, WeighedCause
from agent.diagnosis.diagnosis import Diagnosis
from agent.report.error_report import ErrorReport
from agent.usage.account import UsageAssessment

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue

TEXTS = 4096
"""How many texts each law remembers its reading of: the catalogue's words come again and again."""


@dataclass(frozen=True)
class Part:
    """One text of a diagnosis. `where` names its place: "summary", "guidance[2].step".

    `cites` holds the evidence ids that the part leans on; None where it may lean on all of them.
    """

    where: str
    text: str
    cites: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Case:
    """A diagnosis, and the report, usage, weighed causes and catalogue behind it."""

    diagnosis: Diagnosis
    report: ErrorReport
    usage: UsageAssessment
    causes: list[WeighedCause]
    catalogue: Catalogue

    @property
    def first(self) -> Cause | None:
        """The catalogue entry of the first cause, or None where nothing was weighed."""
        return self.catalogue.by_id.get(self.causes[0].id) if self.causes else None

    def ranked(self) -> Iterator[Cause]:
        """The catalogue entries of the weighed causes, in their order."""
        for weighed in self.causes:
            if cause := self.catalogue.by_id.get(weighed.id):
                yield cause

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every text of the diagnosis that its reader takes as advice or as a fact."""
        return tuple(self._parts())

    def _parts(self) -> Iterator[Part]:
        d = self.diagnosis
        yield Part("summary", d.summary)
        yield Part("recommendation", d.recommendation)
        for i, step in enumerate(d.guidance):
            yield Part(f"guidance[{i}].step", step.step, tuple(step.cites))
            yield Part(f"guidance[{i}].why", step.why, tuple(step.cites))
        if d.question:
            yield Part("question.text", d.question.text)
            yield Part("question.how", d.question.how)
        if d.example:
            yield Part("example", d.example)
        for i, note in enumerate(d.notes):
            yield Part(f"notes[{i}]", note)
        if d.handoff:
            yield Part("handoff.to", d.handoff.to)
            for i, fact in enumerate(d.handoff.facts):
                yield Part(f"handoff.facts[{i}]", fact)
            for i, fact in enumerate(d.handoff.missing):
                yield Part(f"handoff.missing[{i}]", fact)
