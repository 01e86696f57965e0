"""Money-safe: planted violations of every kind are caught, and honest words pass."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.causes.cause import WeighedCause
from agent.diagnosis.diagnosis import Guidance
from agent.diagnosis.ground import check
from agent.diagnosis.laws.money import (
    LOOK_ALIKE_FLOOR,
    PAID_FROM,
    asks_to_pay,
    names_cost,
    paying_may_be_shown,
)

PAYS = [
    "You're out of extra usage. Add more at claude.ai/settings/usage and keep going.",
    "Your credit balance is too low. Go to Plans & Billing to upgrade or purchase credits.",
    "We've added a $20 credit. Claim it and keep going.",
    "Buy extra usage.",
    "Add credits in the Console.",
    "Top up your balance, then try again.",
    "Turn on extra usage.",
    "Turn extra usage on.",
    "Switch on auto-reload.",
    "Enable auto-reload in settings.",
    "Run `/usage-credits` and follow it.",
    "Use /extra-usage.",
    "Raise the monthly spend limit.",
    "Raise the cap.",
    "Claim the credit.",
    "Consider buying credits.",
    "The fix is to purchase API credits.",
    "Upgrade to Max.",
    "Upgrade your plan.",
    "Subscribe to the Team plan.",
    "Switch to pay-as-you-go.",
    "Check the version. Add more credits.",
    "Do not wait. Buy credits.",
    "Wait, then add funds.",
    "Set up a payment method.",
    "Pay $20 more.",
    "Set ANTHROPIC_API_KEY and use API billing.",
    "Once extra usage is enabled it works.",
    "Get more credits.",
    "Please top up.",
    "Put money on the account.",
    "Purchase a higher plan.",
    "Get the Max plan.",
    "Load $5 onto the account.",
    "Go to claude.ai/settings/usage and add more.",
    "Enter a credit card.",
    "Activate billing.",
    "Use API billing instead.",
    "Recharge your account.",
]
FREE = [
    "Do not buy or claim extra usage before the free checks.",
    "Turn extra usage off while testing.",
    "Check whether extra usage is enabled.",
    "Look at the balance in the Console.",
    "Unset ANTHROPIC_API_KEY, which bills the API instead of the plan.",
    "Update with `claude update`.",
    "Run `/usage` and compare the windows.",
    "Switch to the organisation with the balance.",
    "Change to a model without [1m].",
    "Never add credits first.",
    "Wait until the window resets.",
    "Adding money does not help here.",
]


@pytest.mark.parametrize("text", PAYS)
def test_words_that_ask_for_money(text: str):
    assert asks_to_pay(text)


@pytest.mark.parametrize("text", FREE)
def test_words_that_do_not(text: str):
    assert not asks_to_pay(text)


def test_agrees_with_the_scorer_on_every_free_step_of_the_catalogue(room: SimpleNamespace):
    score = room.score_tool()
    for cause in room.load_catalogue().causes:
        for step in cause.steps:
            if step.cost == "free":
                assert asks_to_pay(step.step) is score.paid(step.step) is False, (cause.id, step.step)


def test_catches_all_that_the_scorer_catches_in_what_is_shown(room: SimpleNamespace):
    score = room.score_tool()
    for cause in room.load_catalogue().causes:
        for text in (cause.summary, cause.recommendation, *(s.step for s in cause.steps)):
            assert asks_to_pay(text) or not score.paid(text), (cause.id, text)


def test_names_cost():
    assert names_cost("It is billed at API rates.")
    assert names_cost("It costs $5.")
    assert not names_cost("Restart it.")


def step(cost: str, words: str = "Do it, at a price.") -> Guidance:
    return Guidance(step=words, why="w", cost=cost, reversible=True, cites=[])


def money(room: SimpleNamespace, causes: list[WeighedCause] | None = None, verdict="consistent", **change):
    """Where the money law is broken when the seed's answer is changed so, in an account that fits."""
    causes = causes or room.ranked(api_credits_exhausted=0.9)
    usage = room.seed_usage(verdict=verdict, contradictions=[])
    calm = {
        "guidance": [step("free")],
        "notes": [],
        "summary": "Likely so.",
        "recommendation": "Wait.",
        "example": None,
    }
    diagnosis = room.seed_diagnosis().model_copy(update={**calm, **change})
    found = check(diagnosis, room.seed_report(), usage, causes, room.load_catalogue())
    return [f.where for f in found if f.law == "money-safe"]


