"""What travels while drafting: costs add up, a failed repair leaves the first words, two drafts at most."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from agent.diagnosis.drafting import Drafting
from agent.diagnosis.model import Budget, ModelReply, ModelUsage


@pytest.fixture
def begun(room: SimpleNamespace) -> Drafting:
    return Drafting(plain=room.seed_diagnosis(), left=Budget(tokens=1000, seconds=10, usd=1))


def reply(outcome: Any = "ok", text: str = "words", **change: Any) -> ModelReply:
    usage = ModelUsage(input_tokens=100, output_tokens=10, cache_read_tokens=50)
    return ModelReply(outcome=outcome, text=text, model="m", usage=usage, usd=0.25, **change)


def test_costs_add_up_whatever_came_of_a_call(begun: Drafting) -> None:
    after = begun.heard("triage", reply("refusal")).heard("draft", reply()).heard("repair", reply("timeout"))
    assert (after.cost.input_tokens, after.cost.output_tokens, after.cost.usd) == (450, 30, 0.75)
    assert after.left == Budget(tokens=520, seconds=10, usd=0.25)


def test_a_failed_repair_leaves_the_first_words(begun: Drafting) -> None:
    after = begun.heard("draft", reply(text="first")).heard(
        "repair", reply("broken_stream", "seco", why="cut")
    )
    assert (after.text, after.outcome, after.why) == ("first", "broken_stream", "cut")
    assert not after.failed
    assert not after.may_repair


def test_there_is_one_repair(begun: Drafting) -> None:
    once = begun.heard("draft", reply())
    assert once.may_repair
    assert not once.heard("repair", reply()).may_repair
    assert (
        not begun.model_copy(update={"left": Budget(tokens=1, seconds=1, usd=1)})
        .heard("draft", reply())
        .may_repair
    )


def test_a_second_opinion_that_fails_may_end_it(begun: Drafting) -> None:
    assert begun.heard("triage", reply("refusal")).goes_on
    assert not begun.heard("triage", reply("bad_key")).goes_on
    said = begun.heard("triage", reply(text='{"cause": "x", "clear": false}'))
    assert said.opinion is not None
    assert said.drafts == 0
    assert said.failed


def test_what_travels_is_json(begun: Drafting) -> None:
    after = begun.heard("draft", reply(recorded=True))
    assert Drafting.model_validate(after.model_dump(mode="json")) == after
    assert after.recorded
