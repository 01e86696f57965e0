"""From a checked draft to a diagnosis: what stands is kept, the rest is said in the plain words.

Everything but words comes from the plain diagnosis: action, costs, evidence, whom to turn to. A draft
that is worse than the plain diagnosis by our own laws is not used at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.causes.cause import Differential
from agent.diagnosis.claims import check_draft
from agent.diagnosis.diagnosis import Diagnosis, Finding, Guidance
from agent.diagnosis.draft import Draft, WordedStep, parse, places
from agent.diagnosis.drafting import Drafting
from agent.diagnosis.ground import keep_lawful
from agent.diagnosis.laws.grounded import latin, named, stands_in
from agent.diagnosis.laws.honest import hedged
from agent.diagnosis.material import Material, material_of
from agent.diagnosis.rerank import reranked
from agent.report.error_report import ErrorReport, Noun
from agent.usage.account import UsageAssessment
from prompts import PromptSet

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue

MOST_OWN_NOTES = 2
NO_MODEL = "These words are plain, because no model could be used: {why}"
REPAIR_FAILED = "The model's draft could not be mended: {why}"
STRUCK = "Of the model's draft {count} did not stand on the evidence and {verb} left out."
NOT_USED = "The model's draft was not used, because {why}. These words are plain."
WHOLE = frozenset({"draft", "steps", "summary"})
"""Places of a finding that are no text of their own."""


class Finished(Noun):
    """The diagnosis that leaves, whether words of a model are in it, and the causes as they rank now."""

    diagnosis: Diagnosis
    stood: bool
    causes: Differential


def check(drafting: Drafting, material: Material, prompts: PromptSet) -> list[Finding]:
    """Every breach in the last words of the model, those that are no draft at all among them."""
    draft, wrong = parse(drafting.text)
    return [*wrong, *check_draft(draft, material, prompts)] if draft else wrong


def finish(
    drafting: Drafting,
    findings: list[Finding],
    report: ErrorReport,
    usage: UsageAssessment,
    differential: Differential,
    catalogue: Catalogue,
    notes: tuple[str, ...] = (),
) -> Finished:
    """The diagnosis after a model was asked. `notes` are facts about this run.

    Whatever the model said, what leaves has no finding of `ground.check`, and the plain diagnosis's
    action, steps, costs and evidence.
    """
    plain = drafting.plain
    draft, _ = parse(drafting.text) if drafting.text else (None, [])
    if drafting.failed:
        return _plainly(plain, differential, notes, NO_MODEL.format(why=_sentence(drafting.why)))
    material = material_of(plain, report, usage, differential.ranked, catalogue)
    if draft is None or any(f.where == "draft" for f in findings):
        return _plainly(plain, differential, notes, NOT_USED.format(why=_unusable(draft, findings)))
    causes = reranked(differential, draft, material, findings)
    made = merged(draft, findings, material)
    lawful = keep_lawful(made, report, usage, causes.ranked, catalogue)
    if why := worse(lawful, draft, findings, material):
        return _plainly(plain, differential, notes, NOT_USED.format(why=why))
    said = _struck(draft, findings)
    if drafting.outcome != "ok":
        said.append(REPAIR_FAILED.format(why=_sentence(drafting.why)))
    first = causes.ranked[0].likelihood if causes.ranked else 0.0
    update = {"notes": [*lawful.notes, *notes, *said], "confidence": first}
    return Finished(diagnosis=lawful.model_copy(update=update), stood=True, causes=causes)


def _plainly(plain: Diagnosis, causes: Differential, notes: tuple[str, ...], why: str) -> Finished:
    diagnosis = plain.model_copy(update={"notes": [*plain.notes, *notes, why]})
    return Finished(diagnosis=diagnosis, stood=False, causes=causes)


def _unusable(draft: Draft | None, findings: list[Finding]) -> str:
    if draft is None:
        return "it was not the object that was asked for"
    languages = any(f.law == "language" and f.where == "draft" for f in findings)
    return "it was not in the language of the report" if languages else "it does not hold together"


def _sentence(why: str) -> str:
    why = why.strip() or "it gave no answer"
    return why if why.endswith((".", "!", "?")) else f"{why}."


def _struck(draft: Draft, findings: list[Finding]) -> list[str]:
    """How many places were struck out, in words: counted, not quoted."""
    texts = {place.where for place in places(draft) if place.text.strip()}
    count = len({f.where for f in findings} & texts)
    if not count:
        return []
    return [STRUCK.format(count=f"{count} place{'s' * (count > 1)}", verb="were" if count > 1 else "was")]


def merged(draft: Draft, findings: list[Finding], material: Material) -> Diagnosis:
    """The plain diagnosis in the words of the draft, where they have no finding."""
    struck = {finding.where for finding in findings}
    plain = material.plain
    said = draft.recommendation.text.strip()
    update: dict[str, object] = {
        "summary": _summary(draft, struck, material),
        "guidance": _guidance(draft, struck, material),
        "notes": _notes(draft, struck, material),
    }
    if said and "recommendation" not in struck:
        update["recommendation"] = said
    if plain.question and draft.question.strip() and "question" not in struck:
        asks = plain.question.asks or plain.question.text
        update["question"] = plain.question.model_copy(update={"text": draft.question.strip(), "asks": asks})
    return plain.model_copy(update=update)


def _summary(draft: Draft, struck: set[str], material: Material) -> str:
    kept = [s for i, s in enumerate(draft.summary) if s.text.strip() and f"summary[{i}]" not in struck]
    text = " ".join(" ".join(s.text.split()) for s in kept)
    first = material.first
    if not text or (first and not any(first in s.cites for s in kept)):
        return material.plain.summary
    return text if material.confirmed or hedged(text) else material.plain.summary


def _guidance(draft: Draft, struck: set[str], material: Material) -> list[Guidance]:
    """The given steps, each in the words that stand; in the draft's order where that stands."""
    worded: dict[str, WordedStep | None] = {}
    for i, step in enumerate(draft.steps):
        if step.id in material.steps and worded.get(step.id) is None:
            worded[step.id] = None if f"steps[{i}]" in struck else step
    free = [name for name, step in material.steps.items() if step.cost == "free"]
    wanted = [name for name in material.steps if name in worded or name in free]
    whole = "steps" not in struck and set(wanted) == set(worded)
    return [_step(material.steps[name], worded.get(name), material) for name in (worded if whole else wanted)]


