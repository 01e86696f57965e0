"""A model may move a cause a little, with a reason; it never makes one likelier, nor moves a clear first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from agent.causes.cause import Differential
from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.draft import Draft
from agent.diagnosis.material import material_of
from agent.diagnosis.rerank import reranked
from agent.diagnosis.wholeness import moved_up

A, B, C = "service-overloaded", "service-incident", "connection-reset"


def draft(*causes: str) -> Draft:
    rows = [{"id": cause, "reason": "x", "cites": ["E1"]} for cause in causes]
    empty: dict[str, Any] = {"summary": [], "steps": [], "notes": [], "question": "", "language": "en"}
    return Draft.model_validate({**empty, "recommendation": {"text": "", "cites": []}, "causes": rows})


def moved(
    room: SimpleNamespace, order: tuple[str, ...], action: str = "ask", findings: tuple[Finding, ...] = ()
) -> Differential:
    weighed = room.differential(service_overloaded=0.4, service_incident=0.3, connection_reset=0.1)
    plain = room.seed_diagnosis().model_copy(update={"action": action})
    material = material_of(
        plain, room.seed_report(), room.seed_usage(), weighed.ranked, room.load_catalogue()
    )
    found: Differential = reranked(weighed, draft(*order), material, list(findings))
    return found


def likelihoods(differential: Differential) -> list[tuple[str, float]]:
    return [(cause.id, cause.likelihood) for cause in differential.ranked]


def test_close_causes_share_what_they_have(room: SimpleNamespace) -> None:
    found = moved(room, (B, A, C))
    assert likelihoods(found) == [(B, 0.35), (A, 0.35), (C, 0.1)]
    assert found.none == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("order", "action"), [((A, B, C), "ask"), ((C, A, B), "ask"), ((B, A, C), "answer"), ((B,), "ask")]
)
def test_everything_else_leaves_the_order(room: SimpleNamespace, order: tuple[str, ...], action: str) -> None:
    assert likelihoods(moved(room, order, action)) == [(A, 0.4), (B, 0.3), (C, 0.1)]


def test_a_move_with_a_finding_is_none(room: SimpleNamespace) -> None:
    struck = Finding(law="weighed", where="causes[0]", what="no reason")
    assert likelihoods(moved(room, (B, A, C), findings=(struck,)))[0] == (A, 0.4)


def test_only_who_passes_another_has_moved_up() -> None:
    assert moved_up(["b", "a", "c"], ["a", "b", "c"]) == ["b"]
    assert moved_up(["c", "a", "b"], ["a", "b", "c"]) == ["c"]
    assert moved_up(["a", "c", "x"], ["a", "b", "c"]) == []
