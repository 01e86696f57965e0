"""The verdict: read from a results file and the baseline, and from nothing else.

Exit codes, the first that fits: 2 could not run, 1 worse, 3 a recording is stale, missing, orphan, edited
or of an expired model, 4 inconclusive, 0 passed. What is worse stays worse whatever is recorded anew, so 1
stands before 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from evals.baseline import Baseline
from evals.compare import (
    Breach,
    Changed,
    Move,
    breaches,
    changed,
    gone,
    moves,
    paired,
    ranks_lower,
)
from evals.recorded import RecordedCase
from evals.results import Results, Row
from evals.scores import slices
from evals.selftest import SelfTest
from evals.sign_test import LEAST, holm, p_worse, power_in_words
from evals.waivers import Waiver, waiver_for

Word = Literal["could not run", "worse", "not recorded", "unproven", "better", "no worse", "same"]
JUDGED = ("plain", "live", "authored")
"""Kinds whose quality is judged. A local model is expected to be worse; the laws hold for it too."""
SCORES = ("causes.top1", "causes.brier", "issues.precision_at_3", "issues.recall_at_10")


class ScoreTest(BaseModel):
    """The paired test of one score over one slice of one kind. `shown`: it is worse, after Holm."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    slice: str
    score: str
    pairs: int
    better: int
    worse: int
    p: float
    shown: bool