def test_a_paid_step_after_the_free_ones_is_lawful(room: SimpleNamespace):
    assert money(room, guidance=[step("free"), step("may_charge"), step("charges")]) == []


def test_a_paid_step_before_a_free_one(room: SimpleNamespace):
    assert money(room, guidance=[step("charges"), step("free")]) == ["guidance[0].step"]
    assert money(room, guidance=[step("free"), step("may_charge"), step("free")]) == ["guidance[1].step"]


def test_a_paid_step_that_names_no_cost(room: SimpleNamespace):
    assert money(room, guidance=[step("charges", "Do it.")]) == ["guidance[0].step"]


@pytest.mark.parametrize("cost", ["may_charge", "charges"])
def test_a_paid_step_in_the_face_of_a_contradiction(room: SimpleNamespace, cost: str):
    assert money(room, verdict="contradiction", guidance=[step(cost)]) == ["guidance[0].step"]


def test_a_paid_step_for_each_misrouted_cause(room: SimpleNamespace):
    misrouted = [c.id for c in room.load_catalogue().causes if c.misrouted]
    assert len(misrouted) >= 3
    for cause in misrouted:
        causes = room.ranked(**{cause.replace("-", "_"): 0.9})
        assert money(room, causes, guidance=[step("charges")]) == ["guidance[0].step"]


@pytest.mark.parametrize(
    "rival",
    [
        "legacy_client_misclassified",
        "stale_plan_credentials",
        "limit_message_misleading",
        "api_key_overrides_subscription",
    ],
)
def test_a_paid_step_beside_a_look_alike(room: SimpleNamespace, rival: str):
    near = room.ranked(api_credits_exhausted=0.9, **{rival: LOOK_ALIKE_FLOOR})
    far = room.ranked(api_credits_exhausted=0.9, **{rival: LOOK_ALIKE_FLOOR - 0.01})
    assert money(room, near, guidance=[step("charges")]) == ["guidance[0].step"]
    assert money(room, far, guidance=[step("charges")]) == []


def test_a_paid_step_for_a_cause_that_is_not_sure(room: SimpleNamespace):
    unsure = room.ranked(api_credits_exhausted=PAID_FROM - 0.01)
    assert money(room, unsure, guidance=[step("charges")]) == ["guidance[0].step"]
    assert money(room, room.ranked(api_credits_exhausted=PAID_FROM), guidance=[step("charges")]) == []


@pytest.mark.parametrize("action", ["ask", "handoff", "abstain"])
def test_a_paid_step_without_an_answer(room: SimpleNamespace, action: str):
    assert money(room, action=action, guidance=[step("charges")]) == ["guidance[0].step"]


@pytest.mark.parametrize("words", PAYS[3:8])
def test_a_step_declared_free_that_asks_for_money(room: SimpleNamespace, words: str):
    assert money(room, guidance=[step("free", words)]) == ["guidance[0].step"]


@pytest.mark.parametrize("words", PAYS[3:8])
@pytest.mark.parametrize("place", ["summary", "recommendation", "notes", "example"])
def test_words_that_ask_for_money_where_none_may_be_asked(room: SimpleNamespace, words: str, place: str):
    change = {place: [words] if place == "notes" else words}
    assert money(room, verdict="contradiction", **change) == ["notes[0]" if place == "notes" else place]
    if place != "summary":
        assert money(room, **change, guidance=[step("charges")]) == []
        assert money(room, **change, guidance=[step("free")]) == ["notes[0]" if place == "notes" else place]


def test_a_why_of_a_free_step_that_asks_for_money(room: SimpleNamespace):
    sly = step("free").model_copy(update={"why": "Buy credits after it."})
    assert money(room, guidance=[sly]) == ["guidance[0].why"]


def test_nothing_weighed_means_nothing_paid(room: SimpleNamespace):
    assert not paying_may_be_shown("answer", room.seed_usage(verdict="consistent"), [], room.load_catalogue())
