"""The reply: one question, or what is new; a step or question that stands above is not told again."""

from __future__ import annotations

from typing import Any

from agent.causes.catalogue import Catalogue
from agent.causes.cause import Question
from agent.compose import load_catalogue
from agent.diagnosis.diagnosis import Answer, Guidance, Handoff
from agent.diagnosis.reply import (
    CLOSED,
    NO_STEPS_LEFT,
    NOTHING_NEW,
    STEPS_STAND,
    STILL_UNKNOWN,
    Reply,
    closing,
    reply_to,
)
from agent.report.error_report import Answered, Case
from agent.settings import Settings
from tests.agent.diagnosis.test_changes import answer, weighed

CATALOGUE: Catalogue = load_catalogue(Settings(causes=None))
SILENT = Catalogue(lexicon=CATALOGUE.lexicon, causes=[], versions=[], digest="none")
"""A catalogue that has nothing to ask."""
CASE = Case(text="x y")
ASKED = Question(text="Is it so?", how="look", splits=[])
PERSON = Handoff(to="Support", request_ids=["req_1"], facts=[], missing=["the time"])


def step(text: str, cost: Any = "free") -> Guidance:
    return Guidance(step=text, why="because", cost=cost, reversible=True, cites=[])


def made(*causes: Any, **change: Any) -> Answer:
    found = answer(*(causes or (weighed("a", 0.6), weighed("b", 0.2))))
    return found.model_copy(update={"diagnosis": found.diagnosis.model_copy(update=change)})


def say(
    before: Answer | None, now: Answer, *earlier: str, case: Case = CASE, catalogue: Catalogue = SILENT
) -> Reply:
    return reply_to(before, now, case, earlier, catalogue)[0]


def test_asking_is_one_question_with_its_command() -> None:
    reply = say(None, made(action="ask", question=ASKED, guidance=[step("Do this first.")]))
    assert (reply.action, reply.question) == ("ask", ASKED)
    assert reply.text == "Not settled yet. Possible causes: a; b.\n\nIs it so?\nHow to find out: look"
    assert reply.shown()["question"] == {"text": "Is it so?", "how": "look", "splits": []}


def test_the_possible_causes_are_named_once() -> None:
    asking = made(action="ask", question=ASKED)
    assert say(asking, asking).text == f"{NOTHING_NEW}\n\nIs it so?\nHow to find out: look"


def test_a_conclusion_names_steps_costs_and_the_person_once() -> None:
    steps = [step("First."), step("Pay.", "charges"), step("Perhaps pay.", "may_charge")]
    now = made(action="answer", summary="It is a.", guidance=steps, handoff=PERSON)
    first = say(None, now)
    assert first.text == (
        "It is a.\n\nDo this:\n1. First.\n2. Pay. (costs money)\n3. Perhaps pay. (may cost money)\n\n"
        "If a person is needed: Support.\nName the request ids: req_1.\nHave ready: the time."
    )
    more = now.model_copy(update={"causes": [weighed("a", 0.9), weighed("b", 0.05)]})
    more = more.model_copy(
        update={"diagnosis": more.diagnosis.model_copy(update={"guidance": [*steps, step("Also this.")]})}
    )
    second = say(now, more, first.text).text
    assert "1. Also this." in second
    assert "First." not in second
    assert STEPS_STAND in second
    assert "`a` stays the likeliest cause" in second
    assert "request ids" not in second


def test_where_nothing_is_left_a_person_takes_over() -> None:
    now = made(action="answer", summary="It is a.", guidance=[step("First.")], handoff=PERSON)
    first = say(None, now)
    reply = say(now, now, first.text)
    assert reply.action == "handoff"
    assert [line for line in reply.text.split("\n") if line][:3] == [NOTHING_NEW, STEPS_STAND, NO_STEPS_LEFT]


def test_without_a_handoff_of_its_own_the_general_one_is_told() -> None:
    now = made(action="abstain", summary="Not known.")
    reply = say(now, now, "Not known.")
    assert reply.action == "handoff"
    assert "Have ready: the full error text with its request id" in reply.text


def test_an_abstention_is_not_called_a_likely_cause() -> None:
    before = made(weighed("a", 0.05), action="abstain", summary="Not known.")
    now = made(weighed("a", 0.15), action="abstain", summary="Not known.", guidance=[step("Look.")])
    text = say(before, now, "Not known.").text
    assert STILL_UNKNOWN in text
    assert "likeliest" not in text


def test_a_question_that_stands_above_is_not_asked_again() -> None:
    asking = made(action="ask", question=ASKED)
    assert say(asking, asking, "Is it so?\nHow to find out: look").action == "handoff"


def test_a_step_whose_command_was_asked_for_is_done() -> None:
    asked = "Which version answers when you run `claude --version` in the terminal that fails?"
    case = Case(text="x y", answers=[Answered(question=asked, sign="client.version")])
    now = made(action="answer", summary="s", guidance=[step("Run `claude --version` here."), step("`ls`")])
    assert "claude --version" not in say(None, now, case=case, catalogue=CATALOGUE).text
    assert "claude --version" in say(None, now, catalogue=CATALOGUE).text


def test_before_a_person_comes_the_next_question_about_the_cause() -> None:
    cause = CATALOGUE.by_id["legacy-client-misclassified"]
    now = made(weighed(cause.id, 0.8), action="answer", summary="It is.", guidance=[step("First.")])
    reply = say(now, now, say(None, now).text, catalogue=CATALOGUE)
    assert reply.action in ("ask", "handoff")
    assert reply.question is None or reply.question.text in {asked.text for asked in cause.questions}


def test_closing() -> None:
    assert closing() == Reply(text=CLOSED, action="closed")
