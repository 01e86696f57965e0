"""A draft leaves nothing out, keeps the order that laws ask for, and moves causes with a reason only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from agent.causes.cause import Question
from agent.diagnosis.draft import Draft
from agent.diagnosis.material import Material, material_of
from agent.diagnosis.wholeness import whole_findings

CAUSE = "legacy-client-misclassified"
OTHER = "prompt-content-misclassified"


@pytest.fixture
def material(room: SimpleNamespace) -> Material:
    return material_of(
        room.seed_diagnosis(),
        room.seed_report(),
        room.seed_usage(),
        room.ranked(**room.SEED),
        room.load_catalogue(),
    )


def asking(material: Material) -> Material:
    question = Question(text="Which version does `claude --version` show?", how="claude --version", splits=[])
    plain = material.plain.model_copy(update={"action": "ask", "question": question})
    return replace(material, plain=plain, action="ask")


def found(material: Material, change: Callable[[dict[str, Any]], Any]) -> set[tuple[str, str]]:
    draft: dict[str, Any] = {
        "summary": [{"text": "Likely the old client.", "cites": [CAUSE]}],
        "steps": [
            {"id": name, "text": step.step, "why": step.why, "cites": []}
            for name, step in material.steps.items()
        ],
        "notes": [{"id": name, "text": note, "cites": []} for name, note in material.notes.items()],
        "recommendation": {"text": "x", "cites": []},
        "question": material.question.text if material.question else "",
        "causes": [{"id": cause.id, "reason": "", "cites": []} for cause in material.causes],
        "language": "en",
    }
    change(draft)
    return {(f.law, f.where) for f in whole_findings(Draft.model_validate(draft), material)}


def nothing(draft: dict[str, Any]) -> None:
    pass


def no_summary(d: dict[str, Any]) -> None:
    d["summary"] = [{"text": " ", "cites": []}]


def another_first(d: dict[str, Any]) -> None:
    d["summary"][0]["cites"] = [OTHER]


def sure(d: dict[str, Any]) -> None:
    d["summary"][0]["text"] = "It is the old client."


def dropped(d: dict[str, Any]) -> None:
    del d["steps"][0]


def twice(d: dict[str, Any]) -> None:
    d["steps"].append(d["steps"][0])


def foreign_step(d: dict[str, Any]) -> None:
    d["steps"][0]["id"] = "S99"


def lost_command(d: dict[str, Any]) -> None:
    d["steps"][0]["text"] = "Update and test it again."


def contact_first(d: dict[str, Any]) -> None:
    d["steps"].insert(0, d["steps"].pop())


def foreign_note(d: dict[str, Any]) -> None:
    d["notes"][0]["id"] = "N99"


def asks_anyway(d: dict[str, Any]) -> None:
    d["question"] = "Who are you?"


def new_cause(d: dict[str, Any]) -> None:
    d["causes"].append({"id": "solar-flare", "reason": "x", "cites": ["E1"]})


def moved_without(d: dict[str, Any]) -> None:
    d["causes"][:2] = d["causes"][1::-1]


def moved_on_a_source(d: dict[str, Any]) -> None:
    moved_without(d)
    d["causes"][0].update(reason="A thread says so.", cites=["E7"])


def moved_on_the_report(d: dict[str, Any]) -> None:
    moved_without(d)
    d["causes"][0].update(reason="The error says so.", cites=["E1"])


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (nothing, set()),
        (no_summary, {("complete", "summary")}),
        (another_first, {("weighed", "summary[0]")}),
        (sure, {("honest", "summary[0]")}),
        (dropped, {("complete", "steps")}),
        (twice, {("shape", "steps[7]"), ("complete", "steps")}),
        (foreign_step, {("grounded", "steps[0]"), ("complete", "steps")}),
        (lost_command, {("complete", "steps[0]")}),
        (contact_first, {("complete", "steps")}),
        (foreign_note, {("grounded", "notes[0]")}),
        (asks_anyway, {("shape", "question")}),
        (new_cause, {("weighed", "causes[3]")}),
        (moved_without, {("weighed", "causes[0]")}),
        (moved_on_the_report, set()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_breaches_that_no_sentence_shows(
    material: Material, change: Callable[[dict[str, Any]], Any], wanted: set[tuple[str, str]]
) -> None:
    got = found(material, change)
    if change is twice:
        got = {(law, "steps[7]" if where.startswith("steps[") else where) for law, where in got}
    assert got == wanted


def test_a_source_does_not_move_a_cause(material: Material) -> None:
    source = next(e.id for e in material.plain.evidence if e.kind == "cause")

    def change(draft: dict[str, Any]) -> None:
        moved_without(draft)
        draft["causes"][0].update(reason="A thread says so.", cites=[source])

    assert found(material, change) == {("weighed", "causes[0]")}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Welche Version zeigt `claude --version`?", set()),
        ("显示哪个版本：`claude --version`？", set()),
        ("", {("complete", "question")}),
        ("Tell me the version of `claude --version`.", {("complete", "question")}),
        ("Which version is it?", {("complete", "question")}),
    ],
)
def test_the_question_stays_a_question_about_the_same(
    material: Material, question: str, wanted: set[tuple[str, str]]
) -> None:
    assert found(asking(material), lambda d: d.update(question=question)) == wanted


def test_a_paid_step_stands_after_the_free_ones(material: Material) -> None:
    steps = [*material.plain.guidance]
    steps[-1] = steps[-1].model_copy(update={"cost": "charges"})
    plain = material.plain.model_copy(update={"guidance": steps})
    paying = replace(material, plain=plain, contacts=[])
    assert found(paying, contact_first) == {("money-safe", "steps")}
    assert found(paying, lambda d: d["steps"].pop()) == set()
