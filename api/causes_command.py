"""`causes`: the catalogue as text, one cause in full, and the check of cause files."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

from agent.causes.catalogue import parse_cause
from agent.causes.cause import Cause, SignUse
from agent.compose import load_catalogue
from agent.errors import BadCatalogue, BadInput
from api.environment import load_settings
from api.paste import decode

_COSTS = {"free": "", "may_charge": " [may cost money]", "charges": " [costs money]"}


def list_causes() -> str:
    """One line a cause: id and title."""
    catalogue = load_catalogue(load_settings())
    width = max((len(cause.id) for cause in catalogue.causes), default=0)
    lines = [f"{cause.id:<{width}}  {cause.title}" for cause in catalogue.causes]
    lines += [f"Your team's own file replaces {cause}." for cause in catalogue.replaced]
    return "\n".join(lines)


def show_cause(cause_id: str) -> str:
    """One cause in full. Raises `BadInput` for an unknown id, with the nearest ones."""
    causes = load_catalogue(load_settings()).by_id
    if cause_id not in causes:
        near = difflib.get_close_matches(cause_id, causes, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "`caseworker causes` lists them."
        raise BadInput(f"No cause is called {cause_id!r}; {hint}")
    return "\n".join(_lines(causes[cause_id]))


def check_files(files: list[str]) -> int:
    """Say for each cause file whether it is valid; the number of those that are not."""
    if not files:
        raise BadInput("Name at least one file: caseworker causes check FILE...")
    seen: dict[str, str] = {}
    bad_files = 0
    for name in files:
        try:
            cause = parse_cause(_text(name), name)
            if cause.id in seen:
                raise BadCatalogue(file=name, why=f"the id {cause.id} stands in {seen[cause.id]} too")
            seen[cause.id] = name
            sys.stdout.write(f"{name}: ok, {cause.id}\n")
        except (BadCatalogue, BadInput) as bad:
            bad_files += 1
            sys.stderr.write(f"caseworker: {bad}\n")
    return bad_files


def _text(name: str) -> str:
    try:
        raw = Path(name).read_bytes()
    except OSError as bad:
        raise BadInput(f"{name}: {bad.strerror or bad}.") from None
    return decode(raw, name)


def _lines(cause: Cause) -> Iterator[str]:
    yield f"{cause.id}: {cause.title}"
    yield "Confirmed by a source." if cause.confirmed else "Not confirmed by a source: called likely at most."
    if cause.since or cause.until:
        yield f"From {cause.since or 'unknown'} until {cause.until or 'now'}."
    yield from ("", cause.explanation.strip(), "", "Signs, with what each adds (log-odds):")
    yield from (_sign(use) for use in cause.signs)
    if cause.questions:
        yield from ("", "Questions:")
        yield from (f"  {question.text} How: {question.how}" for question in cause.questions)
    yield from ("", "Guidance:")
    for number, step in enumerate(cause.steps, 1):
        only = f" ({', '.join(step.platforms)})" if step.platforms else ""
        yield f"  {number}. {step.step}{only}{_COSTS[step.cost]}"
        yield f"     {step.why}"
    if cause.handoff:
        yield from ("", f"Handoff: {cause.handoff.to}")
        yield from (f"  {fact}" for fact in cause.handoff.facts)
    yield from ("", "Sources (A official, B several reports, C one report):")
    yield from (f"  [{source.grade}] {source.says} {source.url}" for source in cause.sources)


def _sign(use: SignUse) -> str:
    args = ", ".join(f"{key}={value!r}" for key, value in use.args.items())
    return f"  {use.present:+.1f} present, {use.absent:+.1f} absent: {use.says} [{use.sign}({args})]"
