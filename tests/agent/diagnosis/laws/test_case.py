"""Every text of a diagnosis is a part that the laws see."""

from __future__ import annotations

from types import SimpleNamespace

from agent.causes.cause import Question
from agent.diagnosis.laws.case import Case


def test_parts_cover_every_text(room: SimpleNamespace):
    question = Question(text="Which?", how="claude --version", splits=[])
    diagnosis = room.seed_diagnosis().model_copy(update={"question": question})
    case = Case(
        diagnosis, room.seed_report(), room.seed_usage(), room.ranked(**room.SEED), room.load_catalogue()
    )
    texts = {part.text for part in case.parts}
    wanted = {diagnosis.summary, diagnosis.recommendation, diagnosis.example, question.text, question.how}
    wanted |= {t for s in diagnosis.guidance for t in (s.step, s.why)} | set(diagnosis.notes)
    wanted |= {diagnosis.handoff.to, *diagnosis.handoff.facts, *diagnosis.handoff.missing}
    assert wanted == texts
    assert case.first.id == "legacy-client-misclassified"
    assert [c.id for c in case.ranked()] == [c.id for c in case.causes]


def test_nothing_weighed(room: SimpleNamespace):
    case = Case(room.seed_diagnosis(), room.seed_report(), room.seed_usage(), [], room.load_catalogue())
    assert case.first is None
    assert list(case.ranked()) == []
