"""The verdict in lines: the headline of each kind, then what blocks, then what is worth knowing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.compare import ALWAYS
from evals.results import Results, Row
from evals.scores import held, mean
from evals.selftest import SelfTest
from evals.verdict import Verdict

KINDS = ("plain", "live", "local", "authored", "mutated", "unknown")
OF_A_MODEL = ("live", "local")
"""Kinds of which a sentence about the quality of a model may be printed."""
NO_LIVE = (
    "No live recording exists: what a model of the provider would be worth here is not known until somebody "
    "with a key runs python -m evals record."
)
MEANS = {
    "could not run": "the suite is not fit to judge; nothing else here can be trusted",
    "worse": "something that held is broken, or a score is shown to be worse",
    "not recorded": "a recording is not what the road asks now; record it again, or accept",
    "unproven": "too few cases differ to show anything; a reviewer may accept",
    "better": "no check broke, and no score has more cases worse than better",
    "no worse": "no check broke, and no score is shown to be worse",
    "same": "no check broke and no score moved",
}


def lines_of(verdict: Verdict, results: Results, selftest: SelfTest) -> Iterator[str]:
    """The whole as lines for a terminal."""
    yield from selftest.in_words()[:1]
    yield from headlines(results)
    yield by_room(results.rows)
    yield from tokens(results.rows)
    for title, found in sections(verdict):
        yield f"{title}:"
        yield from (f"  {line}" for line in found)
    for name, words in verdict.power.items():
        yield f"power ({name}): {words}"
    if verdict.changed:
        count = len(verdict.changed)
        yield f"{count} cases show their user other words than the baseline; --html FILE shows them"
    yield f"verdict: {verdict.word} (exit {verdict.exit}): {MEANS[verdict.word]}"


def sections(verdict: Verdict) -> Iterator[tuple[str, list[str]]]:
    """What was found, gravest first; empty ones are left out."""
    for title, found in (
        ("not fit to judge", verdict.unfit),
        ("worse", verdict.blocks),
        ("recordings", verdict.unrecorded),
        ("unproven", verdict.unproven),
        ("waived", verdict.waived),
        ("broken as in the baseline", verdict.known),
        ("quality that a recording is not judged by", verdict.expected),
    ):
        if found:
            yield title, found


def headlines(results: Results) -> Iterator[str]:
    """One line a kind; kinds are never added up."""
    for kind in KINDS:
        rows = [row for row in results.rows if row.kind == kind]
        if rows:
            yield _headline(kind, rows)
    if not any(row.kind == "live" for row in results.rows):
        yield NO_LIVE
    gaps = [entry for entry in results.recordings if entry.declared is not None]
    if gaps:
        yield f"{len(gaps)} cases have no recording; each gap is declared in backlog.toml with its last day"


def by_room(rows: Sequence[Row]) -> str:
    """The scoreboard of mode plain in one line: by room how many of the cases it checks are clean."""
    of = held([row for row in rows if row.kind == "plain"])
    return "clean by room: " + ", ".join(f"{room.room} {room.clean} of {room.rows}" for room in of)


def _headline(kind: str, rows: Sequence[Row]) -> str:
    hold = sum(not any(True for _ in row.broken()) for row in rows)
    laws = sum(not any(r.name in ALWAYS or row.error for _, r in row.broken()) for row in rows)
    said = f"{kind}: {len(rows)} rows, the laws hold in {laws}"
    if kind == "plain":
        top1, brier = mean(rows, "causes", "top1"), mean(rows, "causes", "brier")
        said += f", every check in {hold}"
        if top1 is not None and brier is not None:
            said += f"; true cause first {top1:.3f}, Brier {brier:.3f}"
        held_out = [row for row in rows if row.split == "holdout"]
        if held_out:
            clean = sum(not any(True for _ in row.broken()) for row in held_out)
            said += f"; holdout {clean} of {len(held_out)}"
    elif kind in OF_A_MODEL:
        worded = sum(row.worded for row in rows)
        said += f"; words of the model stood in {worded}; every check holds in {hold}"
    return said


def tokens(rows: Sequence[Row]) -> Iterator[str]:
    """What a request of a case would weigh, by the offline estimate."""
    known = sorted(row.input_tokens for row in rows if row.input_tokens is not None)
    cached = sum(row.cacheable_tokens or 0 for row in rows)
    if known:
        yield (
            f"tokens of the first request, estimated offline: median {known[len(known) // 2]}, "
            f"most {known[-1]}; {cached / sum(known):.0%} of all stand in the cacheable prefix"
        )
