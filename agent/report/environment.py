"""Weigh the readings of the environment: one wins for each field, those that disagree are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from agent.report.credentials import auth_readings, base_url_readings, model_readings, plan_of, plan_readings
from agent.report.error_report import Conflict, Reading, ReadingSource, Submission
from agent.report.form import Form
from agent.report.machine import Found, platform_readings, surface_reading, system_of, terminal_reading
from agent.report.programs import desktop, official, program_of_repository, third_parties
from agent.report.redact import redact
from agent.report.terminal import Screen
from agent.report.versions import bare_version, is_outdated, version_readings

_TRUST = {
    "field": 0,
    "command": 1,
    "banner": 2,
    "form": 3,
    "user-agent": 4,
    "log": 5,
    "error": 6,
    "url": 7,
    "prose": 8,
    "checkbox": 9,
}
_LOUD = ("client_version", "platform", "plan", "auth", "base_url")
_FROM_SURE_SOURCES = ("platform", "auth", "plan")
_MOST_READINGS = 6
_MOST_DISTINCT = 200
_MOST_TEXT = 32_000


class Environment(NamedTuple):
    """The winning readings and the conflicts."""

    fields: dict[str, Reading]
    conflicts: list[Conflict]


def read_environment(submission: Submission, screen: Screen, form: Form) -> Environment:
    """What the text and the fields of `submission` say about the machine, the account and the client."""
    view = screen.head(_MOST_TEXT)
    readings: dict[str, list[Reading]] = {}
    found: list[tuple[str, Iterable[Found]]] = [
        ("client_version", version_readings(view, form)),
        ("platform", platform_readings(view, form)),
        ("plan", plan_readings(view)),
        ("auth", auth_readings(view, form)),
        ("model", model_readings(view, form)),
        ("base_url", base_url_readings(view)),
        ("surface", surface_reading(view, form)),
        ("terminal", terminal_reading(view, form)),
    ]
    for name, each in found:
        readings[name] = [*_stated(submission, name), *_rows(each, screen)]
    if not readings["client_version"] and (bare := bare_version(view)):
        readings["client_version"] = [Reading(value=bare[0], source="prose", span=screen.span(*bare[2:]))]
    readings["client"] = _clients(submission, screen, view, bool(readings["client_version"]))
    fields: dict[str, Reading] = {}
    conflicts: list[Conflict] = []
    for name, each_reading in readings.items():
        _settle(name, each_reading, fields, conflicts)
    _latest(submission, screen, form, readings["client_version"], conflicts)
    return Environment(fields, conflicts)


def _rows(found: Iterable[Found], screen: Screen) -> list[Reading]:
    """What was found, each value once for each source, where it stands first."""
    first: dict[tuple[str, ReadingSource], tuple[int, int]] = {}
    for value, source, start, end in found:
        first.setdefault((value, source), (start, end))
        if len(first) >= _MOST_DISTINCT:
            break
    return [Reading(value=v, source=s, span=screen.span(*where)) for (v, s), where in first.items()]


def _stated(submission: Submission, name: str) -> list[Reading]:
    """What the sender put in a field of its own, in the words that the texts use too."""
    value = getattr(submission.environment, name, None) if submission.environment else None
    if not isinstance(value, str) or not value.strip():
        return []
    value = redact(value.strip()).text
    if name == "platform":
        value = system_of(value) or value
    elif name == "plan":
        value = plan_of(value)
    elif name == "client_version" and (found := re.search(r"\d+\.\d+\.\d+", value)):
        value = found.group(0)
    return [Reading(value=value, source="field")]


def _settle(
    name: str, readings: list[Reading], fields: dict[str, Reading], conflicts: list[Conflict]
) -> None:
    if not readings:
        return
    ordered = sorted(readings, key=lambda reading: _TRUST[reading.source])
    fields[name] = ordered[0]
    if name == "plan":
        fields[name] = next((r for r in ordered if r.value.startswith(ordered[0].value + "-")), ordered[0])
    if name not in _LOUD:
        return
    distinct: dict[str, Reading] = {}
    for reading in ordered:
        if reading.source == "prose" and name in (*_FROM_SURE_SOURCES, "client_version"):
            continue
        distinct.setdefault(reading.value.rstrip("/").lower(), reading)
    if name == "plan":
        _drop_families(distinct)
    if len(distinct) > 1:
        conflicts.append(Conflict(field=name, readings=list(distinct.values())[:_MOST_READINGS]))


def _drop_families(distinct: dict[str, Reading]) -> None:
    """``max`` does not disagree with ``max-20x``."""
    for value in list(distinct):
        if any(other.startswith(value + "-") for other in distinct):
            del distinct[value]


def _clients(submission: Submission, screen: Screen, view: Screen, has_version: bool) -> list[Reading]:
    """The programs that may have sent the requests, the likeliest first."""
    title = submission.title or ""
    third = _rows(third_parties(view, len(title)), screen)
    own = official(view)
    window = desktop(view)
    tracker = program_of_repository(submission.source.url if submission.source else None)
    readings: list[Reading] = []
    if tracker and tracker != "claude-code":
        readings.append(Reading(value=tracker, source="url"))
    if third:
        readings += third[:_MOST_READINGS]
    if own and not third:
        readings.insert(0, Reading(value=own[0], source=own[1], span=screen.span(*own[2:])))
    elif window and not third:
        readings.append(Reading(value=window[0], source=window[1], span=screen.span(*window[2:])))
    elif not readings and (tracker or submission.product == "claude-code" or has_version):
        readings.append(Reading(value="claude-code", source="url" if tracker else "field"))
    return readings[:1]


def _latest(
    submission: Submission, screen: Screen, form: Form, versions: list[Reading], conflicts: list[Conflict]
) -> None:
    """The ticked box "I am using the latest version" against a version that was not the latest."""
    reported = submission.source.reported_at if submission.source else None
    shown = next((r for r in versions if re.fullmatch(r"\d+\.\d+\.\d+", r.value)), None)
    if not form.latest or not shown or not is_outdated(shown.value, reported.date() if reported else None):
        return
    box = Reading(value="latest", source="checkbox", span=screen.span(form.latest.start, form.latest.end))
    for number, conflict in enumerate(conflicts):
        if conflict.field == "client_version":
            conflicts[number] = Conflict(field="client_version", readings=[*conflict.readings, box])
            return
    conflicts.append(Conflict(field="client_version", readings=[shown, box]))
