"""Rules about the account itself: its plan, its money, its displays, and whose request ids these are."""

from __future__ import annotations

import re
from datetime import datetime

from agent.report.error_report import ErrorReport
from agent.usage.account import Bucket, Contradiction, UsageAssessment
from agent.usage.lanes import uses_key
from agent.usage.refusal import refusal_of
from agent.usage.wording import WINDOW_WORDS, error_words, has_statement, money

FAR_APART = 15.0  # percentage points; displays lag by a few
_FAMILY = re.compile(r"\b(free|pro|max|team|enterprise)\b", re.I)
_SUBSCRIBER = re.compile(
    r"\b(?:max|pro|team) (?:\w+ )?(?:plan|subscri\w+|account|user)\b|\bclaude (?:max|pro)\b"
r"|\bmax (?:5x|20x|x5|x20)\b"
    r"|\bsubscri(?:ption|ber)\b|\b(?:pro|max)\s?\(", re.I,
)  # fmt: skip
_FOREIGN_ID = re.compile(r"\breq_[0-9a-f]{24}\b")
_DISPLAYS = re.compile(
    r"\b(?:dashboard|claude\.ai|web ?site|website|settings page|usage page|page|web|app|portal|console)\b",
    re.I,
)
_CLIENTS = re.compile(r"\b(?:claude code|cli|client|terminal|/usage|/status|status ?line|extension)\b", re.I)
_VERSUS = re.compile(r"\b(?:while|vs\.?|versus|but|whereas|yet|mismatch|differs?|disagree)\b", re.I)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?) ?%")
_STILL_SHOWS = re.compile(
    r"\b(?:header|banner|/status|cli|client|terminal|claude code"
r"|it)\b[^.;\n]{0,30}\b(?:still )?(?:shows?|says?|displays?|reports?|reads)\b"
    r"[^.;\n]{0,20}?\b(?:claude )?(?P<plan>max|pro|team|enterprise|free)\b", re.I,
)  # fmt: skip
_CHANGED = re.compile(
    r"\b(?:down|up)graded?\b[^.;\n]{0,20}\b(?:to|from)\b|\bswitched (?:plans?|from)\b"
    r"|\bwent from (?:max|pro|team|free)\b",
    re.I,
)
_NO_ORG = re.compile(
    r"\b(?:no|not (?:in|part of|on|a)|don'?t have|do not have|without"
    r"|isn'?t)\b[^.;\n]{0,20}\b(?:org\w*|team|enterprise)\b",
    re.I,
)


def family(plan: str | None) -> str | None:
    """free, pro, max, team or enterprise; None where the text names none."""
    found = _FAMILY.search((plan or "").replace("_", " "))
    return found.group(1).lower() if found else None


