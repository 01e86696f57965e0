"""The summary and the recommendation, worded from the cause files and the report's own facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.causes.cause import Cause, Differential
from agent.diagnosis.action import leading
from agent.diagnosis.diagnosis import Action, Handoff
from agent.diagnosis.laws.money import asks_to_pay
from agent.diagnosis.ledger import plan_figures
from agent.diagnosis.wording import (
    PLATFORM_NAMES,
    error_title,
    likelihood_word,
    platform_of,
    sentence,
)
from agent.report.error_report import ErrorReport
from agent.usage.account import UsageAssessment

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue

LANE_SENTENCE = "The message names a billing lane, not a spent limit."
NOTHING_MISSING = "Do the free checks; nothing else is advised until they are done."
MOST_MISSING = 6
_VERSION = re.compile(r"\d+(?:\.\d+){1,3}\Z")
_PLAN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ]{0,19}\Z")


def names_a_lane(report: ErrorReport, usage: UsageAssessment, first: Cause | None) -> bool:
    """Whether the message asks for money although the account or the cause speaks against it."""
    misrouted = first is not None and first.misrouted
    return (usage.verdict == "contradiction" or misrouted) and message_asks_to_pay(report)


def message_asks_to_pay(report: ErrorReport) -> bool:
    """Whether an error message in the report advises to pay."""
    return any(event.message and asks_to_pay(event.message) for event in report.errors)


def summary_for(
    action: Action,
    report: ErrorReport,
    usage: UsageAssessment,
    differential: Differential,
    catalogue: Catalogue,
) -> str:
    """Two to five sentences: what it likely is, what the message means, what the report shows."""
    leaders = [(catalogue.by_id[w.id], w) for w in leading(differential.ranked) if w.id in catalogue.by_id]
    first = leaders[0][0] if leaders else None
    said: list[str] = []
    if action in ("answer", "handoff") and first:
        word = likelihood_word(leaders[0][1].likelihood, first.confirmed)
        said += [f"{word.capitalize()} cause: {sentence(first.title)}", sentence(first.summary)]
    elif action == "ask" and differential.question:
        named = "; ".join(c.title.rstrip(".") for c, _ in leaders)
        said += [f"Not settled yet. Possible causes: {sentence(named or 'several')}"]
        said += [f"One answer parts them: {sentence(differential.question.text)}"]
    else:
        said += _not_known(report, [c for c, _ in leaders])
    if names_a_lane(report, usage, first):
        said.append(LANE_SENTENCE)
    if facts := _facts(report, usage):
        said.append(f"The report shows {facts}.")
    return " ".join(said)


def _not_known(report: ErrorReport, leaders: list[Cause]) -> list[str]:
    if report.errors:
        said = [f"The cause is not known from what was sent; the error is {error_title(report.errors[0])}."]
    else:
        said = ["The cause is not known from what was sent: no API error was found in it."]
    if leaders:
        said.append(sentence("Possible, but not shown: " + "; ".join(c.title.rstrip(".") for c in leaders)))
    else:
        said.append("None of the known causes is likely.")
    return said


def _facts(report: ErrorReport, usage: UsageAssessment) -> str:
    facts = []
    version, plan = report.value("client_version"), usage.plan or report.value("plan")
    if version and _VERSION.match(version):
        facts.append(f"client version {version}")
    if platform := platform_of(report):
        facts.append(PLATFORM_NAMES[platform])
    if plan and _PLAN.match(plan):
        facts.append(f"plan {plan}")
    facts += plan_figures(usage)[:2]
    return ", ".join(facts)


def recommendation_for(
    action: Action, differential: Differential, first: Cause | None, person: Handoff | None
) -> str:
    """The one thing to do next; where nothing is concluded, what to send."""
    if action in ("answer", "handoff") and first:
        return sentence(first.recommendation)
    if action == "ask" and differential.question:
        question = differential.question
        return f"Answer this first: {sentence(question.text)} How: {sentence(question.how)}"
    missing = "; ".join(person.missing[:MOST_MISSING]) if person else ""
    return f"Send what is missing: {sentence(missing)}" if missing else NOTHING_MISSING
