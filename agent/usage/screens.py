"""The pasted `/usage` or `/status` screen, and the usage page of the web site copied as text.

A screen is told from prose by its shape: a progress bar, or a label on a line of its own above
"3% used". What has no such shape is left to the prose reader.
"""

from __future__ import annotations

import re
from datetime import datetime

from agent.usage.account import BucketName
from agent.usage.figures import Figures, percent
from agent.usage.money import money_at
from agent.usage.resets import find_reset

_BARS = "█▉▊▋▌▍▎▏▐░▒▓■□▰▱━─╸╺▬#=⣿"
_LABEL = (
    r"(?P<label>(?:current )?session(?: \(5[- ]?h(?:ours?)?\))?|(?:current "
    r"|this )?week(?: \([\w ]{3,30}\))?"
    r"|all models|(?:sonnet|opus|fable)(?: only)?|extra usage|usage credits)"
)
_GAP = rf"(?P<gap>[\s│|┃║:•·{_BARS}\-\[\]]{{1,400}}+)"
_RESETS = r"(?:(?P<resets>resets? [^\n█▌%]{2,60}?)[\s│|┃║]{1,200})?"
_WINDOW = re.compile(
    rf"(?<![\w(]){_LABEL}{_GAP}{_RESETS}(?P<gap2>[\s{_BARS}│"
    rf"|┃║\[\]]{{0,300}}+)(?P<figure>\d{{1,4}}(?:\.\d{{1,2}})?)\s?% used",
    re.I,
)
_AFTER = re.compile(r"[\s│|┃║]{0,300}(?=resets? )", re.I)
_SPENT = re.compile(r"\bspent\b|\bmonthly (?:spend )?limit\b|\bcurrent balance\b", re.I)
_RELOAD = re.compile(r"\bauto-?reload:?\s{0,3}(on|off)\b", re.I)
_PLAN = re.compile(
    r"\b(?:login method|subscription|account type):?\s{1,20}(?:claude )?(?P<plan>(?:max|pro"
    r"|team|enterprise|free)(?: ?\(?(?:5x|20x)\)?)?)(?: account| plan|\b)",
    re.I,
)


def read_screens(text: str, figures: Figures, moment: datetime) -> list[tuple[int, int]]:
    """Add what the screens in `text` show, as measured; returns the spans they take up."""
    low = text.lower()
    if "login method" in low and (plan := _PLAN.search(text)) and figures.plan is None:
        figures.plan = plan["plan"].strip().lower()
    if "% used" not in low and "%used" not in low:
        return []
    spans: list[tuple[int, int]] = []
    verbatim = "current week (" in low and "current session" in low  # labels only the screen has
    for found in _WINDOW.finditer(text):
        gap = found["gap"] + found["gap2"]
        if not (
            verbatim or found["resets"] or "\n" in gap or any(bar in gap for bar in _BARS if bar not in "-#=")
        ):
            continue
        name = _name(found["label"])
        used = percent(found["figure"])
        end = found.end()
        tail = _AFTER.match(text, end)
        reset = find_reset(found["resets"] or (text[tail.end() : tail.end() + 90] if tail else ""), moment)
        if tail and reset:
            end = tail.end() + len("resets ") + len(reset.words)
        figures.add(name, "measured", used_percent=used, resets_at=reset.at if reset else None)
        if name == "extra_usage_cap":
            end = _read_money(text, end, figures)
        spans.append((found.start(), end))
    return spans


def _name(label: str) -> BucketName:
    low = label.lower()
    if "extra" in low or "credits" in low:
        return "extra_usage_cap"
    if "session" in low:
        return "session_5h"
    if "sonnet" in low:
        return "weekly_sonnet"
    if "opus" in low:
        return "weekly_opus"
    return "weekly_other" if "fable" in low else "weekly_all"


def _read_money(text: str, start: int, figures: Figures) -> int:
    """The lines under the extra-usage bar: "$15.40 / $20.00 spent", balance, auto-reload."""
    end = start
    block = text[start : start + 300].split("\n\n\n")[0]
    for entry in money_at(block):
        if entry.role in ("used", "limit", "balance") and _SPENT.search(block):
            name: BucketName = "extra_usage_balance" if entry.role == "balance" else "extra_usage_cap"
            figures.add(
                name,
                "measured",
                used=entry.value if entry.role == "used" else None,
                limit=entry.value if entry.role == "limit" else None,
                remaining=entry.value if entry.role == "balance" else None,
                currency=entry.currency,
            )
            end = max(end, start + entry.end)
    if reload := _RELOAD.search(block):
        figures.flag("auto_reload", reload.group(1).lower() == "on")
    return end
