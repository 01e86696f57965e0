"""`waves`: bursts of one error in what is stored, as text or as JSON."""

from __future__ import annotations

import asyncio

from agent.compose import SystemClock, load_lexicon, open_waves
from agent.issues.wave import Skew, Wave
from agent.report.lexicon import Lexicon
from api.environment import load_settings
from api.schemas import WaveList
from api.since import parse_since

_NAMED = 5
"""Members that the text names; JSON has more."""


def show_waves(since: str | None, form: str) -> str:
    """The waves since a date or some days ago. Raises `BadInput` and `StoreUnavailable`."""
    now = SystemClock().now()
    moment = parse_since(since, now)

    async def found() -> list[Wave]:
        async with open_waves(load_settings()) as waves:
            return await waves.every(moment, now)

    listed = with_messages(asyncio.run(found()), load_lexicon())
    if form == "json":
        return WaveList(as_of=now, waves=listed).model_dump_json(indent=2)
    return "\n\n".join(map(_text, listed)) or "No wave is found in what is stored."


def with_messages(waves: list[Wave], lexicon: Lexicon) -> list[Wave]:
    """Each wave with the message that its signature stands for, where that is a known one."""
    templates: dict[str, str] = {}
    for known in lexicon.messages:
        templates.setdefault(known.signature, known.template)
    return [wave.model_copy(update={"message": templates.get(wave.signature)}) for wave in waves]


def _text(wave: Wave) -> str:
    span = f"{wave.first_seen:%Y-%m-%d} to {wave.last_seen:%Y-%m-%d}"
    lines = [
        f"{wave.signature}  {wave.count} ({wave.issues} issues, {wave.reports} reports), {span}"
        f"{', going on' if wave.active else ''}",
        *([f"    message: {wave.message}"] if wave.message else []),
        f"    usual: {wave.baseline_per_day:g} a day; {wave.factor:g} times what was to be expected, "
        f"chance {wave.p_value:.1g}; found on {wave.found_at:%Y-%m-%d}",
        f"    versions: {_versions(wave)}",
    ]
    for name, counts in (("platforms", wave.platforms), ("plans", wave.plans)):
        if counts:
            lines.append(f"    {name}: {', '.join(f'{value} {count}' for value, count in counts.items())}")
    lines += [
        f"    contradicts: {other.url or other.ref}: {other.why}" for other in wave.contradicting[:_NAMED]
    ]
    if wave.canonical:
        lines.append(f"    point to: {wave.canonical.url}")
    rest = wave.count - _NAMED
    named = ", ".join(member.ref for member in wave.members[:_NAMED])
    lines.append(f"    members: {named}{f' and {rest} more' if rest > 0 else ''}")
    return "\n".join(lines)


def _versions(wave: Wave) -> str:
    known = [f"{each.version} ({each.wave})" for each in wave.versions if each.wave]
    listed = ", ".join(known) or "none known"
    return f"{listed}; {_skew(wave.skew)}" if wave.skew else listed


def _skew(skew: Skew) -> str:
    return (
        f"{skew.wave} of {skew.wave_known} {skew.side} than {skew.than}, against "
        f"{skew.quiet} of {skew.quiet_known} in quiet times ({skew.lift:g} times as often)"
    )
