"""What a model is given: pieces with ids, whole per cents, evidence last, strangers' words apart."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from agent.diagnosis.material import Material, entries, material_of, opinion_entries, per_cent
from prompts import data_lines


@pytest.fixture
def material(room: SimpleNamespace) -> Material:
    return material_of(
        room.seed_diagnosis(),
        room.seed_report(),
        room.seed_usage(),
        room.ranked(**room.SEED, connection_reset=0.01),
        room.load_catalogue(),
    )


def test_pieces_have_ids_in_their_order(material: Material) -> None:
    plain = material.plain
    assert list(material.steps.values()) == plain.guidance
    assert list(material.notes.values()) == plain.notes
    assert next(iter(material.steps)) == "S1"
    assert list(material.evidence.values()) == plain.evidence
    assert material.first == "legacy-client-misclassified"
    assert material.contacts == [f"S{len(plain.guidance)}"]
    assert (material.confirmed, material.may_pay, material.contradiction) == (False, False, True)


def test_evidence_comes_last_and_no_figure_is_a_float(material: Material) -> None:
    lines = [json.loads(line) for line in data_lines(entries(material)).splitlines()]
    kinds = [next(iter(line)) for line in lines]
    assert kinds == sorted(kinds, key=["plain", "cause", "step", "note", "question", "evidence"].index)
    assert next(line for line in lines if "cause" in line)["likelihood"] == "68 %"
    assert all("evidence" in line or "cause" in line for line in opinion_entries(material))


def test_faint_causes_are_not_given(material: Material) -> None:
    assert "connection-reset" not in material.files
    assert set(material.files) == {cause.id for cause in material.causes}


def test_a_step_that_is_not_concluded_has_no_explanation(room: SimpleNamespace) -> None:
    asking = room.seed_diagnosis().model_copy(update={"action": "ask"})
    material = material_of(
        asking, room.seed_report(), room.seed_usage(), room.ranked(**room.SEED), room.load_catalogue()
    )
    assert material.first is None
    assert material.about == ""
    assert not material.confirmed


def test_long_evidence_is_cut(material: Material) -> None:
    first = material.plain.evidence[0].model_copy(update={"text": "x" * 5000})
    plain = material.plain.model_copy(update={"evidence": [first]})
    lines = list(entries(replace(material, plain=plain)))
    assert len(lines[-1]["text"]) < 500
    assert lines[-1]["text"].endswith("...")


@pytest.mark.parametrize(("likelihood", "said"), [(0.684, "68 %"), (0.0, "0 %"), (1.0, "100 %")])
def test_likelihoods_are_whole_per_cents(likelihood: float, said: str) -> None:
    assert per_cent(likelihood) == said
