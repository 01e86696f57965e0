"""What a model is given to word: the plain diagnosis in pieces with ids, and the evidence behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from agent.causes.cause import Question, WeighedCause
from agent.diagnosis.diagnosis import Action, Diagnosis, Evidence, Guidance
from agent.diagnosis.language import LANGUAGES, language_of
from agent.diagnosis.laws.grounded import cause_text
from agent.diagnosis.laws.money import paying_may_be_shown
from agent.report.error_report import ErrorReport
from agent.usage.account import UsageAssessment

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue

MOST_CAUSES = 5
FAINT = 0.02
"""A cause below this likelihood is not given: it would cost tokens and tell nothing."""
MOST_SIGNS = 5
"""Signs for, against and unknown that are given of one cause."""
LONGEST_EVIDENCE = 420
TRUSTED_KINDS = frozenset({"cause", "changelog"})
"""Evidence in our own words. The other kinds hold what strangers wrote; usage quotes the error message."""
OBSERVED_KINDS = frozenset({"error", "usage", "environment"})
"""Evidence of this very report; only such may move a cause."""


@dataclass(frozen=True)
class Material:
    """One case as it is given to a model. Steps are S1, S2, ... and notes N1, N2, ... in their order.

    `files` holds all words of the file of each given cause, by id: what a sentence that cites the
    cause may lean on. `contacts` are the steps that turn to a person. `confirmed` and `may_pay` are
    what the laws of honesty and money say of this case. `untrusted` is everything that strangers wrote.
    """

    language: str
    action: Action
    plain: Diagnosis
    causes: list[WeighedCause]
    about: str
    files: dict[str, str]
    contacts: list[str]
    confirmed: bool
    may_pay: bool
    contradiction: bool
    untrusted: str
    known_messages: list[str]

    @cached_property
    def steps(self) -> dict[str, Guidance]:
        """The given steps by id."""
        return {f"S{i}": step for i, step in enumerate(self.plain.guidance, 1)}

    @cached_property
    def notes(self) -> dict[str, str]:
        """The given notes by id."""
        return {f"N{i}": note for i, note in enumerate(self.plain.notes, 1)}

    @cached_property
    def evidence(self) -> dict[str, Evidence]:
        """The ledger by id."""
        return {entry.id: entry for entry in self.plain.evidence}

    @property
    def question(self) -> Question | None:
        """The question to put, where the action is ask."""
        return self.plain.question

    @property
    def first(self) -> str | None:
        """The id of the first cause, where one is concluded."""
        settled = self.action in ("answer", "handoff")
        return self.causes[0].id if settled and self.causes else None


def material_of(
    plain: Diagnosis,
    report: ErrorReport,
    usage: UsageAssessment,
    ranked: list[WeighedCause],
    catalogue: Catalogue,
) -> Material:
    """The material of one case. Everything in it comes from the rooms; nothing is chosen by a model."""
    given = [c for c in ranked[:MOST_CAUSES] if c.likelihood >= FAINT and c.id in catalogue.by_id]
    files = {cause.id: cause_text(catalogue.by_id[cause.id]) for cause in given}
    first = catalogue.by_id.get(given[0].id) if given else None
    settled = plain.action in ("answer", "handoff")
    contact = {
        step.step for cause in given for step in catalogue.by_id[cause.id].steps if step.kind == "contact"
    }
    strangers = [e.text for e in plain.evidence if e.kind not in TRUSTED_KINDS]
    return Material(
        language=language_of(report),
        action=plain.action,
        plain=plain,
        causes=given,
        about=first.explanation if first and settled else "",
        files=files,
        contacts=[f"S{i}" for i, step in enumerate(plain.guidance, 1) if step.step in contact],
        confirmed=settled and first is not None and first.confirmed,
        may_pay=paying_may_be_shown(plain.action, usage, ranked, catalogue),
        contradiction=usage.verdict == "contradiction",
        untrusted="\n".join([report.title or "", report.text, *strangers]),
        known_messages=[e.message for e in report.errors if e.message and e.group],
    )


def entries(material: Material) -> Iterator[dict[str, Any]]:
    """The material as lines of data: the plain words first, the evidence of strangers last."""
    plain = material.plain
    yield {"plain": {"summary": plain.summary, "recommendation": plain.recommendation}}
    for cause in material.causes:
        yield _cause(cause, material.about if cause.id == material.first else "")
    for name, step in material.steps.items():
        yield {"step": name, "text": step.step, "why": step.why, "cost": step.cost, "cites": step.cites}
    for name, note in material.notes.items():
        yield {"note": name, "text": note}
    if material.question:
        yield {"question": material.question.text, "how": material.question.how}
    yield from evidence_lines(material)


def evidence_lines(material: Material) -> Iterator[dict[str, Any]]:
    """The evidence alone, in the order of the ledger."""
    for entry in material.plain.evidence:
        text = (
            entry.text if len(entry.text) <= LONGEST_EVIDENCE else entry.text[: LONGEST_EVIDENCE - 3] + "..."
        )
        line = {"evidence": entry.id, "kind": entry.kind, "text": text}
        yield {**line, "url": entry.url} if entry.url and entry.kind != "issue" else line


def _cause(cause: WeighedCause, about: str) -> dict[str, Any]:
    line: dict[str, Any] = {"cause": cause.id, "title": cause.title, "likelihood": per_cent(cause.likelihood)}
    for name, signs in (("for", cause.supports), ("against", cause.against), ("unknown", cause.unknown)):
        if signs:
            line[name] = signs[:MOST_SIGNS]
    return {**line, "about": about} if about else line


def opinion_entries(material: Material) -> Iterator[dict[str, Any]]:
    """What the cheap second opinion sees: causes, then evidence."""
    yield from (_cause(cause, "") for cause in material.causes)
    yield from evidence_lines(material)


def per_cent(likelihood: float) -> str:
    """A likelihood as whole per cents, the only form in which one is given to a model."""
    return f"{round(likelihood * 100)} %"


def language_name(code: str) -> str:
    """The language's English name; the code itself where it has none here."""
    return LANGUAGES.get(code, code)
