"""Which steps are shown, in which order: free ones first, for this platform, and of the right kind."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from agent.causes.cause import Cause, Differential, Step
from agent.diagnosis.action import leading
from agent.diagnosis.diagnosis import Action, Evidence, Guidance
from agent.diagnosis.laws.money import asks_to_pay, names_cost, paying_may_be_shown
from agent.diagnosis.ledger import cites_for
from agent.diagnosis.wording import PLATFORM_NAMES, platform_of
from agent.report.error_report import ErrorReport
from agent.usage.account import UsageAssessment

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue

MOST_CHECKS = 6
COST_WORDS = {"may_charge": "This may cost money.", "charges": "This costs money."}


def guidance(
    action: Action,
    report: ErrorReport,
    usage: UsageAssessment,
    differential: Differential,
    catalogue: Catalogue,
    ledger: list[Evidence],
) -> list[Guidance]:
    """The steps to show. An answer or handoff follows its cause; otherwise only free checks stand."""
    platform = platform_of(report)
    if action in ("answer", "handoff"):
        cause = catalogue.by_id[differential.ranked[0].id]
        may_pay = paying_may_be_shown(action, usage, differential.ranked, catalogue)
        chosen = [(cause, step) for step in _ordered(cause, platform, may_pay)]
    else:
        chosen = _common_checks(differential, catalogue, platform)
    contradiction = usage.verdict == "contradiction"
    return [
        Guidance(
            step=step.step,
            why=_why(step),
            cost=step.cost,
            reversible=step.reversible,
            cites=cites_for(f"{step.step} {step.why}", cause, ledger, contradiction),
        )
        for cause, step in chosen
    ]


def _why(step: Step) -> str:
    if step.cost == "free" or names_cost(f"{step.step} {step.why}"):
        return step.why
    return f"{step.why} {COST_WORDS[step.cost]}"


def _ordered(cause: Cause, platform: str | None, may_pay: bool) -> list[Step]:
    steps = for_platform(cause.steps, platform)
    free = [s for s in steps if s.cost == "free" and not asks_to_pay(s.step)]
    paid = [s for s in steps if s.cost != "free"] if may_pay else []
    return free + paid


def _common_checks(
    differential: Differential, catalogue: Catalogue, platform: str | None
) -> list[tuple[Cause, Step]]:
    """Free checks of the leading causes, taken in turns; a check presumes none of them."""
    causes = [catalogue.by_id[w.id] for w in leading(differential.ranked) if w.id in catalogue.by_id]
    columns = [
        [(c, s) for s in for_platform(c.steps, platform) if s.kind == "check" and s.cost == "free"]
        for c in causes
    ]
    found: list[tuple[Cause, Step]] = []
    seen: set[str] = set()
    for row in zip_longest(*columns):
        for pair in row:
            if pair is None or asks_to_pay(pair[1].step):
                continue
            key = _same(pair[1].step)
            if key not in seen:
                seen.add(key)
                found.append(pair)
    return found[:MOST_CHECKS]


def _same(step: str) -> str:
    """What makes two checks the same one: their commands, or their words where they name none."""
    commands = re.findall(r"`([^`]+)`", step)
    return " ".join(sorted(commands)) if commands else " ".join(re.findall(r"\w+", step.lower()))


def for_platform(steps: list[Step], platform: str | None) -> list[Step]:
    """The steps for one operating system; where it is not known, variants are merged into one line."""
    if platform is not None:
        return [s for s in steps if not s.platforms or platform in s.platforms]
    merged: list[Step] = []
    for step in steps:
        last = merged[-1] if merged else None
        if last and _variants(last, step):
            both = _named(last) + " " + _named(step)
            merged[-1] = last.model_copy(
                update={
                    "step": both,
                    "platforms": [*last.platforms, *step.platforms],
                    "why": _longer(last, step),
                }
            )
        else:
            merged.append(step)
    return merged


def _variants(one: Step, other: Step) -> bool:
    return bool(
        one.platforms
        and other.platforms
        and not set(one.platforms) & set(other.platforms)
        and (one.kind, one.cost, one.reversible) == (other.kind, other.cost, other.reversible)
    )


def _longer(one: Step, other: Step) -> str:
    return max(one.why, other.why, key=len)


def _named(step: Step) -> str:
    if re.match(r"On (?:macOS|Linux|Windows)\b", step.step):
        return step.step
    names = " and ".join(PLATFORM_NAMES[p] for p in step.platforms)
    return f"On {names}: {step.step}"
