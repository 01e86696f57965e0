"""Amounts of money in a line of text, each with the part it plays: spent, limit, balance or bought."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

Role = Literal["used", "limit", "balance", "bought", "unknown"]

_CURRENCIES = {
    "$": "USD", "us$": "USD", "ca$": "CAD", "c$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD",
    "hk$": "HKD",
    "s$": "SGD", "r$": "BRL", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "euro": "EUR", "euros": "EUR",
    "dollar": "USD", "dollars": "USD",
}  # fmt: skip
_CODES = "EUR|USD|GBP|CAD|AUD|NZD|CHF|INR|JPY|BRL|SEK|NOK|DKK|PLN|SGD|HKD|MXN|KRW|CNY"
_SIGN = r"(?:US|CA|AU|NZ|HK|[ACRS])?\$|€|£|¥|₹"
_DIGITS = r"\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?(?!\d)"
_MONEY = re.compile(
    rf"(?P<minus>-\s?)?(?:(?P<sign>{_SIGN})\s?|\b(?P<code>{_CODES})\s?)(?P<minus2>-)?(?P<value>{_DIGITS})"
    rf"|(?<![\w.,$€£])(?P<minus3>-)?(?P<value2>{_DIGITS})\s?(?P<unit>€|£|(?:{_CODES}|dollars?|euros?)\b)"
    r"|(?<![\w.,:$€£/-])(?P<bare>\d{1,6}\.\d{2})(?=\s(?:current |extra usage |credit )?(?:balance|spent)\b)"
    r"|(?<=balance )(?P<bare2>-?\d{1,6}\.\d{2})(?![\d.])",
    re.I,
)
_PAIR = re.compile(r"\s{0,2}\+?\s{0,2}(?:/|of|out of|from|von|de)\s{1,2}(?:my |the |a )?\Z|/\Z", re.I)
_ARROW = re.compile(r"\s{0,2}(?:->|→|=>|to)\s{0,2}\Z")
_USED = r"spent|consumed|used|burn(?:ed|t|ing)?|charged?|overage|debited|billed|drained|verbraucht"
r"|gastado|dépensés?"
_LEFT = r"balance|available|left|remaining|unused|prepaid|guthaben|saldo|solde"
_CAP = r"cap|limit|budget|maximum"
_GOT = r"bought|buy|purchased|topped[ -]up|top[ -]up|added|loaded|deposited|claimed|redeemed|paid for"
_AFTER = re.compile(
    rf"\b(?:(?P<used>{_USED})|(?P<balance>{_LEFT})|(?P<limit>{_CAP}|monthly)"
    rf"|(?P<credit>credits?|extra usage))\b",
    re.I,
)
_BEFORE = re.compile(
    rf"\b(?:(?P<bought>{_GOT})|(?P<used>{_USED})|(?P<balance>{_LEFT}|credits?)|(?P<limit>{_CAP}))\b", re.I
)
_CUT = re.compile(r"[,;()\n·|]|\.(?!\d)|\b(?:and|but|with|then)\b")
_PRICE = re.compile(
    r"\A\s?(?:/|per |a )\s?(?:mo|month|yr|year|seat)|\A\s?(?:usd )?(?:max |pro )?(?:plan"
    r"|subscription|tier)\b",
    re.I,
)

_PLAN_BEFORE = re.compile(r"\b(?:plan|max|pro|team|5x|20x|x5|x20|subscription)\s?[(:]?\s?\Z", re.I)


@dataclass(frozen=True)
class Money:
    """One amount in units of `currency` (None where only the figure stands), and where it stands."""

    value: float
    currency: str | None
    role: Role
    start: int
    end: int


def money_at(line: str) -> list[Money]:
    """The amounts of a line, in order; prices of a plan ("$100/month") are left out."""
    found = list(_MONEY.finditer(line))[:30]
    entries: list[Money] = []
    for index, match in enumerate(found):
        next_start = found[index + 1].start() if index + 1 < len(found) else len(line)
        after = line[match.end() : min(next_start, match.end() + 60)]
        if _PRICE.match(after) or _PLAN_BEFORE.search(line[max(0, match.start() - 20) : match.start()]):
            continue
        entry = Money(_value(match), _currency(match), "unknown", match.start(), match.end())
        before = line[max(found[index - 1].end() if index else 0, match.start() - 60) : match.start()]
        last = entries[-1] if entries else None
        if last and last.role in ("used", "unknown") and _PAIR.search(line[last.end : match.start()]):
            entries[-1] = replace(last, role="used")
            entries.append(replace(entry, role="limit"))
        elif last and _ARROW.match(line[last.end : match.start()]):
            entries[-1] = replace(entry, role="used" if entry.value > last.value else "balance")
        else:
            entries.append(replace(entry, role=_role(before, after)))
    return entries


def _role(before: str, after: str) -> Role:
    near = _CUT.split(after, maxsplit=1)[0]
    lead = _CUT.split(before)[-1]
    words = list(_AFTER.finditer(near))
    # A word for the part beats the thing itself: "$600 of extra usage available" is a balance.
    told = next((word for word in words if word.lastgroup != "credit"), words[0] if words else None)
    led = list(_BEFORE.finditer(lead))
    if led and led[-1].lastgroup == "bought":
        return "bought"
    if told and told.lastgroup in ("used", "balance", "limit"):
        return told.lastgroup  # type: ignore[return-value]  # the groups are named after the roles
    if led:
        return led[-1].lastgroup  # type: ignore[return-value]  # the groups are named after the roles
    return "balance" if told and re.search(r"credits?", near, re.I) else "unknown"


def _value(match: re.Match[str]) -> float:
    digits = match["value"] or match["value2"] or match["bare"] or match["bare2"]
    if re.fullmatch(r"-?\d+,\d{1,2}", digits):
        digits = digits.replace(",", ".")
    negative = bool(match["minus"] or match["minus2"] or match["minus3"])
    value = float(digits.replace(",", ""))
    return -value if negative else value


def _currency(match: re.Match[str]) -> str | None:
    mark = match["sign"] or match["code"] or match["unit"]
    return None if not mark else _CURRENCIES.get(mark.lower(), mark.upper())
