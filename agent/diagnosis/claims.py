"""The check of a draft, sentence by sentence: each claim stands on what it cites, or it is a finding.

Nothing here mends anything: `repair.py` strikes out what has a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agent.diagnosis import obeyed
from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.draft import Draft, Place, places
from agent.diagnosis.language import detect, is_in
from agent.diagnosis.laws import abroad, honest, lawful, money
from agent.diagnosis.laws.grounded import FILES, latin, named, stands_in
from agent.diagnosis.material import TRUSTED_KINDS, Material, per_cent
from agent.diagnosis.wholeness import whole_findings
from agent.diagnosis.wording import VERY_LIKELY
from prompts import PromptSet

MUST_CITE = ("summary", "recommendation")
LEAST_SHARE = 0.34
LEAST_WORDS = 6
"""Of so many content words of an English sentence, this share stands in what the case holds."""
_INDEX = re.compile(r"\[(\d+)\]")
_PLAIN_TOKEN = re.compile(r"[\w.:%-]+\Z")
_NAME = re.compile(r"(?<![\w`/.-])(?:[A-Z][a-z]+[A-Z]\w*|[a-z]+[A-Z]\w*|[A-Z][A-Za-z0-9]+)(?![\w`/])")
_CODE = re.compile(r"`[^`]*`")
_MIXED_CASE = re.compile(r"[a-z][A-Z]|[A-Z]{3}")
_CONTENT = re.compile(r"[a-z]{4,}")
_BEGINNING = re.compile(r"([a-z]{4,5})[a-z]*")
"""The first five letters of a content word."""
_COMMON_WORDS = (
    "this that these those with from your have been will would could should there their they what when which"
    " while where then than them were does into only also some such because before after about here other"
    " more"
    " most very just like likely possible possibly probably cause means shows make sure still again each"
    " every"
    " first next same both either neither once until without within"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_KNOWN_NAMES = frozenset({"i", "api", "url", "http", "https", "json", "id", "ids", "utc", "cli", "ide"})


def check_draft(draft: Draft, material: Material, prompts: PromptSet) -> list[Finding]:
    """Every breach in a draft; empty where all of it stands. Never raises for what a model may write."""
    found: list[Finding] = []
    grounds = _grounds(material)
    watched = obeyed.watch(material, prompts)
    texts = list(places(draft))
    for place in texts:
        if place.text.strip() or place.cites:
            found += _of_place(place, draft, material, grounds)
            for what in obeyed.problems(place.text, watched):
                found.append(Finding(law="obeyed", where=place.where, what=what))
    found += whole_findings(draft, material)
    found += _language(texts, material)
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class _Grounds:
    """What a whole case holds, made ready once: all its words, the beginnings of its words, and what
    stands behind each id, with whether no stranger wrote it."""

    words: str
    beginnings: frozenset[str]
    behind: dict[str, tuple[list[str], bool]]


def _grounds(material: Material) -> _Grounds:
    plain = material.plain
    said = [plain.summary, plain.recommendation, *material.notes.values()]
    said += [x for step in plain.guidance for x in (step.step, step.why)]
    said += [plain.question.text, plain.question.how] if plain.question else []
    said += [f"{entry.text} {entry.url or ''}" for entry in plain.evidence]
    held = [_held(" | ".join(_lines(said))), *map(_file, material.files.values())]
    beginnings = frozenset[str]().union(*(known for _, known in held))
    return _Grounds(" | ".join(words for words, _ in held), beginnings, _behind(material))


def _held(line: str) -> tuple[str, frozenset[str]]:
    """The words of a text on one line, and their beginnings."""
    words = latin(line).casefold()
    return words, frozenset(_BEGINNING.findall(words))


@lru_cache(maxsize=FILES)
def _file(text: str) -> tuple[str, frozenset[str]]:
    """The same of a cause's file, which is long and comes again with every case of this cause."""
    return _held(" ".join(text.split()))


def _behind(material: Material) -> dict[str, tuple[list[str], bool]]:
    """The words that each id stands for; a cause's likelihood is among those of its file."""
    found: dict[str, tuple[list[str], bool]] = {}
    for name, text in material.files.items():
        shares = [per_cent(cause.likelihood) for cause in material.causes if cause.id == name]
        found[name] = _lines([text, *shares]), True
    found |= {name: (_lines([text]), True) for name, text in material.notes.items()}
    found |= {name: (_lines([f"{s.step} {s.why}"]), True) for name, s in material.steps.items()}
    for name, entry in material.evidence.items():
        found[name] = _lines([f"{entry.text} {entry.url or ''}"]), entry.kind in TRUSTED_KINDS
    return found


def _of_place(place: Place, draft: Draft, material: Material, grounds: _Grounds) -> Iterator[Finding]:
    where = place.where
    for what in _cites(place, draft, grounds):
        yield Finding(law="grounded", where=where, what=what)
    for what in (*_unsupported(place, draft, material, grounds), *_strange(place, material, grounds)):
        yield Finding(law="grounded", where=where, what=what)
    yield from _laws(place, draft, material)


def _index(where: str) -> int:
    match = _INDEX.search(where)
    return int(match.group(1)) if match else 0