class Verdict(BaseModel):
    """What a run is worth beside the baseline. Lines say it in words, one a finding.

    `blocks` end in exit 1, `unrecorded` in 3, `unproven` in 4; `waived` and `known` block nothing.
    `power` says by kind what the comparison can see.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    exit: int
    word: Word
    unfit: list[str] = []
    blocks: list[str] = []
    unrecorded: list[str] = []
    unproven: list[str] = []
    waived: list[str] = []
    known: list[str] = []
    expected: list[str] = []
    tests: list[ScoreTest] = []
    power: dict[str, str] = {}
    changed: list[Changed] = []


def judge(
    results: Results, selftest: SelfTest, baseline: Baseline, waivers: Sequence[Waiver], today: date
) -> Verdict:
    """The verdict on a run."""
    # A recording that could not be walked has a state that says why, and is judged by that.
    rows = [row for row in results.rows if row.kind == "plain" or row.error is None]
    found = breaches(rows, baseline)
    blocks, waived, known, expected = _sorted_out(found, waivers, today)
    missing = [f"cases: {key} is gone; it is in the baseline" for key in _gone(results, baseline)]
    tests = score_tests(rows, baseline)
    shown = [_worse_in_words(test) for test in tests if test.shown]
    lower = ranks_lower([row for row in rows if row.kind in JUDGED], baseline)
    unproven = [_open_in_words(test) for test in tests if test.slice == "all" and _open(test)]
    states = [state_in_words(entry) for entry in results.recordings if entry.red]
    unfit = selftest.faults if results.rows else ["no case was run, and no cases is not a pass"]
    differs = any(test.better or test.worse for test in tests)
    all_blocks = [*blocks, *missing, *shown]
    code, word = _outcome(unfit, all_blocks, states, unproven, tests, differs)
    return Verdict(
        exit=code,
        word=word,
        unfit=unfit,
        blocks=list(dict.fromkeys([*all_blocks, *(lower if all_blocks else [])])),
        unrecorded=states,
        unproven=[*unproven, *(lower if unproven and not all_blocks else [])],
        waived=waived,
        known=known,
        expected=expected,
        tests=tests,
        power=_powers(rows, baseline),
        changed=changed(rows, baseline),
    )


def _outcome(
    unfit: list[str],
    blocks: list[str],
    states: list[str],
    unproven: list[str],
    tests: list[ScoreTest],
    differs: bool,
) -> tuple[int, Word]:
    if unfit:
        return 2, "could not run"
    if blocks:
        return 1, "worse"
    if states:
        return 3, "not recorded"
    if unproven:
        return 4, "unproven"
    if not differs:
        return 0, "same"
    return 0, "better" if all(test.better >= test.worse for test in tests) else "no worse"


def _sorted_out(
    found: Sequence[Breach], waivers: Sequence[Waiver], today: date
) -> tuple[list[str], list[str], list[str], list[str]]:
    """The breaches that block, that are waived, that the baseline knows, and that a local model may have."""
    blocks: list[str] = []
    waived: list[str] = []
    known: list[str] = []
    expected: list[str] = []
    for breach in found:
        waiver = waiver_for(breach.slug, breach.room, breach.result, waivers)
        if breach.law:
            blocks.append(f"{breach.line} [a law; it cannot be waived]")
        elif breach.kind not in JUDGED:
            expected.append(breach.line)
        elif not breach.new:
            known.append(f"{breach.line} (as in the baseline)")
        elif waiver is None:
            blocks.append(breach.line)
        elif waiver.expired(today):
            blocks.append(f"{breach.line} [the waiver of {waiver.who} ended on {waiver.until}]")
        else:
            waived.append(f"{breach.line} [waived by {waiver.who} until {waiver.until}: {waiver.reason}]")
    return blocks, waived, known, expected


def _gone(results: Results, baseline: Baseline) -> list[str]:
    """Rows of the baseline that this run lacks; a recording that is gone has a state that says so."""
    before = baseline.by_key()
    return [key for key in gone(results.rows, baseline) if before[key].kind == "plain"]


def score_tests(rows: Sequence[Row], baseline: Baseline) -> list[ScoreTest]:
    """The sign test of each score, over all and over each slice, for each kind that is judged.

    Only scores that moved are listed. Holm is taken over the scores of a kind, and once more over all its
    slices, so that one false alarm in either family has at most a chance of 5 %.
    """
    found: list[ScoreTest] = []
    for kind in JUDGED:
        of = [row for row in rows if row.kind == kind and row.error is None]
        moved = moves(of, baseline)
        if moved:
            found += _family(kind, {"all": of}, moved, baseline)
            groups = {f"{name} {key}": inside for name, g in slices(of).items() for key, inside in g.items()}
            found += _family(kind, groups, moved, baseline)
    return found


def _family(
    kind: str, groups: dict[str, list[Row]], moved: Sequence[Move], baseline: Baseline
) -> list[ScoreTest]:
    counts = {}
    for name, inside in groups.items():
        keys = {row.key for row in inside}
        for score in SCORES:
            here = [move for move in moved if move.name == score and move.key in keys]
            if here:
                worse = sum(move.worse for move in here)
                counts[f"{name}|{score}"] = (len(here) - worse, worse)
    p = {name: p_worse(better, worse) for name, (better, worse) in counts.items()}
    shown = holm(p)
    return [
        ScoreTest(
            kind=kind,
            slice=name.split("|")[0],
            score=name.split("|")[1],
            pairs=paired(groups[name.split("|")[0]], baseline, name.split("|")[1]),
            better=better,
            worse=worse,
            p=float(p[name]),
            shown=name in shown,
        )
        for name, (better, worse) in counts.items()
    ]


def _open(test: ScoreTest) -> bool:
    return 0 < test.better + test.worse < LEAST


def _worse_in_words(test: ScoreTest) -> str:
    return (
        f"{test.score} of {test.kind} rows is worse over {test.slice}: {test.worse} worse, {test.better} "
        f"better of {test.pairs} pairs, p = {test.p:.4f}"
    )


def _open_in_words(test: ScoreTest) -> str:
    moved = test.better + test.worse
    return (
        f"{test.score} of {test.kind} rows differs in {moved} of {test.pairs} cases ({test.worse} worse): "
        f"too few to show anything; python -m evals accept --reviewer NAME settles it"
    )


def state_in_words(entry: RecordedCase) -> str:
    """One line for a recording that cannot be relied on: what it is, why, and what mends it."""
    name = entry.file or f"{entry.slug} (no recording)"
    after = f"; next: {entry.next}" if entry.next else ""
    return f"recordings: {name} is {entry.state}: {entry.why}{after}"


def _powers(rows: Sequence[Row], baseline: Baseline) -> dict[str, str]:
    found = {}
    for kind in JUDGED:
        of = [row for row in rows if row.kind == kind and row.error is None]
        for score in SCORES[:2] if of else ():
            here = [move for move in moves(of, baseline) if move.name == score]
            found[f"{kind}, {score}"] = power_in_words(len(here), paired(of, baseline, score))
    return found
