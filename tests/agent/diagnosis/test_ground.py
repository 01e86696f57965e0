"""Taking out what breaks a law."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.diagnosis.diagnosis import Diagnosis
from agent.diagnosis.ground import HEDGE, SAFE_RECOMMENDATION, SAFE_SUMMARY, bare, check, keep_lawful


def mended(room: SimpleNamespace, **change: object) -> Diagnosis:
    planted = room.seed_diagnosis().model_copy(update=change)
    assert room.seed_findings(planted), "nothing was planted"
    return keep_lawful(
        planted, room.seed_report(), room.seed_usage(), room.ranked(**room.SEED), room.load_catalogue()
    )


def test_a_lawful_diagnosis_comes_back_as_it_is(room: SimpleNamespace):
    diagnosis = room.seed_diagnosis()
    args = (room.seed_report(), room.seed_usage(), room.ranked(**room.SEED), room.load_catalogue())
    assert keep_lawful(diagnosis, *args) is diagnosis
    assert check(diagnosis, *args) == []


def test_the_lawful_sentences_of_a_summary_stay(room: SimpleNamespace):
    found = mended(room, summary="It is likely an old client. You will be refunded. Update it.")
    assert found.summary == "It is likely an old client. Update it."


def test_a_summary_without_a_hedge_gets_one(room: SimpleNamespace):
    assert mended(room, summary="An old client is used.").summary == f"{HEDGE}An old client is used."


def test_a_summary_with_nothing_lawful_is_replaced(room: SimpleNamespace):
    assert mended(room, summary="You will be refunded.").summary == SAFE_SUMMARY
    assert mended(room, recommendation="Buy credits.").recommendation == SAFE_RECOMMENDATION


def test_a_bad_step_note_example_or_fact_is_dropped_and_the_rest_stays(room: SimpleNamespace):
    good = room.seed_diagnosis()
    bad = good.guidance[1].model_copy(update={"step": "Spoof the user agent."})
    steps = [good.guidance[0], bad, *good.guidance[2:]]
    assert mended(room, guidance=steps).guidance == [good.guidance[0], *good.guidance[2:]]
    assert mended(room, notes=["You will be refunded.", *good.notes]).notes == good.notes
    assert mended(room, example="curl -k https://api.anthropic.com").example is None
    person = good.handoff.model_copy(
        update={
            "to": "We will escalate",
            "facts": ["Support will refund it", *good.handoff.facts],
            "request_ids": ["req_1"],
        }
    )
    after = mended(room, handoff=person).handoff
    assert after.facts == good.handoff.facts
    assert after.request_ids == []
    assert after.to != person.to


@pytest.mark.parametrize("change", [{"action": "ask"}, {"evidence": "twice"}])
def test_what_cannot_be_mended_concludes_nothing(room: SimpleNamespace, change: dict[str, object]):
    if "evidence" in change:
        evidence = room.seed_diagnosis().evidence
        change = {"evidence": [*evidence, evidence[0]]}
    found = mended(room, **change)
    assert found.action == "abstain"
    assert found.summary == SAFE_SUMMARY
    assert found.guidance == []
    assert found.handoff.request_ids == room.IDS
    assert room.seed_findings(found) == []


def test_the_bare_diagnosis_numbers_its_evidence_anew(room: SimpleNamespace):
    diagnosis = room.seed_diagnosis()
    twice = diagnosis.model_copy(update={"evidence": [diagnosis.evidence[0]] * 2})
    assert [e.id for e in bare(twice, room.seed_report()).evidence] == ["E1", "E2"]
