"""A run beside the baseline, case by case: which checks broke, which scores moved, which words changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from evals.baseline import Baseline, BaselineRow
from evals.graders import LAWS, NOT_LISTED, ROOMS, Room
from evals.results import Row, RowKind
from evals.scoreboard import depth
from evals.shown import Shown

LOWER_IS_BETTER = frozenset({"causes.brier"})
ALWAYS = frozenset({*LAWS, "nothing_invented", "no_prompt_shown"})
"""Checks of what reaches the user: they hold for every kind of recording, whatever its quality."""
CLOSE = 1e-9


class Breach(BaseModel):
    """A check that does not hold. `line` says it in words: room, case, what.

    `new` where the baseline does not know it as broken; `law` where it holds for what reaches the user.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    kind: RowKind
    room: str
    result: str
    line: str
    new: bool
    law: bool


class Move(BaseModel):
    """One score of one case that differs from the baseline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    key: str
    kind: RowKind
    name: str
    old: float
    new: float

    @property
    def worse(self) -> bool:
        """Whether the change is for the worse."""
        return (self.new > self.old) if self.name in LOWER_IS_BETTER else (self.new < self.old)


class Changed(BaseModel):
    """A case whose user is shown something else. Either side is None where there was no answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    kind: RowKind
    old: Shown | None
    new: Shown | None


def breaches(rows: Sequence[Row], baseline: Baseline) -> list[Breach]:
    """Every check that does not hold, and every one that held and is not made any more."""
    before = baseline.by_key()
    return [breach for row in rows for breach in (*_broken(row, before.get(row.key)), *_lost(row, before))]


def _broken(row: Row, old: BaselineRow | None) -> Iterator[Breach]:
    for room, result in row.broken():
        name = f"{room}.{result.name}"
        known = old is not None and old.values.get(name) is False
        yield Breach(
            slug=row.slug,
            kind=row.kind,
            room=room,
            result=result.name,
            line=_words(row, old, room, result.name, result.reason),
            new=not known,
            law=result.name in ALWAYS,
        )


def _lost(row: Row, before: dict[str, BaselineRow]) -> Iterator[Breach]:
    old = before.get(row.key)
    if old is None or row.error is not None:
        return
    for name, value in old.values.items():
        room, result = name.split(".", 1)
        if value is True and room in ROOMS and row.value(_room(room), result) is None:
            line = f"{room}: case {row.key} is no more checked for {result}, which held"
            yield Breach(
                slug=row.slug, kind=row.kind, room=room, result=result, line=line, new=True, law=False
            )


def _room(name: str) -> Room:
    return next(room for room in ROOMS if room == name)


def _words(row: Row, old: BaselineRow | None, room: str, result: str, reason: str) -> str:
    """ "causes: case X now ranks the true cause third (it was first)", or what broke and why."""
    rank = row.value("causes", "rank")
    if room == "causes" and result in ("top3", "acceptable") and isinstance(rank, str) and rank != "first":
        was = old.values.get("causes.rank") if old else None
        before = f" (it was {was})" if isinstance(was, str) and was != rank else ""
        return f"causes: case {row.key} now ranks the true cause {rank}{before}; {result}: {reason}"
    return f"{room}: case {row.key} now breaks {result}: {reason}"


def moves(rows: Sequence[Row], baseline: Baseline) -> list[Move]:
    """Every score that differs from the baseline, over rows that stand in both."""
    before, found = baseline.by_key(), []
    for row in rows:
        old = before.get(row.key)
        for name, was, now in _scores(row, old) if old else ():
            if abs(was - now) > CLOSE:
                found.append(
                    Move(slug=row.slug, key=row.key, kind=row.kind, name=name, old=was, new=now),
                )
    return found


def paired(rows: Sequence[Row], baseline: Baseline, name: str) -> int:
    """Over how many rows a score can be compared."""
    before = baseline.by_key()
    return sum(
        any(score == name for score, _, _ in _scores(row, before[row.key]))
        for row in rows
        if row.key in before
    )


def _scores(row: Row, old: BaselineRow) -> Iterator[tuple[str, float, float]]:
    for room in ROOMS:
        for result in row.rooms[room]:
            was = old.values.get(f"{room}.{result.name}")
            if _number(result.value) and _number(was):
                yield f"{room}.{result.name}", float(was or 0.0), float(result.value)


def _number(value: object) -> bool:
    return isinstance(value, float) and not isinstance(value, bool)


def ranks_lower(rows: Sequence[Row], baseline: Baseline) -> list[str]:
    """ "causes: case X now ranks the true cause third" for each that ranks it lower than it did."""
    before, found = baseline.by_key(), []
    for row in rows:
        old = before.get(row.key)
        was, now = (old.values.get("causes.rank") if old else None), row.value("causes", "rank")
        if isinstance(was, str) and isinstance(now, str) and depth(now) > depth(was):
            where = "does not list the true cause" if now == NOT_LISTED else f"ranks the true cause {now}"
            found.append(f"causes: case {row.key} now {where} (it was {was})")
    return found


def changed(rows: Sequence[Row], baseline: Baseline) -> list[Changed]:
    """Every row whose user is shown something else than before; rows that are new are no change."""
    before, found = baseline.by_key(), []
    for row in rows:
        old = before.get(row.key)
        if old is not None and old.shown != row.shown:
            found.append(Changed(key=row.key, kind=row.kind, old=old.shown, new=row.shown))
    return found


def gone(rows: Sequence[Row], baseline: Baseline) -> list[str]:
    """The keys of the baseline's rows that this run does not have."""
    return sorted(set(baseline.by_key()) - {row.key for row in rows})
