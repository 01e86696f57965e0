"""A wave in plain words: counts, dates, versions and platforms, and nothing that another reporter wrote."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.diagnosis.wording import PLATFORM_NAMES
from agent.issues.skew import is_beside
from agent.issues.wave import Skew, Wave
from agent.report.error_report import ErrorReport

MOST_WAVES = 2


def wave_evidence(wave: Wave) -> str:
    """The wave in one line of the ledger."""
    sources = [
        f"{count} {name if count == 1 else name + 's'}"
        for count, name in ((wave.issues, "known issue"), (wave.reports, "report"))
        if count
    ]
    said = [f"wave of this error: {wave.count} others {_when(wave)} ({', '.join(sources)}), {_usual(wave)}"]
    if wave.skew:
        said.append(_versions(wave.skew))
    if wave.platforms:
        named = (f"{PLATFORM_NAMES.get(name, name)} {count}" for name, count in wave.platforms.items())
        said.append(f"platforms: {', '.join(named)}")
    return "; ".join(said)


def wave_note(wave: Wave, report: ErrorReport) -> str:
    """What the wave means for this report."""
    note = f"A wave: {wave.count} others met this error {_when(wave)}, {_usual(wave)}."
    version = report.value("client_version")
    if wave.skew:
        note += f" {_versions(wave.skew).capitalize()}."
        if version and is_beside(version, wave.skew):
            return f"{note} This report's client is {version}, so its cause may be another one."
    return f"{note} So the cause need not lie in this account alone."


def _versions(skew: Skew) -> str:
    known = f"all {skew.wave}" if skew.wave == skew.wave_known else f"{skew.wave} of {skew.wave_known}"
    return (
        f"{known} with a known version are on clients {skew.side} than {skew.than}, "
        f"as were {skew.quiet} of {skew.quiet_known} reports before"
    )


def _when(wave: Wave) -> str:
    first, last = wave.first_seen.astimezone(UTC), wave.last_seen.astimezone(UTC)
    return f"on {_day(first)}" if first.date() == last.date() else f"since {_day(first)}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _usual(wave: Wave) -> str:
    rate = wave.baseline_per_day
    if rate >= 0.5:
        return f"where {rate:.1f} a day are usual"
    days = round(1 / rate) if rate > 0 else 0
    return f"where one in {days} days is usual" if 2 <= days <= 100 else "where hardly one a month is usual"
