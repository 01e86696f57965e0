"""When to answer, ask, hand off or abstain."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.causes.cause import Differential, Question
from agent.diagnosis import action
from agent.diagnosis.action import choose, leading, parts_the_leaders, stands_out

QUESTION = Question(text="Which one?", how="claude --version", splits=["service-overloaded"])
ELSEWHERE = QUESTION.model_copy(update={"splits": ["pdf-rejected"]})


@pytest.mark.parametrize(
    ("first", "second", "out"),
    [
        (action.ANSWER_LIKELIHOOD, 0.0, True),
        (action.ANSWER_LIKELIHOOD - 0.01, 0.3, False),
        (action.ALONE_LIKELIHOOD, action.ALONE_LIKELIHOOD * action.ALONE_SHARE, True),
        (action.ALONE_LIKELIHOOD - 0.01, 0.0, False),
        (0.55, 0.55 - action.ANSWER_LEAD, True),
        (0.50, 0.45, False),
    ],
)
def test_a_cause_stands_out_when_likely_and_ahead(
    room: SimpleNamespace, first: float, second: float, out: bool
):
    assert stands_out(room.ranked(service_overloaded=first, service_incident=second)) is out


def test_one_cause_alone_and_none_at_all(room: SimpleNamespace):
    assert stands_out(room.ranked(service_overloaded=0.9))
    assert not stands_out([])
    assert leading([]) == []


def test_the_leaders_are_at_most_three_and_near_the_first(room: SimpleNamespace):
    causes = room.ranked(
        service_overloaded=0.3, service_incident=0.28, connection_reset=0.2, pdf_rejected=0.19
    )
    assert [c.id for c in leading(causes)] == ["service-overloaded", "service-incident", "connection-reset"]
    assert len(leading(room.ranked(service_overloaded=0.8, service_incident=0.15))) == 1


def test_answer_where_the_first_stands_out(room: SimpleNamespace):
    assert choose(room.differential(service_overloaded=0.7), room.load_catalogue()) == "answer"


def test_handoff_where_it_needs_a_person(room: SimpleNamespace):
    catalogue = room.load_catalogue()
    person = [c.id for c in catalogue.causes if c.needs_person]
    assert person
    for cause in person:
        assert choose(room.differential(**{cause.replace("-", "_"): 0.9}), catalogue) == "handoff"


def test_ask_where_the_question_parts_the_leaders(room: SimpleNamespace):
    close = {"service_overloaded": 0.4, "service_incident": 0.38}
    catalogue = room.load_catalogue()
    assert choose(room.differential(QUESTION, **close), catalogue) == "ask"
    assert choose(room.differential(ELSEWHERE, **close), catalogue) == "abstain"
    assert choose(room.differential(**close), catalogue) == "abstain"


def test_abstain_with_nothing_or_with_none_of_these_ahead(room: SimpleNamespace):
    catalogue = room.load_catalogue()
    assert choose(room.differential(), catalogue) == "abstain"
    assert choose(room.differential(service_overloaded=0.39), catalogue) == "abstain"
    assert not parts_the_leaders(room.differential(QUESTION, service_overloaded=action.ASK_FLOOR - 0.01))


def test_a_cause_that_the_catalogue_lacks_is_never_answered(room: SimpleNamespace):
    assert choose(room.differential(unknown_cause=0.9), room.load_catalogue()) == "abstain"


def test_an_unconfirmed_cause_waits_for_the_answer_that_could_topple_it(room: SimpleNamespace):
    first, second = [c for c in room.load_catalogue().causes if not c.confirmed and not c.needs_person][:2]
    ranked = room.ranked(**{first.id.replace("-", "_"): 0.8, second.id.replace("-", "_"): 0.1})
    question = Question(text="Which?", how="look", splits=[first.id, second.id])
    sure = Differential(ranked=ranked, none=0.1, question=question, turns=action.TURN_LIMIT - 0.01)
    assert choose(sure, room.load_catalogue()) == "answer"
    assert choose(sure.model_copy(update={"turns": action.TURN_LIMIT}), room.load_catalogue()) == "ask"
