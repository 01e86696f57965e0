"""The door of the diagnosis room: from a differential to plain words that keep the four laws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.causes.cause import Cause, Differential
from agent.diagnosis import ledger
from agent.diagnosis.action import choose, leading
from agent.diagnosis.diagnosis import Diagnosis, Evidence
from agent.diagnosis.ground import keep_lawful
from agent.diagnosis.handoff import handoff
from agent.diagnosis.notes import notes_for
from agent.diagnosis.steps import guidance
from agent.diagnosis.summary import recommendation_for, summary_for
from agent.diagnosis.wave_words import MOST_WAVES, wave_note
from agent.issues.issue import RelatedIssue
from agent.issues.wave import Wave
from agent.report.error_report import ErrorReport
from agent.usage.account import UsageAssessment

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue


def conclude(
    report: ErrorReport,
    usage: UsageAssessment,
    issues: list[RelatedIssue],
    differential: Differential,
    catalogue: Catalogue,
    notes: tuple[str, ...] = (),
    waves: tuple[Wave, ...] = (),
) -> Diagnosis:
    """The diagnosis of one report. `notes` are facts about this run that the reader must know;
    `waves` are those that the report is part of.

    Never raises for what the nouns allow; what leaves has no finding of `ground.check`.
    """
    action = choose(differential, catalogue)
    evidence: list[Evidence] = ledger.build(report, usage, issues, differential, catalogue, waves)
    settled = action in ("answer", "handoff")
    first = catalogue.by_id.get(differential.ranked[0].id) if differential.ranked else None
    person = handoff(action, report, usage, differential, catalogue)
    draft = Diagnosis(
        action=action,
        confidence=differential.ranked[0].likelihood if differential.ranked else 0.0,
        summary=summary_for(action, report, usage, differential, catalogue),
        guidance=guidance(action, report, usage, differential, catalogue, evidence),
        question=differential.question if action == "ask" else None,
        example=first.example.strip() if settled and first and first.example else None,
        notes=[
            *notes_for(action, report, usage, differential, _leaders(differential, catalogue)),
            *(wave_note(wave, report) for wave in waves[:MOST_WAVES]),
        ],
        recommendation=recommendation_for(action, differential, first, person),
        fix_versions=differential.fix_versions,
        evidence=evidence,
        handoff=person,
    )
    lawful = keep_lawful(draft, report, usage, differential.ranked, catalogue)
    # Notes about the run come from the program itself, so they join after the laws have spoken.
    return lawful.model_copy(update={"notes": [*lawful.notes, *notes]}) if notes else lawful


def _leaders(differential: Differential, catalogue: Catalogue) -> list[Cause]:
    return [catalogue.by_id[w.id] for w in leading(differential.ranked) if w.id in catalogue.by_id]
