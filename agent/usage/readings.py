"""Every form in which usage arrives, in the order of trust: fields, objects, headers, screens, prose."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent.report.error_report import ErrorReport, Submission
from agent.report.statements import is_order
from agent.usage.balances import read_balances
from agent.usage.claims import read_percentages
from agent.usage.figures import Figures
from agent.usage.headers import headers_in, is_headers, read_headers
from agent.usage.native import read_native
from agent.usage.oauth_usage import is_oauth_usage, read_oauth_usage
from agent.usage.screens import read_screens
from agent.usage.sentences import masked, unwrapped
from agent.usage.statements import read_statements

MOST_TEXT = 200_000  # characters of a text that are looked at
LONGEST_OBJECT = 20_000
_WRAPPERS = ("usage", "data", "rate_limits", "headers", "response", "account", "body")
_KEYS_IN_TEXT = re.compile(r"\"(?:five_hour|seven_day|rate_limits|session_5h)\"\s{0,3}:\s{0,3}\{")
_MESSAGE = re.compile(
    r"you(?:'|’)?(?:re| are) out of extra usage[^\n\"]{0,120}|third-party apps now draw from[^\n\"]{0,200}"
    r"|you(?:'|’)?ve hit your[^\n\"]{0,80}|(?:your )?credit balance (?:is )?too low[^\n\"]{0,110}"
    r"|extra usage is required for[^\n\"]{0,60}|extra usage when (?:disabled|off)\b",
    re.I,
)
_MESSAGE_WORDS = (
    "out of extra",
    "third-party apps",
    "ve hit your",
    "too low",
    "extra usage is req",
    "extra usage when",
)
_MAY_ORDER = re.compile(r"\d.{0,6}[%$€]|[%$€].{0,6}\d")  # an order without a figure does no harm here
_UNREADABLE = "The usage that was given could not be read: it has none of the known forms."


def read_account(submission: Submission, report: ErrorReport, moment: datetime) -> Figures:
    """Everything that the submission and the report's text say about the account. Never raises.

    `moment` is when the report was written; relative times count from it.
    """
    figures = Figures()
    _read_given(submission.usage, figures, moment)
    text = report.text[:MOST_TEXT]
    spans = _read_measured(text, figures, moment)
    spans += [span for event in report.errors for span in event.spans]
    _read_prose(_plain(text, spans), figures)
    if report.title:
        # A title repeats the text in fewer words: it fills gaps and never argues with the text.
        title = _plain(report.title[:500], [])
        read_percentages(title, figures, only_new=True)
        read_statements(title, figures)
        if not any(bucket.remaining is not None or bucket.used is not None for bucket in figures.buckets):
            read_balances(title, figures)
    return figures


def _read_given(usage: object, figures: Figures, moment: datetime) -> None:
    """The `usage` field: an object of any known form, or a text that holds one."""
    if usage is None or usage in ("", {}, []):
        return
    if isinstance(usage, str):
        known = _read_usage_text(usage[:MOST_TEXT], figures, moment)
    else:
        known = _read_object(usage, figures, moment, depth=0)
    if not known:
        figures.note(_UNREADABLE)


def _read_usage_text(text: str, figures: Figures, moment: datetime) -> bool:
    stripped = text.strip()
    if stripped[:1] in ("{", "["):
        found = _decode(stripped)
        if found is not None and _read_object(found, figures, moment, depth=0):
            return True
    spans = _read_measured(text, figures, moment)
    _read_prose(_plain(text, spans), figures)
    return not figures.empty


def _read_object(given: object, figures: Figures, moment: datetime, *, depth: int) -> bool:
    """One object, or the first readable one among its wrappers or list entries, three levels deep."""
    if isinstance(given, list) and depth < 3:
        return sum(_read_object(entry, figures, moment, depth=depth + 1) for entry in given[:20]) > 0
    if isinstance(given, str) and depth > 0:
        return (
            _read_usage_text(given[:MOST_TEXT], figures, moment) if "ratelimit-" in given.lower() else False
        )
    if not isinstance(given, Mapping):
        return False
    if is_headers(given):
        return read_headers(given, figures, moment)
    known = read_oauth_usage(given, figures) if is_oauth_usage(given) else read_native(given, figures)
    if depth < 3:
        for key in _WRAPPERS:
            if isinstance(given.get(key), dict | list | str):
                known = _read_object(given[key], figures, moment, depth=depth + 1) or known
    return known


def _read_measured(text: str, figures: Figures, moment: datetime) -> list[tuple[int, int]]:
    """Objects, headers and screens pasted into a text; returns the spans they take up."""
    spans = _read_pasted_objects(text, figures, moment)
    table = headers_in(text)
    if table:
        read_headers(table, figures, moment)
    return spans + read_screens(text, figures, moment)


def _read_pasted_objects(text: str, figures: Figures, moment: datetime) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    tries = 0
    for found in _KEYS_IN_TEXT.finditer(text):
        tries += 1
        if tries > 6 or (spans and found.start() < spans[-1][1]):
            continue
        starts = [m.start() for m in re.finditer(r"\{", text[max(0, found.start() - 2_000) : found.start()])]
        base = max(0, found.start() - 2_000)
        for start in [base + s for s in starts[-6:]]:
            decoded, length = _decode_at(text[start : start + LONGEST_OBJECT])
            if isinstance(decoded, dict) and start + length >= found.end():
                if _read_object(decoded, figures, moment, depth=0):
                    spans.append((start, start + length))
                break
    return spans


def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _decode_at(text: str) -> tuple[Any, int]:
    try:
        return json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return None, 0


def _plain(text: str, spans: list[tuple[int, int]]) -> str:
    """The prose alone: pasted structures and the service's own messages blanked, wrapped lines joined.

    An order to the program that reads is blanked too: its figures are nobody's claim.
    """
    known = masked(text, spans)
    low = known.lower()
    if any(words in low for words in _MESSAGE_WORDS):
        known = _MESSAGE.sub(lambda found: " " * len(found.group(0)), known)
    if _MAY_ORDER.search(known):
        known = "\n".join(" " * len(line) if is_order(line) else line for line in known.split("\n"))
    return unwrapped(known)


def _read_prose(text: str, figures: Figures) -> None:
    if "%" in text or "per" in text or "roz" in text or "por" in text or "pour" in text:
        read_percentages(text, figures)
    read_balances(text, figures)
    read_statements(text, figures)