def credit_error_for_subscription_user(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """A Console credit error for somebody who pays by subscription."""
    refusal = refusal_of(report, now)
    plan = family(usage.plan) or family(report.value("plan"))
    if not refusal or refusal.kind != "credit_balance" or (uses_key(report) and not plan):
        return None
    said = None if plan else _SUBSCRIBER.search(f"{report.title or ''}\n{report.text[:65_536]}")
    if plan in (None, "free") and not said:
        return None
    shown = (
        f"The account is on the {plan} plan"
        if plan
        else f"The reporter speaks of a subscription ({said.group(0) if said else ''})"
    )
    return Contradiction(
        rule="credit-error-for-subscription-user",
        error_says=f"{error_words(refusal)}. That is the balance of API credits in the Console.",
        account_shows=shown + ", which does not draw on API credits.",
        means="The request was sent with an API key or another Console credential instead of the "
        "subscription login.",
    )


def banner_plan_differs_from_account(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """The plan that the client shows is not the account's."""
    refusal = refusal_of(report, now)
    if not refusal:
        return None
    readings = [r for c in report.conflicts if c.field == "plan" for r in c.readings]
    shown = [(family(r.value), r.value) for r in readings if r.source == "banner"]
    real = [(family(r.value), r.value) for r in readings if r.source != "banner"]
    reading = report.environment.get("plan")
    if usage.plan:
        real.insert(0, (family(usage.plan), usage.plan))
        if reading and not shown:
            shown = [(family(reading.value), reading.value)]
    elif reading and reading.source != "banner":
        real.insert(0, (family(reading.value), reading.value))
    text = report.text[:65_536]
    if not shown and _CHANGED.search(text) and (still := _STILL_SHOWS.search(text)):
        shown = [(still["plan"].lower(), still["plan"])]
    pair = next(((a, b) for a in shown for b in real if a[0] and b[0] and a[0] != b[0]), None)
    if not pair:
        return None
    return Contradiction(
        rule="banner-plan-differs-from-account",
        error_says=f"{error_words(refusal)}. The client shows the plan {pair[0][1]}.",
        account_shows=f"The account's plan is {pair[1][1]}.",
        means="The stored login may still carry the old plan, or belong to another account or organisation.",
    )


def foreign_request_id(report: ErrorReport, _usage: UsageAssessment, _now: datetime) -> Contradiction | None:
    """A request id of a form that no first-party endpoint issues: req_ and 24 lower-case hex digits."""
    ids = [rid for event in report.errors for rid in event.request_ids]
    found = next((rid for rid in ids if _FOREIGN_ID.fullmatch(rid)), None)
    if not found:
        return None
    return Contradiction(
        rule="foreign-request-id",
        error_says=f"The error carries the request id {found}.",
        account_shows="First-party ids start with req_011C; 24 lower-case hex digits are not of that form.",
        means="A compatible server or proxy answered, so the vendor cannot find this request.",
    )


def displays_disagree(report: ErrorReport, usage: UsageAssessment, now: datetime) -> Contradiction | None:
    """Two readings of one window that lie far apart."""
    refusal = refusal_of(report, now)
    if refusal is None and report.errors:
        return None
    pair = _far_apart(usage.plan_windows, f"{report.title or ''}\n{report.text[:65_536]}")
    if not pair:
        return _told_apart(report)
    one, two = pair
    return Contradiction(
        rule="displays-disagree",
        error_says=error_words(refusal) + "."
        if refusal
        else f"One display shows {WINDOW_WORDS[one.name]} at {one.used_percent:g} %.",
        account_shows=f"For {WINDOW_WORDS[one.name]} one reading is {one.used_percent:g} % ({one.basis}), "
        f"another {two.used_percent:g} % ({two.basis}).",
        means="The displays do not agree, so one of them is out of date; which one is right must be "
        "settled first.",
    )


def _told_apart(report: ErrorReport) -> Contradiction | None:
    """The reporter sets two displays side by side, where only one figure names its window."""
    told = next((s for s in report.statements if s.id == "displays-disagree" and s.affirmed), None)
    said = report.text[slice(*told.span)] if told else ""
    used = [float(figure) for figure in _PERCENT.findall(said)]
    if not used or max(used) - min(used) < FAR_APART:
        return None
    return Contradiction(
        rule="displays-disagree",
        error_says=f"One display shows {max(used):g} %.",
        account_shows=f"Another shows {min(used):g} % at the same time.",
        means="The displays do not agree, so one of them is out of date; which one is right must be "
        "settled first.",
    )


def _far_apart(windows: list[Bucket], text: str) -> tuple[Bucket, Bucket] | None:
    for index, one in enumerate(windows):
        for two in windows[index + 1 :]:
            apart = abs((one.used_percent or 0) - (two.used_percent or 0))
            if one.name != two.name or apart < FAR_APART:
                continue
            # Two claims of one kind may be two moments; only told side by side are they two displays.
            if one.basis != two.basis or all(p.search(text) for p in (_DISPLAYS, _CLIENTS, _VERSUS)):
                return one, two
    return None


def org_limit_on_personal_plan(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """An organisation's limit is named to somebody on a personal plan."""
    refusal = refusal_of(report, now)
    if not refusal or "org_limit" not in refusal.kinds:
        return None
    plan = family(usage.plan) or family(report.value("plan"))
    none_said = _NO_ORG.search(report.text[:65_536]) or has_statement(
        report, "personal-plan", "no-organization"
    )
    if plan not in ("pro", "max", "free") and not none_said:
        return None
    shown = (
        f"The plan is {plan}, a personal one"
        if plan in ("pro", "max", "free")
        else "The reporter belongs to no organisation"
    )
    return Contradiction(
        rule="org-limit-on-personal-plan",
        error_says=f"{error_words(refusal)}. It names an organisation's limit.",
        account_shows=shown + " (claimed)." if not usage.plan else shown + ".",
        means="The wording is wrong: it stands for the session window or the account's own monthly "
        "spend limit.",
    )


def credit_bought_but_refused(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """A positive balance, and still a refusal for want of money."""
    refusal = refusal_of(report, now)
    if not refusal:
        return None
    api = refusal.kind == "credit_balance"
    if not api and not refusal.kinds & {"extra_usage", "plan_limit"}:
        return None
    bucket = usage.bucket("api_credits" if api else "extra_usage_balance")
    cap = usage.bucket("extra_usage_cap")
    if not api and cap is not None and (cap.used_percent or 0) >= 100:
        return None  # the other gate explains the refusal
    positive = bucket is not None and (bucket.remaining or 0) > 0
    if not positive and not (api and usage.flags.get("org_has_credit")):
        return None
    shown = (
        f"{money(bucket.remaining or 0, bucket.currency)} is left ({bucket.basis})"
        if bucket and positive
        else "The reporter states a credit balance (claimed)"
    )
    return Contradiction(
        rule="credit-bought-but-refused",
        error_says=error_words(refusal) + ".",
        account_shows=f"{shown}.",
        means="The money is not the gate: the credit is not applied yet, or the request runs on "
        "another account or organisation.",
    )
