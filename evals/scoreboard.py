"""The scoreboard: a table by room, one by slice, what is broken and what became worse, in words."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.graders import LAWS, NOT_LISTED, PLACES, ROOMS
from evals.results import Results, Row
from evals.scores import calibration, held, mean, slices, stop_rate, stop_recall

CLOSE = 1e-9
LOWER_IS_BETTER = {"brier"}


def show(results: Results, console: Console, *, verbose: bool = False) -> None:
    """Print the tables, then one line for each check that is broken; `verbose` adds every reason."""
    plain = [row for row in results.rows if row.kind == "plain"]
    console.print(_rooms(plain))
    console.print(_headline(plain))
    console.print(_slices(plain, verbose=verbose))
    if results.recordings:
        console.print(_recordings(results))
    for entry in results.recordings:
        if entry.state not in ("ok", "missing"):
            line = f"{entry.state}: {entry.file}: {entry.why}; next: {entry.next}"
            console.print(escape(line), soft_wrap=True)
    for line in failures(results.rows):
        console.print(escape(line), soft_wrap=True)
    if verbose:
        for row in results.rows:
            for room in ROOMS:
                for result in row.rooms[room]:
                    text = f"{row.key}  {room}.{result.name} = {result.value}: {result.reason}"
                    console.print(escape(text), soft_wrap=True)
    broken = sum(1 for row in plain if any(True for _ in row.broken()))
    total = len(plain)
    console.print(f"{total - broken} of {total} cases hold in every room; {broken} are broken somewhere.")


def _recordings(results: Results) -> Table:
    """Kinds are never added up. What a model is worth is said of live and local ones alone."""
    table = Table("kind", "recordings", "worded", "hold", "laws hold", title="recordings by kind")
    for kind in ("live", "local", "authored", "mutated", "unknown"):
        rows = [row for row in results.rows if row.kind == kind]
        if not rows:
            continue
        held_all = sum(not any(True for _ in row.broken()) for row in rows)
        lawful = sum(not any(r.name in LAWS or row.error for _, r in row.broken()) for row in rows)
        figures = (len(rows), sum(row.worded for row in rows), held_all, lawful)
        table.add_row(kind, *map(str, figures))
    missing = [entry for entry in results.recordings if entry.state == "missing"]
    declared = sum(entry.declared is not None for entry in missing)
    table.caption = f"{len(missing)} cases have none, {declared} of them declared"
    return table


def failures(rows: Sequence[Row]) -> list[str]:
    """One line for each `bool` that breaks and must hold: "causes: case X ranks the true cause third"."""
    return [
        f"{room}: case {row.key} {_words(row, r.name, r.reason)}"
        for row in rows
        for room, r in row.blocking()
    ]


def _words(row: Row, name: str, reason: str) -> str:
    if name == "top3" and row.error is None:
        return reason
    return f"breaks {name}: {reason}"


def regressions(before: Results, after: Results) -> list[str]:
    """What became worse from one run to the next, each line naming its room and case.

    A case that is gone counts as worse; a case that is new does not.
    """
    now = {row.key: row for row in after.rows}
    found = []
    for old in before.rows:
        new = now.get(old.key)
        if new is None:
            found.append(f"cases: case {old.key} is gone")
            continue
        found += _worse(old, new)
    return found


def _worse(old: Row, new: Row) -> list[str]:
    if new.error is not None and old.error is None:
        return [f"run: case {new.key} now gives {new.error}"]
    found = []
    was, now = old.value("causes", "rank"), new.value("causes", "rank")
    if isinstance(was, str) and isinstance(now, str) and depth(now) > depth(was):
        found.append(f"causes: case {new.key} now ranks the true cause {now} (it was {was})")
    for room in ROOMS:
        for result in new.rooms[room]:
            earlier = old.value(room, result.name)
            if result.name in ("top1", "top3") or isinstance(result.value, str):
                continue
            if not isinstance(earlier, (bool, float)):
                continue
            lost = float(earlier) - float(result.value)
            if (-lost if result.name in LOWER_IS_BETTER else lost) > CLOSE:
                change = f"{_figure(earlier)} to {_figure(result.value)}"
                found.append(f"{room}: case {new.key} now {result.name} {change}: {result.reason}")
    return found


def _figure(value: bool | float) -> str:
    if isinstance(value, bool):
        return "held" if value else "broken"
    return f"{value:.3f}"


def depth(word: str) -> int:
    """The place that a word names, as a number; far down where it is not listed."""
    if word == NOT_LISTED:
        return 1_000
    return PLACES.index(word) + 1 if word in PLACES else int(word.removesuffix("th"))


def _rooms(rows: Sequence[Row]) -> Table:
    table = Table("room", "cases checked", "clean", "checks", "broken", title=f"{len(rows)} cases by room")
    for of in held(rows):
        clean = f"{of.clean} ({of.clean / of.rows:.1%})" if of.rows else "-"
        table.add_row(of.room, str(of.rows), clean, str(of.checks), str(of.broken))
    return table


def _headline(rows: Sequence[Row]) -> Table:
    table = Table("score", "value", title="over the whole suite")
    gave = calibration(rows)
    figures = {
        "causes: top 1": mean(rows, "causes", "top1"),
        "causes: top 3": mean(rows, "causes", "top3"),
        "causes: first is acceptable": mean(rows, "causes", "acceptable"),
        "causes: Brier (0 is best)": mean(rows, "causes", "brier"),
        "causes: calibration error (0 is best)": gave.error,
        "issues: precision at 3": mean(rows, "issues", "precision_at_3"),
        "issues: recall at 10": mean(rows, "issues", "recall_at_10"),
        "diagnosis: stops where an answer is wrong": stop_recall(rows),
        "diagnosis: stops where only an answer is right": stop_rate(rows),
    }
    for name, value in figures.items():
        table.add_row(name, _rounded(value))
    table.add_row("rows without an answer", str(sum(row.error is not None for row in rows)))
    bins = "; ".join(f"{b.low:.1f}: {b.count} at {b.confidence:.2f}, right {b.right:.2f}" for b in gave.bins)
    table.add_row("calibration bins", bins or "-")
    return table


def _slices(rows: Sequence[Row], *, verbose: bool) -> Table:
    table = Table("slice", "", "cases", "hold", "top 1", "top 3", "Brier", title="by slice")
    for kind, groups in slices(rows).items():
        for key, inside in groups.items():
            clean = sum(not any(True for _ in row.broken()) for row in inside)
            if kind == "cause" and clean == len(inside) and not verbose:
                continue
            scores = [_rounded(mean(inside, "causes", name)) for name in ("top1", "top3", "brier")]
            table.add_row(kind, key, str(len(inside)), str(clean), *scores)
    if not verbose:
        table.caption = "causes are listed only where a case is broken; -v lists all"
    return table


def _rounded(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
