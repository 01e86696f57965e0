"""Checks of what the user is shown, made apart from the laws of the road: invented, leaked, whole, language.

The laws ask whether a sentence stands in what it cites. Here a number, version, URL, command or request id
must stand somewhere in the case at all: in the report, the account, the evidence, a related issue or the
file of a weighed cause. It has patterns of its own, so that a hole in those of the laws shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from agent.causes.catalogue import Catalogue
from agent.diagnosis.diagnosis import Answer
from agent.diagnosis.language import DEFAULT, is_in, language_of
from agent.diagnosis.laws.grounded import cause_text, latin
from evals.graders import Result
from prompts import PromptSet
from prompts import load as load_prompts

INVENTED, LEAKED = "nothing_invented", "no_prompt_shown"
WHOLE, CITES, LANGUAGE = "whole", "each_step_cites", "in_the_language"
SHOWN = (INVENTED, LEAKED, WHOLE, CITES, LANGUAGE)
RUN = 9
"""So many words of a prompt in a row, standing in none of the case's own texts, are a leak."""
_KINDS = {
    "URL": re.compile(r"https?://[^\s`<>\"')\]|]+"),
    "request id": re.compile(r"\breq_[A-Za-z0-9]{6,}"),
    "command": re.compile(r"`([^`\n]+)`"),
    "version": re.compile(r"(?<![\w.])v?(\d+\.\d+\.\d+(?:[-.]\w+)*)"),
    "number": re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)*[A-Za-z]{0,2})(?![A-Za-z0-9]|\.\d)"),
}
_COUNTED = re.compile(r"Of the model's draft \d+ places? did not stand")
"""A note of our own that counts: no case holds its number."""
_OWN_TROUBLE = re.compile(
    r"\A((?:These words are plain, because no model could be used|The model's draft could not be mended): "
    r"The [^.]*\.) Likely cause: .*\Z",
    re.S,
)
"""A note of our own that names why our own request failed, by a cause's title: no matter of this case."""
_WORD = re.compile(r"[^\W_]+")
_ENDED = re.compile(r"[.!?:;…。！？]['\"`)\]»”]*\s*\Z")


def texts(answer: Answer) -> Iterator[str]:
    """Everything of a diagnosis that its reader sees in words."""
    said = answer.diagnosis
    yield from (said.summary, said.recommendation, said.example or "")
    for step in said.guidance:
        yield from (step.step, step.why)
    if said.question:
        yield from (said.question.text, said.question.how)
    yield from (_OWN_TROUBLE.sub(r"\1", _COUNTED.sub("", note)) for note in said.notes)
    if said.handoff:
        yield from (said.handoff.to, *said.handoff.request_ids, *said.handoff.facts, *said.handoff.missing)
    yield from (fix.version for fix in said.fix_versions)


def ground(answer: Answer, catalogue: Catalogue) -> str:
    """All that a diagnosis may draw on."""
    report, usage = answer.report, answer.usage
    found = [report.text, report.title or "", report.model_dump_json(), str(report.reported_at or "")]
    found += [f"{entry.text} {entry.url or ''}" for entry in answer.diagnosis.evidence]
    found += [f"{issue.url} {issue.title} {issue.number} {issue.why}" for issue in answer.issues]
    found += [cause_text(catalogue.by_id[c.id]) for c in answer.causes if c.id in catalogue.by_id]
    found += [f"{round(cause.likelihood * 100)} %" for cause in answer.causes]
    found += [usage.model_dump_json()]
    return latin(" | ".join(" ".join(text.split()) for text in found))


def grade_shown(answer: Answer, catalogue: Catalogue, prompts: PromptSet | None = None) -> list[Result]:
    """Whether something is invented, and whether a prompt shows through."""
    prompts = prompts or load_prompts()
    stands = ground(answer, catalogue)
    said = [latin(text) for text in texts(answer)]
    missing = list(dict.fromkeys(what for text in said for what in _invented(text, stands)))
    leaks = list(dict.fromkeys(what for text in said for what in _leaked(text, stands, prompts)))
    return [
        Result(name=INVENTED, value=not missing, reason="; ".join(missing) or "all of it stands in the case"),
        Result(name=LEAKED, value=not leaks, reason="; ".join(leaks) or "no line of a prompt stands in it"),
        _whole(answer),
        _cites(answer),
        _language(answer),
    ]


def _whole(answer: Answer) -> Result:
    said = answer.diagnosis
    named = {"summary": said.summary, "recommendation": said.recommendation}
    named |= {f"step {number}": step.step for number, step in enumerate(said.guidance, 1)}
    cut = [name for name, text in named.items() if not _ENDED.search(text)]
    reason = f"not whole: {', '.join(cut)}" if cut else "each text has its end"
    return Result(name=WHOLE, value=not cut, reason=reason)


def _cites(answer: Answer) -> Result:
    bare = [str(number) for number, step in enumerate(answer.diagnosis.guidance, 1) if not step.cites]
    reason = f"cites nothing: step {', '.join(bare)}" if bare else "each step cites evidence"
    return Result(name=CITES, value=not bare, reason=reason)


def _language(answer: Answer) -> Result:
    """Plain words are English; those of a model are in the language of the report."""
    wanted = language_of(answer.report) if answer.mode == "model" else DEFAULT
    said = answer.diagnosis
    texts_of = (("summary", said.summary), ("recommendation", said.recommendation))
    wrong = [name for name, text in texts_of if not is_in(text, wanted)]
    reason = f"not in {wanted}: {', '.join(wrong)}" if wrong else f"it may pass as {wanted}"
    return Result(name=LANGUAGE, value=not wrong, reason=reason)


def _invented(text: str, stands: str) -> Iterator[str]:
    rest = text
    for kind, pattern in _KINDS.items():
        for match in pattern.finditer(rest):
            thing = (match.group(1) if match.groups() else match.group(0)).rstrip(".,:;!?")
            if not _has(stands, thing):
                yield f"the {kind} {thing[:80]!r} stands nowhere in the case"
        rest = pattern.sub(" ", rest)


def _has(stands: str, thing: str) -> bool:
    """Whether it stands there as a whole; thousands may be written with or without a comma."""
    wanted = " ".join(thing.split())
    return any(
        re.search(rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9]|[.,]\d)", stands)
        for form in {wanted, wanted.replace(",", "")}
    )


def _leaked(text: str, stands: str, prompts: PromptSet) -> Iterator[str]:
    folded = text.casefold()
    if any(canary.casefold() in folded for canary in prompts.canaries):
        yield "it shows the mark of a prompt"
    hits = _runs(text) & _prompt_runs(tuple(prompts[name].text for name in sorted(prompts.prompts)))
    if hits and hits - _runs(stands):
        yield f"it repeats a prompt: {' '.join(min(hits))!r}"


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return frozenset(zip(*(words[i:] for i in range(RUN)), strict=False))


@lru_cache(maxsize=4)
def _prompt_runs(texts: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset[tuple[str, ...]]().union(*(_runs(text) for text in texts))
