"""Honest: planted promises, false certainty and hasty answers are caught."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.diagnosis.action import ALONE_LIKELIHOOD
from agent.diagnosis.ground import check
from agent.diagnosis.laws.honest import problems

PROMISES = [
    "Support always refunds this.",
    "100% fixed after the update.",
    "It will work after the update.",
    "Refunds are issued automatically.",
    "You can count on a refund.",
    "The issue has been forwarded to the team.",
    "Your ticket has been created.",
    "Your credit will be refunded.",
    "It will soon be fully refunded.",
    "You will get your money back.",
    "You'll receive a credit.",
    "You\u2019ll receive a credit.",
    "We will escalate this.",
    "We'll look into it.",
    "I'll notify you.",
    "I will follow up tomorrow.",
    "Anthropic will fix this.",
    "Support will surely refund you.",
    "The team will get back to you.",
    "An engineer will contact you.",
    "A refund is guaranteed.",
    "We guarantee it.",
    "Rest assured that it works.",
    "I promise it works.",
    "A refund is on its way.",
    "The refund has been approved.",
    "The credit will arrive within two days.",
    "You are entitled to a refund.",
    "You can expect a full refund.",
    "This has been escalated.",
    "I have escalated your case.",
    "I've opened a ticket.",
    "Your case is being escalated.",
    "Updating will fix it.",
    "Support is going to refund you.",
    "The charge is going to be refunded.",
    "No worries, you will be refunded.",
    "There is no doubt that you will be refunded.",
    "Do not worry, support will refund it.",
    "It is certain to work.",
    "The amount will be reimbursed.",
    "Your plan will be restored.",
    "Der Betrag wird Ihnen erstattet.",
    "Wir werden das eskalieren.",
    "Sie erhalten eine Gutschrift.",
    "Das ist garantiert.",
]
FAIR = [
    "Nobody can promise a refund.",
    "We cannot say whether it will be refunded.",
    "No refund is guaranteed.",
    "Ask support whether the charge can be refunded.",
    "Support may refund it.",
    "You will get the same error again.",
    "The window resets on Friday.",
    "Do not expect a refund.",
    "In April affected accounts were refunded.",
    "Send the request ids to support.",
    "The request will not be refunded by itself.",
]
PLACES = ["summary", "recommendation", "notes", "example", "step", "why", "to", "facts", "missing"]
CERTAIN = [
    "It is certainly the old client.",
    "This is definitely a routing fault.",
    "The cause is the old client.",
    "The root cause was the proxy.",
    "It is undoubtedly the header.",
    "No doubt the client is too old.",
    "This is caused by the old client.",
    "The confirmed cause is the client.",
    "It is proven that the client did it.",
]


@pytest.mark.parametrize("text", PROMISES)
def test_a_promise(text: str):
    assert problems(text, confirmed=True)


@pytest.mark.parametrize("text", FAIR)
def test_no_promise(text: str):
    assert not problems(text, confirmed=False)


@pytest.mark.parametrize("text", CERTAIN)
def test_certainty_needs_a_confirmed_cause(text: str):
    assert problems(text, confirmed=False)
    assert not problems(text, confirmed=True)


@pytest.mark.parametrize(
    "text", ["The cause is likely the client.", "It is not certainly so.", "The cause is not known."]
)
def test_doubt_is_not_certainty(text: str):
    assert not problems(text, confirmed=False)


@pytest.mark.parametrize("text", PROMISES[7:13])
@pytest.mark.parametrize("place", PLACES)
def test_a_promise_is_found_in_every_place(room: SimpleNamespace, text: str, place: str):
    d = room.seed_diagnosis()
    text = f"Likely so. {text}"
    change: dict[str, object]
    if place in ("step", "why"):
        change = {"guidance": [d.guidance[0].model_copy(update={place: text})]}
    elif place in ("to", "facts", "missing"):
        change = {"handoff": d.handoff.model_copy(update={place: text if place == "to" else [text]})}
    else:
        change = {place: [text] if place == "notes" else text}
    laws = [law for law, _ in room.seed_findings(d.model_copy(update=change))]
    assert set(laws) == {"honest"}


def test_an_unconfirmed_cause_is_called_likely_in_the_summary(room: SimpleNamespace):
    d = room.seed_diagnosis()
    assert room.seed_findings(d.model_copy(update={"summary": "An old client is used."})) == [
        ("honest", "summary")
    ]


def test_a_confirmed_cause_may_be_stated(room: SimpleNamespace):
    catalogue = room.load_catalogue()
    confirmed = next(c.id for c in catalogue.causes if c.confirmed and not c.needs_person)
    calm = {
        "summary": "The cause is known.",
        "guidance": [],
        "example": None,
        "recommendation": "Wait.",
        "notes": [],
    }
    d = room.seed_diagnosis().model_copy(update=calm)
    causes = room.ranked(**{confirmed.replace("-", "_"): 0.9})
    assert [
        f for f in check(d, room.seed_report(), room.seed_usage(), causes, catalogue) if f.law == "honest"
    ] == []


@pytest.mark.parametrize("action", ["answer", "handoff"])
def test_an_answer_needs_a_cause_that_stands_out(room: SimpleNamespace, action: str):
    d = room.seed_diagnosis().model_copy(update={"action": action})
    catalogue = room.load_catalogue()
    for causes in (
        room.ranked(legacy_client_misclassified=ALONE_LIKELIHOOD - 0.01),
        room.ranked(legacy_client_misclassified=0.5, prompt_content_misclassified=0.45),
        [],
    ):
        found = check(d, room.seed_report(), room.seed_usage(), causes, catalogue)
        assert ("honest", "action") in [(f.law, f.where) for f in found]


def test_ask_needs_a_question(room: SimpleNamespace):
    assert ("honest", "action") in room.seed_findings(
        room.seed_diagnosis().model_copy(update={"action": "ask"})
    )
