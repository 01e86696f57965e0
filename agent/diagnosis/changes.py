"""What a new message changed in the diagnosis, and why, in plain words."""

from __future__ import annotations

import re

from agent.causes.catalogue import Catalogue
from agent.diagnosis.diagnosis import Answer
from agent.diagnosis.wording import bucket_text, error_title, percent, sentence
from agent.report.error_report import Answered

MOVED = 0.03
"""A likelihood that moves by less is not worth a word."""
MOST_NAMED = 3
_VALUE = re.compile(r"[\w.:/+@\[\]-]{1,60}(?: [\w.+()\[\]-]{1,20}){0,2}\Z")
_FACTS = {
    "client_version": "you run {}",
    "platform": "the operating system is {}",
    "plan": "the plan is {}",
    "model": "the model is {}",
    "base_url": "requests go to {}",
    "client": "the requests come from {}",
}
_SIGN_IN = {
    "api_key": "you are signed in with an API key",
    "subscription": "you are signed in with your subscription",
    "token": "you are signed in with a token of your own",
    "bedrock": "the requests go through Bedrock",
    "vertex": "the requests go through Vertex",
}


def changes(
    before: Answer, after: Answer, catalogue: Catalogue, answered: Answered | None = None
) -> list[str]:
    """What is known now, and how the causes moved by it; empty where the message told nothing new.

    `answered` is the question that the message may have answered.
    """
    facts = _facts(before, after) or _answer(answered, catalogue)
    moved = _moved(before, after)
    if not facts and not moved:
        return []
    told = _capital("; ".join(facts)) if facts else "From what you wrote"
    said = [f"{told}: {', '.join(moved)}." if moved else f"{told}. No cause moves by that."]
    return said + (_reasons(before, after) if moved else [])


def _facts(before: Answer, after: Answer) -> list[str]:
    """Facts that were not known before, or read otherwise."""
    facts = []
    for name, words in _FACTS.items():
        value = after.report.value(name)
        # A reading is the sender's text: only what looks like a plain value is repeated.
        if value and value != before.report.value(name) and _VALUE.match(value):
            facts.append(words.format(value))
    auth = after.report.value("auth")
    if auth in _SIGN_IN and auth != before.report.value("auth"):
        facts.append(_SIGN_IN[auth])
    known = {bucket_text(bucket) for bucket in before.usage.buckets}
    facts += [t for t in map(bucket_text, after.usage.buckets) if t not in known][:MOST_NAMED]
    if after.usage.plan and after.usage.plan != before.usage.plan and _VALUE.match(after.usage.plan):
        facts.append(f"the account shows the plan {after.usage.plan}")
    errors = {(event.status, event.type, event.message) for event in before.report.errors}
    new = [e for e in after.report.errors if (e.status, e.type, e.message) not in errors]
    facts += [f"another error is there, {error_title(event)}" for event in new[:MOST_NAMED]]
    return list(dict.fromkeys(facts))


def _answer(answered: Answered | None, catalogue: Catalogue) -> list[str]:
    """That the answer counts as a yes or a no, where it says no fact that can be named."""
    if answered is None or answered.present is None:
        return []
    for cause in catalogue.causes:
        for use in cause.signs:
            if use.sign == answered.sign and use.args == answered.args:
                return [f"{'noted' if answered.present else 'noted, not so'}: {use.says}"]
    asked = next((q for c in catalogue.causes for q in c.questions if q.text == answered.question), None)
    yes = answered.present is (asked is None or asked.yes != "absent")
    return [f"your answer counts as {'yes' if yes else 'no'}"]


def _moved(before: Answer, after: Answer) -> list[str]:
    old = {cause.id: cause.likelihood for cause in before.causes}
    new = {cause.id: cause.likelihood for cause in after.causes}
    gaps = {c: new.get(c, 0.0) - old.get(c, 0.0) for c in [*new, *old]}
    named = sorted((c for c in gaps if abs(gaps[c]) >= MOVED), key=lambda c: (-abs(gaps[c]), c))
    # The first cause comes first: it is what the answer is about.
    first = after.causes[0].id if after.causes else ""
    named.sort(key=lambda c: c != first)
    return [
        f"`{c}` {'rose' if gaps[c] > 0 else 'fell'} from {_share(old.get(c))} to {_share(new.get(c))}"
        for c in named[:MOST_NAMED]
    ]


def _share(likelihood: float | None) -> str:
    return percent(likelihood) if likelihood is not None and likelihood >= 0.01 else "below 1 %"


def _reasons(before: Answer, after: Answer) -> list[str]:
    """Why: what newly speaks for the first cause, or against the one that was first."""
    said = []
    old = {cause.id: cause for cause in before.causes}
    for cause in after.causes[:1]:
        known = old[cause.id].supports if cause.id in old else []
        if new := [s for s in cause.supports if s not in known]:
            said.append(sentence(f"For `{cause.id}` speaks now: {'; '.join(new[:MOST_NAMED])}"))
    new_by_id = {cause.id: cause for cause in after.causes}
    for cause in before.causes[:1]:
        now = new_by_id.get(cause.id)
        if now and (new := [s for s in now.against if s not in cause.against]):
            said.append(sentence(f"Against `{cause.id}` speaks now: {'; '.join(new[:MOST_NAMED])}"))
    return said


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
