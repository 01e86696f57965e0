"""Grounded: what a diagnosis names stands in the evidence that it cites or in the cause's own file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from agent.causes.cause import Cause
from agent.diagnosis.diagnosis import Evidence, Finding
from agent.diagnosis.laws.case import TEXTS, Case, Part

_URL = re.compile(
    r"https?://[^\s`<>\"')\]]+"
    r"|(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|ai|org|io|dev|net|app|cloud|sh|co)\b(?:/[\w./#?=&%~+:-]*)?",
    re.I,
)
_REQUEST = re.compile(r"\breq_\w+|\b[0-9a-f]{24}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_COMMAND = re.compile(r"``\s?(.+?)\s?``|`([^`\n]+)`")
_SLASH = re.compile(r"(?<![\w/.~:<-])/[a-z][a-z-]+\b(?!/)")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_NUMBER = re.compile(r"(?<![\w.])v?(\d+(?:[.,:]\d+)*[A-Za-z]{0,2})(?![A-Za-z0-9])")
_CJK = r"\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef"
FILES = 256
"""How many causes' files are kept as one line: the catalogue's and a team's own."""
_SCHEME = re.compile(r"^https?://")
_WORD_END, _WORD_START = re.compile(r"\w$"), re.compile(r"\w")
_URL_BEFORE, _URL_AFTER = re.compile(r"[\w.-]$"), re.compile(r"[\w-]|\.\w")
_NUMBER_BEFORE, _NUMBER_AFTER = re.compile(r"\w$|\d[.,]$"), re.compile(r"\w|[.,]\d")
_VERSION_LETTER = re.compile(r"(?:^|(?<=\W))[vV]$")
_BORDER = re.compile(rf"(?<=[{_CJK}])(?=[!-~])|(?<=[!-~])(?=[{_CJK}])")
_GROUNDED = ("summary", "recommendation", "guidance", "example", "question")


def latin(text: str) -> str:
    """`text` with full-width signs made plain and a blank between Chinese, Japanese or Korean and the rest.

    So a number or a command is found there too, where nobody writes blanks.
    """
    if text.isascii():
        return text
    return _BORDER.sub(" ", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=TEXTS)
def named(text: str) -> tuple[tuple[str, str], ...]:
    """The things in `text` that need ground: (kind, thing), commands first, none twice."""
    found: list[tuple[str, str]] = []

    def take(kind: str, pattern: re.Pattern[str], rest: str) -> str:
        def keep(match: re.Match[str]) -> str:
            thing = next((g for g in match.groups() if g), match.group(0))
            thing = thing.rstrip(".,:;!?") if kind in ("URL", "number") else thing.strip()
            if thing and (kind, thing) not in found:
                found.append((kind, thing))
            return " "

        return pattern.sub(keep, rest)

    rest = take("command", _COMMAND, latin(text))
    rest = take("URL", _URL, rest)
    rest = take("request id", _REQUEST, rest)
    for kind, pattern in (
        ("command", _SLASH),
        ("environment variable", _VARIABLE),
        ("number", _NUMBER),
    ):
        rest = take(kind, pattern, rest)
    return tuple(found)


def stands_in(kind: str, thing: str, text: str) -> bool:
    """Whether `thing` stands in `text` as a whole: "2.1.3" does not stand in "2.1.36"."""
    wanted = _SCHEME.sub("", thing).rstrip("/") if kind == "URL" else " ".join(thing.split())
    variants = {wanted, wanted.replace(",", "")} if kind == "number" else {wanted}
    for variant in variants:
        at = text.find(variant)
        while at >= 0:
            end = at + len(variant)
            if _whole(kind, text[max(0, at - 2) : at], text[end : end + 2]):
                return True
            at = text.find(variant, at + 1)
    return False


def _whole(kind: str, before: str, after: str) -> bool:
    if kind == "URL":
        return not _URL_BEFORE.search(before) and not _URL_AFTER.match(after)
    if kind == "number":
        before = _VERSION_LETTER.sub("", before)
        return not _NUMBER_BEFORE.search(before) and not _NUMBER_AFTER.match(after)
    return not _WORD_END.search(before) and not _WORD_START.match(after)


