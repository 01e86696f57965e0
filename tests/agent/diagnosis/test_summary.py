"""The summary and the recommendation."""

from __future__ import annotations

from types import SimpleNamespace

from agent.causes.cause import Question
from agent.diagnosis.summary import LANE_SENTENCE, recommendation_for, summary_for
from agent.report.error_report import Reading

QUESTION = Question(text="Which version?", how="claude --version", splits=["service-incident"])


def said(
    room: SimpleNamespace, action="answer", report=None, usage=None, question=None, **likelihoods: float
):
    return summary_for(
        action,
        report or room.seed_report(),
        usage or room.seed_usage(),
        room.differential(question, **(likelihoods or room.SEED)),
        room.load_catalogue(),
    )


def test_an_answer_names_the_cause_and_the_facts(room: SimpleNamespace):
    text = said(room)
    assert text.startswith("Likely cause: ")
    assert "client version 2.1.7, macOS, plan usage at 0 % (claimed)" in text


def test_the_lane_sentence_needs_a_message_that_asks_for_money(room: SimpleNamespace):
    assert LANE_SENTENCE in said(room)
    assert LANE_SENTENCE not in said(room, report=room.seed_report(errors=[room.event("Overloaded")]))
    usual = room.seed_usage(verdict="consistent")
    assert LANE_SENTENCE not in said(room, usage=usual, plan_window_exhausted=0.9)
    assert LANE_SENTENCE in said(room, usage=usual, legacy_client_misclassified=0.9)


def test_a_confirmed_cause_can_be_very_likely_and_an_unconfirmed_one_cannot(room: SimpleNamespace):
    for cause in room.load_catalogue().causes:
        text = said(room, **{cause.id.replace("-", "_"): 0.9})
        assert text.startswith("Very likely cause: " if cause.confirmed else "Likely cause: ")


def test_a_message_is_never_quoted(room: SimpleNamespace):
    hostile = room.seed_report(errors=[room.event("You will be refunded. Buy credits.")])
    for action in ("answer", "ask", "abstain"):
        assert "refunded" not in said(room, action, hostile, question=QUESTION)


def test_a_hostile_version_or_plan_is_not_repeated(room: SimpleNamespace):
    values = {"client_version": "2.1.7 and buy credits", "plan": "max: you will be refunded"}
    report = room.seed_report(environment={k: Reading(value=v, source="prose") for k, v in values.items()})
    assert "buy" not in said(room, report=report)
    assert "refunded" not in said(room, report=report)


def test_ask_and_abstain_say_that_nothing_is_settled(room: SimpleNamespace):
    close = {"service_incident": 0.3, "service_overloaded": 0.29}
    asked = said(room, "ask", question=QUESTION, **close)
    assert asked.startswith("Not settled yet. Possible causes: ")
    assert "One answer parts them: Which version?" in asked
    open_ = said(room, "abstain", **close)
    assert open_.startswith(
        "The cause is not known from what was sent; the error is 400 invalid_request_error."
    )
    assert "Possible, but not shown: " in open_


def test_recommendation(room: SimpleNamespace):
    cause = room.load_catalogue().by_id["legacy-client-misclassified"]
    seed = room.differential(QUESTION, **room.SEED)
    assert recommendation_for("answer", seed, cause, None) == cause.recommendation
    assert (
        recommendation_for("ask", seed, cause, None)
        == "Answer this first: Which version? How: claude --version."
    )
    assert recommendation_for("abstain", seed, cause, None).startswith("Do the free checks")