def _step(given: Guidance, worded: WordedStep | None, material: Material) -> Guidance:
    if worded is None or not worded.text.strip():
        return given
    cites = [cite for cite in worded.cites if cite in material.evidence]
    why = " ".join(worded.why.split()) or given.why
    return given.model_copy(
        update={
            "step": " ".join(worded.text.split()),
            "why": why,
            "cites": list(dict.fromkeys([*cites, *given.cites])),
        }
    )


def _notes(draft: Draft, struck: set[str], material: Material) -> list[str]:
    """Every given note, in the words that stand, then a few of the model's own."""
    kept = [n for i, n in enumerate(draft.notes) if n.text.strip() and f"notes[{i}]" not in struck]
    worded = {note.id: " ".join(note.text.split()) for note in reversed(kept) if note.id}
    own = [" ".join(note.text.split()) for note in kept if not note.id]
    return [*(worded.get(name, given) for name, given in material.notes.items()), *own[:MOST_OWN_NOTES]]


def worse(made: Diagnosis, draft: Draft, findings: list[Finding], material: Material) -> str:
    """Why a diagnosis in the model's words is worse than the plain one; empty where it is not."""
    plain = material.plain
    left_out = {n for n, s in material.steps.items() if s.cost == "free"} - {s.id for s in draft.steps}
    if left_out:
        return "it left out free steps"
    if (made.action, made.question is None) != (plain.action, plain.question is None):
        return "it broke a law that could not be mended"
    if len(made.guidance) < sum(step.cost == "free" for step in plain.guidance):
        return "a free step in it broke a law"
    struck = {finding.where for finding in findings}
    first_places = [
        p.where for p in places(draft) if p.text.strip() and not p.where.startswith(("notes", "ca"))
    ]
    if first_places and all(where in struck for where in first_places):
        return "nothing in it stood on the evidence"
    text = latin(" ".join(f"{s.step} {s.why}" for s in made.guidance) + f" {made.recommendation}")
    told = " ".join([*(step.step for step in plain.guidance if step.cost == "free"), plain.recommendation])
    lost = [t for k, t in named(told) if k == "command" and not stands_in(k, t, text)]
    return "it lost a command" if lost else ""
