"""An answer as Markdown, under the contract's ten headings and no others."""

from __future__ import annotations

from collections.abc import Iterator

from agent.causes.cause import WeighedCause
from agent.diagnosis.diagnosis import Answer, Evidence, Guidance
from agent.diagnosis.escape import code_block, code_span, link, one_line, prose
from agent.diagnosis.screen import render_text
from agent.diagnosis.wording import (
    ACTION_WORDS,
    LANE_NAMES,
    bucket_text,
    contradiction_text,
    likelihood_word,
    model_text,
    percent,
    sentence,
)
from agent.report.error_report import ErrorEvent

__all__ = ["HEADINGS", "render_markdown", "render_text"]

HEADINGS = (
    "Summary (TL;DR)",
    "What the error says",
    "What the account shows",
    "Likely causes",
    "Guidance",
    "Example",
    "Notes",
    "Recommendation",
    "Related issues",
    "Evidence",
)
COSTS = {"free": "", "may_charge": " **May cost money.**", "charges": " **Costs money.**"}


def render_markdown(answer: Answer) -> str:
    """The whole answer as Markdown. Text of the report stands in code, or is escaped."""
    sections = (
        _summary,
        _errors,
        _account,
        _causes,
        _guidance,
        _example,
        _notes,
        _recommendation,
        _issues,
        _evidence,
    )
    blocks = []
    for heading, section in zip(HEADINGS, sections, strict=True):
        blocks.append(f"## {heading}\n\n" + "\n".join(section(answer)))
    return "\n\n".join(blocks) + "\n"


def _or_none(lines: list[str], none: str) -> list[str]:
    return lines or [none]


def _summary(answer: Answer) -> list[str]:
    d = answer.diagnosis
    word = (
        f"{likelihood_word(d.confidence, False)}, {percent(d.confidence)}"
        if answer.causes
        else "nothing to weigh"
    )
    return [prose(d.summary), "", f"**{ACTION_WORDS[d.action]}**, {word}."]


def _errors(answer: Answer) -> list[str]:
    return _or_none([_error(e) for e in answer.report.errors], "No API error was found in the text.")


def _error(event: ErrorEvent) -> str:
    named = " ".join(str(x) for x in (event.status, event.type) if x is not None)
    line = f"- {code_span(named or 'no status')}"
    if event.message:
        line += f" {code_span(event.message)}"
    if event.count > 1:
        line += f", seen {event.count} times"
    if event.request_ids:
        line += ", request ids " + ", ".join(code_span(rid) for rid in event.request_ids)
    return line


def _account(answer: Answer) -> list[str]:
    usage = answer.usage
    lines = [f"- {prose(bucket_text(bucket))}" for bucket in usage.buckets]
    if usage.plan:
        lines.append(f"- Plan: {code_span(usage.plan)}")
    if usage.lane != "unknown":
        lines.append(f"- Lane that the error names: {LANE_NAMES[usage.lane]}")
    for c in usage.contradictions:
        both = f"{sentence(c.error_says)} {contradiction_text(c)}"
        lines.append(f"- **Contradiction** ({code_span(c.rule)}): {prose(both)}")
    if lines:
        lines.append(f"- Verdict: {usage.verdict}")
    return _or_none(lines, "Nothing about usage or the account was given.")


def _causes(answer: Answer) -> list[str]:
    lines = [line for i, cause in enumerate(answer.causes, 1) for line in _cause(i, cause)]
    return _or_none(lines, "No cause was weighed.")


def _cause(rank: int, cause: WeighedCause) -> Iterator[str]:
    word = likelihood_word(cause.likelihood, False)
    yield f"{rank}. {prose(cause.title)} ({code_span(cause.id)}): {word}, {percent(cause.likelihood)}"
    for name, said in (("For", cause.supports), ("Against", cause.against), ("Unknown", cause.unknown)):
        if said:
            yield f"   - {name}: " + "; ".join(prose(s) for s in said)


def _guidance(answer: Answer) -> list[str]:
    lines = [_step(i, step) for i, step in enumerate(answer.diagnosis.guidance, 1)]
    return _or_none(lines, "No step is advised on what is known so far.")


def _step(number: int, step: Guidance) -> str:
    cites = f" ({', '.join(step.cites)})" if step.cites else ""
    undo = "" if step.reversible else " This cannot be undone."
    return f"{number}. {prose(step.step)}{COSTS[step.cost]}{undo} {prose(step.why)}{cites}"


def _example(answer: Answer) -> list[str]:
    example = answer.diagnosis.example
    return [code_block(example)] if example else ["No example belongs to this."]


def _notes(answer: Answer) -> list[str]:
    lines = [f"- {prose(note)}" for note in answer.diagnosis.notes]
    for fix in answer.diagnosis.fix_versions:
        relation = fix.relation.replace("_", " ")
        lines.append(f"- Version {prose(fix.version)} ({relation}): {prose(fix.line)}")
    if said := model_text(answer):
        lines.append(f"- {prose(said)}")
    return _or_none(lines, "None.")


def _recommendation(answer: Answer) -> list[str]:
    d = answer.diagnosis
    lines = [prose(d.recommendation)]
    if d.question:
        lines += ["", f"**Question:** {prose(d.question.text)} How to find out: {code_span(d.question.how)}"]
    if d.handoff:
        lines += ["", f"**If a person is needed:** {prose(d.handoff.to)}", ""]
        if d.handoff.request_ids:
            lines.append("- Request ids: " + ", ".join(code_span(rid) for rid in d.handoff.request_ids))
        if d.handoff.facts:
            lines.append("- Known: " + "; ".join(prose(f) for f in d.handoff.facts))
        if d.handoff.missing:
            lines.append("- Still missing: " + "; ".join(prose(f) for f in d.handoff.missing))
    return lines


def _issues(answer: Answer) -> list[str]:
    lines = [
        f"- {code_span(f'{i.repository}#{i.number}')} {code_span(i.title)} ({prose(i.state)}, {i.relation}): "
        f"{prose(i.why)} {link(i.url)}"
        for i in answer.issues
    ]
    return _or_none(lines, "None is known.")


def _evidence(answer: Answer) -> list[str]:
    return _or_none([_entry(e) for e in answer.diagnosis.evidence], "None.")


def _entry(entry: Evidence) -> str:
    said = prose(one_line(entry.text)) if entry.kind in ("cause", "changelog") else code_span(entry.text)
    return f"- **{entry.id}** ({entry.kind}) {said} {link(entry.url)}".rstrip()
