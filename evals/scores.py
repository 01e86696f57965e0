"""Scores over many rows. The denominator is always the declared cases: a failed row counts as wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from evals.graders import ROOMS, Room
from evals.results import Row

BINS = 10
STOP = ("ask", "handoff", "abstain")


class Held(BaseModel):
    """How many of the `bool` results of one room hold, over how many rows that have any."""

    model_config = ConfigDict(frozen=True)

    room: Room
    rows: int
    clean: int
    checks: int
    broken: int


class Bin(BaseModel):
    """One bin of confidence, `[low, high)`: how many rows, how sure, how often right."""

    model_config = ConfigDict(frozen=True)

    low: float
    high: float
    count: int
    confidence: float
    right: float


class Calibration(BaseModel):
    """Expected calibration error over the determined rows, with its bins.

    A row that gave no answer counts with the worst gap, 1, and is named in `failed`.
    """

    model_config = ConfigDict(frozen=True)

    error: float | None
    bins: list[Bin]
    failed: int


def held(rows: Sequence[Row]) -> list[Held]:
    """For each room how many checks and rows hold."""
    found = []
    for room in ROOMS:
        values = [[r.value for r in row.rooms[room] if isinstance(r.value, bool)] for row in rows]
        checked = [of_row for of_row in values if of_row]
        found.append(
            Held(
                room=room,
                rows=len(checked),
                clean=sum(all(of_row) for of_row in checked),
                checks=sum(map(len, checked)),
                broken=sum(of_row.count(False) for of_row in checked),
            )
        )
    return found


def mean(rows: Sequence[Row], room: Room, name: str) -> float | None:
    """The mean of one result over the rows that check it; a bool counts as 0 or 1."""
    values = [row.value(room, name) for row in rows]
    numbers = [float(value) for value in values if isinstance(value, (bool, float))]
    return sum(numbers) / len(numbers) if numbers else None


def share(rows: Sequence[Row], holds: Callable[[Row], bool]) -> float | None:
    """The share of rows for which something holds, or None where there is no row."""
    return sum(map(holds, rows)) / len(rows) if rows else None


def stop_recall(rows: Sequence[Row]) -> float | None:
    """Of the cases that may not simply be answered, the share that asks, hands off or abstains."""
    return share([row for row in rows if "answer" not in row.allowed], lambda row: row.action in STOP)


def stop_rate(rows: Sequence[Row]) -> float | None:
    """Of the cases where only an answer is right, the share that asks, hands off or abstains."""
    return share([row for row in rows if row.allowed == ["answer"]], lambda row: row.action in STOP)


def calibration(rows: Sequence[Row]) -> Calibration:
    """Expected calibration error of the first cause's likelihood over the determined rows."""
    judged = [row for row in rows if row.determined]
    answered = [(row.confidence, row.value("causes", "top1") == 1.0) for row in judged]
    pairs = [(sure, right) for sure, right in answered if sure is not None]
    bins, gaps = [], 0.0
    for number in range(BINS):
        inside = [pair for pair in pairs if min(int(pair[0] * BINS), BINS - 1) == number]
        if not inside:
            continue
        sure = sum(pair[0] for pair in inside) / len(inside)
        right = sum(pair[1] for pair in inside) / len(inside)
        gaps += abs(sure - right) * len(inside)
        bins.append(
            Bin(
                low=number / BINS,
                high=(number + 1) / BINS,
                count=len(inside),
                confidence=round(sure, 4),
                right=round(right, 4),
            )
        )
    failed = len(judged) - len(pairs)
    error = (gaps + failed) / len(judged) if judged else None
    return Calibration(error=error, bins=bins, failed=failed)


def slices(rows: Sequence[Row]) -> dict[str, dict[str, list[Row]]]:
    """Rows by split, provenance kind, tag and cause; a row stands under each of its tags."""
    found: dict[str, dict[str, list[Row]]] = {"split": {}, "provenance": {}, "tag": {}, "cause": {}}
    for row in rows:
        keys = [("split", row.split), ("provenance", row.provenance), ("cause", row.cause)]
        keys += [("tag", tag) for tag in sorted(set(row.tags))]
        for kind, key in keys:
            found[kind].setdefault(key, []).append(row)
    return {kind: dict(sorted(groups.items())) for kind, groups in found.items()}
