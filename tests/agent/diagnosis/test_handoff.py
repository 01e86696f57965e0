"""What a person needs to take over."""

from __future__ import annotations

from types import SimpleNamespace

from agent.causes.cause import HandoffPlan
from agent.diagnosis.handoff import GENERIC_FACTS, GENERIC_TO, handoff, held
from agent.report.error_report import Reading
from agent.usage.account import Bucket


def made(
    room: SimpleNamespace, action="answer", cause="service-overloaded", report=None, usage=None, **change
):
    entry = room.load_catalogue().by_id[cause].model_copy(update=change)
    return handoff(
        action,
        report or room.seed_report(),
        usage or room.seed_usage(verdict="unknown", lane="unknown"),
        room.differential(**{cause.replace("-", "_"): 0.9}),
        room.make_catalogue([entry]),
    )


PLAN = HandoffPlan(
    to="Support", facts=["request ids", "client version", "plan", "UTC time", "/usage screen", "model"]
)


def test_what_is_known_is_not_asked_for_again(room: SimpleNamespace):
    person = made(room, "handoff", handoff=PLAN)
    assert person.to == "Support"
    assert person.request_ids == room.IDS
    assert person.missing == ["plan", "/usage screen", "model"]
    assert "error: 400 invalid_request_error, 2 times" in person.facts
    assert "client version: 2.1.7" in person.facts
    assert "operating system: darwin" in person.facts
    assert "reported: 2026-04-08 12:00 UTC" in person.facts
    assert "plan usage at 0 % (claimed)" in person.facts


def test_it_is_filled_whenever_a_person_may_be_needed(room: SimpleNamespace):
    usual = {"handoff": PLAN, "needs_person": False, "misrouted": False}
    assert made(room, **usual) is None
    assert made(room, **{**usual, "needs_person": True})
    assert made(room, **{**usual, "misrouted": True})
    assert made(room, usage=room.seed_usage(), **usual)
    assert made(room, cause="service-incident", **usual)
    assert made(room, usage=room.seed_usage(verdict="unknown", lane="api_credits"), **usual)
    assert made(room, "abstain", **usual)
    assert made(room, **{**usual, "handoff": None, "misrouted": True}) is None


def test_without_a_plan_the_usual_facts_are_asked_for(room: SimpleNamespace):
    empty = room.seed_report(errors=[], environment={}, reported_at=None)
    person = handoff(
        "abstain", empty, room.seed_usage(buckets=[]), room.differential(), room.load_catalogue()
    )
    assert (person.to, person.missing, person.facts, person.request_ids) == (
        GENERIC_TO,
        GENERIC_FACTS,
        [],
        [],
    )


def test_a_measured_screen_counts_as_held_and_a_claim_does_not(room: SimpleNamespace):
    claimed = room.seed_usage()
    measured = room.seed_usage(buckets=[Bucket(name="session_5h", used_percent=1, basis="measured")])
    assert "usage" not in held(room.seed_report(), claimed)
    assert "usage" in held(room.seed_report(), measured)


def test_a_hostile_value_is_not_passed_on_as_a_fact(room: SimpleNamespace):
    hostile = {
        "plan": Reading(value="max <script>", source="prose"),
        "model": Reading(value="x" * 200, source="prose"),
    }
    person = made(room, "handoff", handoff=PLAN, report=room.seed_report(environment=hostile))
    assert not any("script" in fact or "xxx" in fact for fact in person.facts)
