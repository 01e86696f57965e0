"""An answer as plain text for a terminal: what to do first, then why, then who else can act."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from agent.diagnosis.action import leading
from agent.diagnosis.diagnosis import Answer, Evidence
from agent.diagnosis.escape import one_line, visible
from agent.diagnosis.wording import (
    ACTION_WORDS,
    LANE_NAMES,
    bucket_text,
    contradiction_text,
    error_title,
    likelihood_word,
    model_text,
    percent,
    short,
)
from agent.report.error_report import ErrorEvent

WIDTH = 100
NARROWEST = 40
COSTS = {"free": "", "may_charge": " [may cost money]", "charges": " [costs money]"}
MOST_CAUSES = 3
SHOWN_FLOOR = 0.05
"""A rival below this is not worth a line of the screen; the other formats list it."""
MOST_ERRORS = 4
MOST_NOTES = 4
MOST_ISSUES = 3


def render_text(answer: Answer, width: int = WIDTH) -> str:
    """The answer as plain text, at most `width` columns (never below 40); no colour codes."""
    width = max(width, NARROWEST)
    blocks = [
        [_headline(answer), *_wrapped(answer.diagnosis.summary, width, "", "")],
        _titled("Error", _errors(answer, width)),
        _titled("Account", _account(answer, width)),
        _titled("Causes", _causes(answer, width)),
        _titled("Recommendation", _wrapped(answer.diagnosis.recommendation, width)),
        _titled("Question", _question(answer, width)),
        _titled("Do this", _steps(answer, width)),
        _titled("Example", _example(answer)),
        _titled("Notes", _items(_notes(answer), width)),
        _titled("If a person is needed", _handoff(answer, width)),
        _titled("Related issues", _issues(answer, width)),
        _titled("Sources", _sources(answer)),
        _titled("Model", _wrapped(model_text(answer), width)),
    ]
    lines = [line for block in blocks for line in block]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _wrapped(text: str, width: int, first: str = "  ", rest: str = "  ") -> list[str]:
    return textwrap.wrap(
        one_line(text),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _titled(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [title, *found] if found else []


def _items(texts: Iterable[str], width: int) -> list[str]:
    return [line for text in texts for line in _wrapped(text, width, "  - ", "    ")]


def _headline(answer: Answer) -> str:
    d = answer.diagnosis
    if not leading(answer.causes):
        return ACTION_WORDS[d.action]
    word = likelihood_word(d.confidence, False)
    return f"{ACTION_WORDS[d.action]}: {word}, {percent(d.confidence)} ({one_line(answer.causes[0].id)})"


def _errors(answer: Answer, width: int) -> Iterator[str]:
    errors = answer.report.errors
    same: dict[tuple[str, str], list[ErrorEvent]] = {}
    for event in errors:
        same.setdefault((error_title(event), event.message or ""), []).append(event)
    for (title, message), events in list(same.items())[:MOST_ERRORS]:
        times = sum(event.count for event in events)
        yield from _wrapped(f"{title}{f', {times} times' if times > 1 else ''}: {short(message, 300)}", width)
        if ids := [rid for event in events for rid in event.request_ids]:
            yield from _wrapped(f"request ids: {', '.join(ids[:6])}", width)
    if len(same) > MOST_ERRORS:
        yield f"  and {len(same) - MOST_ERRORS} other errors"


def _account(answer: Answer, width: int) -> Iterator[str]:
    usage = answer.usage
    for bucket in usage.buckets:
        yield from _wrapped(bucket_text(bucket), width)
    if usage.lane != "unknown":
        yield f"  the error names the lane: {LANE_NAMES[usage.lane]}"
    for c in usage.contradictions:
        yield from _wrapped(f"contradiction: {contradiction_text(c)}", width, "  ", "    ")


def _causes(answer: Answer, width: int) -> Iterator[str]:
    shown = [c for i, c in enumerate(answer.causes[:MOST_CAUSES]) if i == 0 or c.likelihood >= SHOWN_FLOOR]
    for rank, cause in enumerate(shown):
        share = percent(cause.likelihood)
        yield from _wrapped(f"{cause.title} ({cause.id})", width, f"  {share:>5}  ", " " * 9)
        if rank == 0 and cause.supports:
            yield from _wrapped("for: " + "; ".join(cause.supports[:3]), width, " " * 9, " " * 9)
        if rank == 0 and cause.against:
            yield from _wrapped("against: " + "; ".join(cause.against[:2]), width, " " * 9, " " * 9)


def _question(answer: Answer, width: int) -> Iterator[str]:
    if question := answer.diagnosis.question:
        yield from _wrapped(question.text, width)
        yield from _wrapped(f"how to find out: {question.how}", width)


def _steps(answer: Answer, width: int) -> Iterator[str]:
    for number, step in enumerate(answer.diagnosis.guidance, 1):
        undo = "" if step.reversible else " [cannot be undone]"
        yield from _wrapped(f"{step.step}{COSTS[step.cost]}{undo}", width, f"  {number}. ", "     ")


def _example(answer: Answer) -> Iterator[str]:
    example = visible(answer.diagnosis.example or "").splitlines()
    commands = [line.strip() for line in example if line.strip() and not line.lstrip().startswith("#")]
    steps = " ".join(step.step for step in answer.diagnosis.guidance)
    # An example that mostly repeats the steps costs the reader a screen and tells nothing new.
    if sum(command in steps for command in commands) * 2 <= len(commands):
        yield from (f"  {line}" for line in example)


def _notes(answer: Answer) -> list[str]:
    # Notes about the run stand last and must be seen, so the cut is made before them.
    notes = answer.diagnosis.notes
    shown = notes if len(notes) <= MOST_NOTES else [*notes[: MOST_NOTES - 1], notes[-1]]
    fixes = [
        f"{f.version} {f.relation.replace('_', ' ')}: {f.line}" for f in answer.diagnosis.fix_versions[:3]
    ]
    return [*shown, *fixes]


def _handoff(answer: Answer, width: int) -> Iterator[str]:
    if person := answer.diagnosis.handoff:
        yield from _wrapped(f"to: {person.to}", width, "  ", "    ")
        for name, said in (
            ("request ids", person.request_ids),
            ("known", person.facts),
            ("missing", person.missing),
        ):
            if said:
                yield from _wrapped(f"{name}: {'; '.join(said)}", width, "  ", "    ")


def _issues(answer: Answer, width: int) -> Iterator[str]:
    for issue in answer.issues[:MOST_ISSUES]:
        named = f"{issue.repository}#{issue.number}: {issue.title} ({issue.why})"
        yield f"  {short(visible(named), width - 2)}"


def _sources(answer: Answer) -> Iterator[str]:
    cited = {cite for step in answer.diagnosis.guidance for cite in step.cites}
    shown: list[Evidence] = [e for e in answer.diagnosis.evidence if e.url and e.id in cited]
    for entry in shown[:4]:
        yield f"  {entry.id} {one_line(entry.url or '')}"
