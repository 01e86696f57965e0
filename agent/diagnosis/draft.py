"""The draft that a model returns: flat, every field there, and every claim with the ids it leans on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from pydantic import ValidationError

from agent.diagnosis.diagnosis import Finding
from agent.report.error_report import Noun

LONGEST = 60_000
"""Characters of a reply above which it is not read at all."""
MOST_SENTENCES, MOST_STEPS, MOST_NOTES, MOST_CAUSES = 6, 20, 20, 12
LONGEST_SENTENCE, LONGEST_STEP = 700, 1_200
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.S)


class Said(Noun):
    """A sentence and the ids that it leans on: E1, S1, N1 or a cause's id."""

    text: str
    cites: list[str]


class WordedStep(Noun):
    """A given step in the model's words; `id` is S1, S2, ..."""

    id: str
    text: str
    why: str
    cites: list[str]


class WordedNote(Noun):
    """A given note in the model's words; `id` is N1, N2, ..., or empty for one of its own."""

    id: str
    text: str
    cites: list[str]


class RankedCause(Noun):
    """A cause in the order that the model finds; `reason` only where it was moved up."""

    id: str
    reason: str
    cites: list[str]


class Draft(Noun):
    """Everything that a model may say of a diagnosis. It holds no action, no cost and no likelihood."""

    summary: list[Said]
    steps: list[WordedStep]
    notes: list[WordedNote]
    recommendation: Said
    question: str
    causes: list[RankedCause]
    language: str


class SecondOpinion(Noun):
    """What a cheap model says of close causes: an id or "none", and whether the evidence is clear."""

    cause: str
    clear: bool


class Place(NamedTuple):
    """One text of a draft, with where it stands: "summary[0]", "steps[1]", "recommendation"."""

    where: str
    text: str
    cites: list[str]


def places(draft: Draft) -> Iterator[Place]:
    """Every text of a draft that a reader may see, in order; a step's text and why are one place."""
    for i, said in enumerate(draft.summary):
        yield Place(where=f"summary[{i}]", text=said.text, cites=said.cites)
    for i, step in enumerate(draft.steps):
        yield Place(where=f"steps[{i}]", text=f"{step.text}\n{step.why}", cites=step.cites)
    for i, note in enumerate(draft.notes):
        yield Place(where=f"notes[{i}]", text=note.text, cites=note.cites)
    said = draft.recommendation
    yield Place(where="recommendation", text=said.text, cites=said.cites)
    yield Place(where="question", text=draft.question, cites=[])
    for i, cause in enumerate(draft.causes):
        yield Place(where=f"causes[{i}]", text=cause.reason, cites=cause.cites)


def parse(text: str) -> tuple[Draft | None, list[Finding]]:
    """The draft in a reply's text, or None and why it is none."""
    if len(text) > LONGEST:
        return None, [_shape("draft", f"it is longer than {LONGEST} characters")]
    fenced = _FENCE.match(text)
    try:
        draft = Draft.model_validate_json(fenced.group(1) if fenced else text.strip())
    except ValidationError as bad:
        return None, [_shape("draft", _said_wrong(bad))]
    return draft, list(_oversized(draft))


def parse_opinion(text: str) -> SecondOpinion | None:
    """The second opinion in a reply's text, or None where it holds none."""
    try:
        return SecondOpinion.model_validate_json(text[:LONGEST].strip())
    except ValidationError:
        return None


def _said_wrong(bad: ValidationError) -> str:
    """What is wrong in few words, without the text itself."""
    first = bad.errors(include_input=False, include_url=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return "it is not one whole JSON object"
    where = ".".join(str(part) for part in first["loc"]) or "the object"
    return f"{where}: {first['msg']}"


def _oversized(draft: Draft) -> Iterator[Finding]:
    for name, most in (
        ("summary", MOST_SENTENCES),
        ("steps", MOST_STEPS),
        ("notes", MOST_NOTES),
        ("causes", MOST_CAUSES),
    ):
        for i in range(most, len(getattr(draft, name))):
            yield _shape(f"{name}[{i}]", f"there are more than {most} {name}")
    for place in places(draft):
        most = LONGEST_STEP if place.where.startswith("steps") else LONGEST_SENTENCE
        if len(place.text) > most:
            yield _shape(place.where, f"it is longer than {most} characters")


def _shape(where: str, what: str) -> Finding:
    return Finding(law="shape", where=where, what=what)


def schema_of(noun: type[Noun]) -> dict[str, Any]:
    """The JSON schema of a reply as structured outputs take it: flat, closed, every field required.

    Titles and descriptions are left out: they cost tokens, and the prompt says what each field is.
    """
    schema: dict[str, Any] = json.loads(_schema(noun))
    return schema


@cache
def _schema(noun: type[Noun]) -> str:
    """As text, made once: it takes longer than all else that a request is made of."""
    return json.dumps(_bare(noun.model_json_schema()))


def _bare(node: Any) -> Any:
    if isinstance(node, list):
        return [_bare(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    bare = {}
    for key, inner in node.items():
        if key in ("properties", "$defs"):
            bare[key] = {name: _bare(value) for name, value in inner.items()}
        elif key not in ("title", "description"):
            bare[key] = _bare(inner)
    return bare
