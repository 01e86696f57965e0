"""What holds of a draft as a whole: nothing left out, the order of steps, the question, the ranking."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.draft import Draft, WordedStep
from agent.diagnosis.laws.grounded import latin, named, stands_in
from agent.diagnosis.laws.honest import hedged
from agent.diagnosis.material import OBSERVED_KINDS, Material

_QUESTION_MARK = re.compile(r"[?？؟]")


def whole_findings(draft: Draft, material: Material) -> Iterator[Finding]:
    """Breaches that no single sentence shows."""
    yield from _summary(draft, material)
    yield from _steps(draft, material)
    yield from _notes(draft, material)
    yield from _question(draft, material)
    yield from _causes(draft, material)


def _summary(draft: Draft, material: Material) -> Iterator[Finding]:
    said = [s for s in draft.summary if s.text.strip()]
    if not said:
        yield Finding(law="complete", where="summary", what="there is no summary")
        return
    leans = {cite for cite in draft.summary[0].cites if cite in material.files}
    if material.first and material.first not in leans:
        what = f"the first sentence must say the first cause and cite {material.first}"
        yield Finding(law="weighed", where="summary[0]", what=what)
    if material.causes and not material.confirmed and not hedged(" ".join(s.text for s in said)):
        what = "an unsettled cause is not called likely or possible"
        yield Finding(law="honest", where="summary[0]", what=what)


def _steps(draft: Draft, material: Material) -> Iterator[Finding]:
    seen: set[str] = set()
    for i, worded in enumerate(draft.steps):
        where = f"steps[{i}]"
        if worded.id not in material.steps:
            yield Finding(law="grounded", where=where, what=f"no step {worded.id[:20]!r} was given")
        elif worded.id in seen:
            yield Finding(law="shape", where=where, what=f"step {worded.id} stands twice")
        elif missing := _lost(worded, material):
            what = f"step {worded.id} lost {', '.join(missing)}"
            yield Finding(law="complete", where=where, what=what)
        seen.add(worded.id)
    for name, step in material.steps.items():
        if name not in seen and step.cost == "free":
            yield Finding(law="complete", where="steps", what=f"the free step {name} was left out")
    yield from _order([w.id for w in draft.steps if w.id in material.steps], material)


def _lost(worded: WordedStep, material: Material) -> list[str]:
    """The commands and settings of a given step that its wording no longer holds."""
    given = [
        (k, t) for k, t in named(material.steps[worded.id].step) if k in ("command", "environment variable")
    ]
    text = latin(" ".join(f"{worded.text} {worded.why}".split()))
    return [thing for kind, thing in given if not stands_in(kind, thing, text)]


def _order(ids: list[str], material: Material) -> Iterator[Finding]:
    free = [i for i, name in enumerate(ids) if material.steps[name].cost == "free"]
    paid = [i for i, name in enumerate(ids) if material.steps[name].cost != "free"]
    if paid and free and paid[0] < free[-1]:
        yield Finding(law="money-safe", where="steps", what="a paid step stands before a free one")
    place = {name: i for i, name in enumerate(material.steps)}
    for i, name in enumerate(ids):
        if name in material.contacts and any(place[later] < place[name] for later in ids[i + 1 :]):
            what = "a step that turns to a person was put before what the reader can do alone"
            yield Finding(law="complete", where="steps", what=what)
            return


def _notes(draft: Draft, material: Material) -> Iterator[Finding]:
    seen: set[str] = set()
    for i, note in enumerate(draft.notes):
        if note.id and note.id not in material.notes:
            yield Finding(law="grounded", where=f"notes[{i}]", what=f"no note {note.id[:20]!r} was given")
        elif note.id and note.id in seen:
            yield Finding(law="shape", where=f"notes[{i}]", what=f"note {note.id} stands twice")
        seen.add(note.id)


def _question(draft: Draft, material: Material) -> Iterator[Finding]:
    asked = draft.question.strip()
    if material.question is None:
        if asked:
            yield Finding(law="shape", where="question", what="there is nothing to ask")
        return
    if not asked:
        yield Finding(law="complete", where="question", what="the question was left out")
    elif not _QUESTION_MARK.search(asked):
        yield Finding(law="complete", where="question", what="it is no question")
    else:
        text = latin(" ".join(asked.split()))
        lost = [
            thing
            for kind, thing in named(material.question.text)
            if kind != "number" and not stands_in(kind, thing, text)
        ]
        if lost:
            yield Finding(law="complete", where="question", what=f"it lost {', '.join(lost)}")


def _causes(draft: Draft, material: Material) -> Iterator[Finding]:
    order = [cause.id for cause in material.causes]
    seen: set[str] = set()
    for i, cause in enumerate(draft.causes):
        where = f"causes[{i}]"
        if cause.id not in order:
            yield Finding(law="weighed", where=where, what=f"the cause {cause.id[:60]!r} was not weighed")
        elif cause.id in seen:
            yield Finding(law="shape", where=where, what=f"the cause {cause.id} stands twice")
        seen.add(cause.id)
    for name in moved_up([cause.id for cause in draft.causes], order):
        i = next(i for i, cause in enumerate(draft.causes) if cause.id == name)
        cites = [material.evidence[c] for c in draft.causes[i].cites if c in material.evidence]
        if not draft.causes[i].reason.strip() or not any(e.kind in OBSERVED_KINDS for e in cites):
            what = f"{name} is moved up without a reason that cites the report's own evidence"
            yield Finding(law="weighed", where=f"causes[{i}]", what=what)


def moved_up(said: list[str], given: list[str]) -> list[str]:
    """The causes that stand in `said` before one that `given` ranks higher."""
    place = {name: i for i, name in enumerate(given)}
    order = list(dict.fromkeys(name for name in said if name in place))
    return [a for i, a in enumerate(order) if any(place[b] < place[a] for b in order[i + 1 :])]