def cause_text(cause: Cause) -> str:
    """All words of a cause's own file in one line."""
    return _text_of(_File(cause))


class _File:
    """A cause by its identity: it is immutable, but its lists keep it from being looked up by value."""

    def __init__(self, cause: Cause) -> None:
        self.cause = cause

    def __hash__(self) -> int:
        return id(self.cause)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _File) and other.cause is self.cause


@lru_cache(maxsize=FILES)
def _text_of(file: _File) -> str:
    cause = file.cause
    said: list[str] = [cause.title, cause.explanation, cause.summary, cause.recommendation]
    said += [x for step in cause.steps for x in (step.step, step.why)]
    said += [x for q in cause.questions for x in (q.text, q.how)]
    said += [x for source in cause.sources for x in (source.url, source.says)]
    said += [use.says for use in cause.signs]
    said += [cause.example or "", *cause.notes]
    if cause.handoff:
        said += [cause.handoff.to, *cause.handoff.facts]
    return _flat(said)


def evidence_text(evidence: Iterable[Evidence]) -> str:
    """The words and URLs of some evidence in one line."""
    return _flat(f"{e.text} {e.url or ''}" for e in evidence)


def _flat(texts: Iterable[str]) -> str:
    # The bar keeps the end of one text and the start of the next from reading as one thing.
    return latin(" ".join(" | ".join(texts).split()))


def ungrounded(part: Part, cited: str, causes: Iterable[Cause]) -> list[str]:
    """What `part` names without ground, in words: neither in the words of what it cites nor in a file.

    `causes` are those whose files may stand behind it.
    """
    grounds = _lazily(cited, causes)
    missing: list[tuple[str, str]] = list(named(part.text))
    for ground in grounds:
        missing = [(kind, thing) for kind, thing in missing if not stands_in(kind, thing, ground)]
        if not missing:
            return []
    return [
        f"the {kind} {thing!r} stands in no cited evidence and in no cause file" for kind, thing in missing
    ]


def _lazily(first: str, causes: Iterable[Cause]) -> Iterator[str]:
    yield first
    for cause in causes:
        yield cause_text(cause)


def _cites(part: Part, entry: Evidence) -> bool:
    return part.cites is None or entry.id in part.cites


def _files(case: Case, part: Part) -> Iterable[Cause]:
    settled = case.diagnosis.action in ("answer", "handoff") and not part.where.startswith("question")
    return [case.first] if settled and case.first else ([] if settled else case.ranked())


def findings(case: Case) -> list[Finding]:
    """Breaches of the grounded law: cited ids, things named, request ids, fix versions."""
    found: list[Finding] = []
    d = case.diagnosis
    ids = [e.id for e in d.evidence]

    def breach(where: str, what: str) -> None:
        found.append(Finding(law="grounded", where=where, what=what))

    if len(set(ids)) != len(ids):
        breach("evidence", "an evidence id stands twice")
    for i, step in enumerate(d.guidance):
        for cite in step.cites:
            if cite not in ids:
                breach(f"guidance[{i}].step", f"it cites {cite}, which is not in the evidence")
    cited: dict[tuple[str, ...] | None, str] = {}
    for part in case.parts:
        if part.where.startswith(_GROUNDED) and named(part.text):
            if part.cites not in cited:
                cited[part.cites] = evidence_text(e for e in d.evidence if _cites(part, e))
            for what in ungrounded(part, cited[part.cites], _files(case, part)):
                breach(part.where, what)
    known = {rid for event in case.report.errors for rid in event.request_ids}
    for rid in d.handoff.request_ids if d.handoff else []:
        if rid not in known:
            breach("handoff.request_ids", f"the request id {rid!r} is not in the report")
    changelog = evidence_text(e for e in d.evidence if e.kind == "changelog")
    for i, fix in enumerate(d.fix_versions):
        if not stands_in("number", fix.version, changelog):
            breach(f"fix_versions[{i}]", f"version {fix.version} stands in no changelog evidence")
    return found
