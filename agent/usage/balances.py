"""Money that people state in prose: what is spent against a cap, and what is left (claimed)."""

from __future__ import annotations

import re
from typing import Literal

from agent.usage.account import BucketName
from agent.usage.figures import Figures
from agent.usage.money import Money, money_at

Purse = Literal["extra", "api", "workspace", "other"]
_MARK = re.compile(
    r"[$€£¥₹]\s?\d|\d\s?[€£]|\b(?:EUR|USD|GBP|CAD|AUD|CHF|INR)\b|\d (?:dollars?|euros?)\b"
    r"|\d\.\d\d |balance -?\d",
    re.I,
)
_PURSE = re.compile(
    r"(?P<workspace>\bworkspace (?:api )?(?:usage )?(?:spend(?:ing)? )?(?:limit|cap|budget)s?\b)"
    r"|(?P<other>\baccount limits?\b|\bclaude code\b|\bsubscription price\b)"
    r"|(?P<api>\bconsole\b|\bapi[- ](?:credits?|balance|billing|account)\b"
    r"|\bcredits? in (?:my |the )?(?:api|console)\b|\bplatform\.claude\b|\bcredit balance\b"
    r"|\bapi key\b)"
    r"|(?P<extra>\bextra[- ](?:usage|credits?|limits?)\b|\busage credits?\b|\boverages?\b"
    r"|\bauto-?reload\b|\bmonthly (?:spend(?:ing)? )?(?:cap|limit|budget)\b"
    r"|\bcurrent balance\b|\bspend(?:ing)? (?:cap|limit)\b|\bspent\b|\b(?:one-time|promo\w*"
    r"|transition) credit\b)",
    re.I,
)
_ORG = re.compile(r"\borg(?:ani[sz]ation)?\b|\bteam\b|\bworkspace\b", re.I)
_CLAIMED = re.compile(
    r"\b(?:claimed|redeemed|bought|purchased|topped up|loaded|added)\b[^.;\n]{0,40}\bcredits?\b", re.I
)
MOST_LINES = 40


def read_balances(text: str, figures: Figures) -> None:
    """Add the claimed amounts of `text`, line by line; an amount with no purse near it is left out."""
    done = 0
    end = -1
    for mark in _MARK.finditer(text):
        if mark.start() < end:
            continue
        start = max(text.rfind("\n", 0, mark.start()) + 1, mark.start() - 400, end, 0)
        stop = text.find("\n", mark.start())
        end = min(stop if stop >= 0 else len(text), mark.start() + 400)
        _read_line(text[start:end], figures)
        done += 1
        if done >= MOST_LINES:
            return


def _read_line(line: str, figures: Figures) -> None:
    entries = money_at(line)
    if not entries:
        return
    purses = list(_PURSE.finditer(line))
    got_credit = bool(_CLAIMED.search(line))
    for entry in entries:
        purse = _purse(entry, purses)
        if purse is None and got_credit and entry.role == "bought":
            purse = "extra"
        if purse and purse != "other":
            _add(purse, entry, figures)
    if _ORG.search(line) and any(e.role in ("balance", "bought") and e.value > 0 for e in entries):
        figures.flag("org_has_credit", True)


def _purse(entry: Money, purses: list[re.Match[str]]) -> Purse | None:
    """The purse named nearest to the amount, within a sentence's length."""

    def gap(found: re.Match[str]) -> int:
        return found.start() - entry.end if found.start() >= entry.end else max(0, entry.start - found.end())

    near = [found for found in purses if gap(found) <= 90]
    if not near:
        return None
    best = min(near, key=gap)
    return best.lastgroup  # type: ignore[return-value]  # the groups are named after the purses


def _add(purse: Purse, entry: Money, figures: Figures) -> None:
    if entry.role in ("balance", "bought") and purse != "workspace":
        name: BucketName = "api_credits" if purse == "api" else "extra_usage_balance"
        if entry.role == "bought" and any(bucket.name == name for bucket in figures.buckets):
            return  # a balance that is stated says more than a purchase
        figures.add(name, "claimed", remaining=entry.value, currency=entry.currency)
    elif purse == "workspace":
        if entry.role == "limit" or entry.role == "unknown":
            figures.add("workspace_spend", "claimed", limit=entry.value, currency=entry.currency)
        elif entry.role == "used":
            figures.add("workspace_spend", "claimed", used=entry.value, currency=entry.currency)
    elif purse == "extra" and entry.role == "limit":
        figures.add("extra_usage_cap", "claimed", limit=entry.value, currency=entry.currency)
    elif purse == "extra" and entry.role in ("used", "unknown"):
        figures.add("extra_usage_cap", "claimed", used=entry.value, currency=entry.currency)