def own_text(place: Place, draft: Draft, material: Material) -> str:
    """The given words that a place rewords: those of its step, note, recommendation or question."""
    if place.where.startswith("steps"):
        step = material.steps.get(draft.steps[_index(place.where)].id)
        return f"{step.step} {step.why}" if step else ""
    if place.where.startswith("notes"):
        return material.notes.get(draft.notes[_index(place.where)].id, "")
    if place.where == "recommendation":
        return material.plain.recommendation
    if place.where == "question" and material.question:
        return f"{material.question.text} {material.question.how}"
    return ""


def _cites(place: Place, draft: Draft, grounds: _Grounds) -> Iterator[str]:
    known = grounds.behind.keys()
    for cite in dict.fromkeys(place.cites):
        if cite not in known:
            yield f"it cites {cite[:40]!r}, which was not given"
    own_note = place.where.startswith("notes") and not draft.notes[_index(place.where)].id
    # Where neither evidence nor a cause is there, nothing can be cited, and nothing needs to be.
    if (place.where.startswith(MUST_CITE) or own_note) and known and not known & set(place.cites):
        yield "it cites nothing that was given"


def _cited(place: Place, grounds: _Grounds, *, trusted: bool) -> list[str]:
    """The words behind the cites of a place; with `trusted` only those that no stranger wrote."""
    behind = (grounds.behind[cite] for cite in place.cites if cite in grounds.behind)
    return [text for texts, ours in behind if ours or not trusted for text in texts]


def _unsupported(place: Place, draft: Draft, material: Material, grounds: _Grounds) -> Iterator[str]:
    """What a place names that does not stand in what it cites, nor in the file of the first cause."""
    things = named(place.text)
    if not things:
        return
    own = _lines([own_text(place, draft, material)])
    own += grounds.behind[material.first][0][:1] if material.first else []
    trusted = latin(" | ".join([*own, *_cited(place, grounds, trusted=True)]))
    cited = latin(" | ".join([*own, *_cited(place, grounds, trusted=False)]))
    for kind, thing in things:
        # What a reader would type or open comes from the catalogue, never from what a stranger wrote.
        literal = kind == "command" and _PLAIN_TOKEN.match(thing) and place.where.startswith("summary")
        ground = trusted if kind in ("command", "URL") and not literal else cited
        if not stands_in(kind, thing, ground):
            yield f"the {kind} {thing[:80]!r} does not stand in what it cites"


def _strange(place: Place, material: Material, grounds: _Grounds) -> Iterator[str]:
    """Names, and most words of an English text, that stand nowhere in the case."""
    for name in _names(place.text, material.language):
        if name.casefold() not in grounds.words:
            yield f"the name {name[:40]!r} stands nowhere in the case"
    if material.language == "en" and place.where != "question":
        words = {w[:5] for w in _CONTENT.findall(place.text.lower()) if w not in _COMMON}
        if len(words) >= LEAST_WORDS and len(words & grounds.beginnings) < LEAST_SHARE * len(words):
            yield "most of its words stand nowhere in the case"


def _lines(texts: list[str]) -> list[str]:
    """Each text on one line; those that are empty are left out."""
    return [" ".join(text.split()) for text in texts if text]


def _names(text: str, language: str) -> Iterator[str]:
    """Proper names in `text`: capitals within a sentence, or mixed case where capitals are usual."""
    plain = _CODE.sub(" ", latin(text))
    for match in _NAME.finditer(plain):
        name = match.group(0)
        before = plain[: match.start()].rstrip(" \"'(")
        opens = not before or before[-1] in ".!?:;\n" or plain[: match.start()].endswith("\n")
        telling = _MIXED_CASE.search(name) or (language != "de" and not opens)
        if telling and name.casefold() not in _KNOWN_NAMES:
            yield name


def _laws(place: Place, draft: Draft, material: Material) -> Iterator[Finding]:
    """The laws of money, honesty and lawfulness on one text, in English and in other languages."""
    text, own = place.text, own_text(place, draft, material)
    paid = False
    if place.where.startswith("steps"):
        step = material.steps.get(draft.steps[_index(place.where)].id)
        paid = step is not None and step.cost != "free"
        if paid and material.language == "en" and not money.names_cost(text):
            yield Finding(law="money-safe", where=place.where, what="it does not say that it costs money")
    tells = money.asks_to_pay(text) or (abroad.asks_to_pay(text) and not abroad.asks_to_pay(own))
    if tells and not (paid and material.may_pay):
        what = "it tells the reader to pay where no paid step may be shown"
        yield Finding(law="money-safe", where=place.where, what=what)
    for what in honest.problems(text, material.confirmed):
        yield Finding(law="honest", where=place.where, what=what)
    sure = material.confirmed and material.causes and material.causes[0].likelihood >= VERY_LIKELY
    if not sure and abroad.sounds_certain(text) and not abroad.sounds_certain(own):
        yield Finding(law="honest", where=place.where, what="it is surer than the weighing")
    others = abroad.problems(text)
    ours = abroad.problems(own) if others else ()
    for what in [*lawful.problems(text), *(other for other in others if other not in ours)]:
        yield Finding(law="honest" if what == "a promise" else "lawful", where=place.where, what=what)


def _language(texts: list[Place], material: Material) -> Iterator[Finding]:
    """Whether the draft, and each text of it, is in the reader's language."""
    shown = [place for place in texts if not place.where.startswith("causes")]
    what = f"it is not in the reader's language ({material.language})"
    if not is_in("\n".join(place.text for place in shown), material.language):
        yield Finding(law="language", where="draft", what=what)
        return
    for place in shown:
        if detect(place.text) not in (material.language, None):
            yield Finding(law="language", where=place.where, what=what)
