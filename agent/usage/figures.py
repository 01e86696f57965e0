"""Collects what the readers find, and turns loose values into numbers without ever raising."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import datetime

from agent.usage.account import Basis, Bucket, BucketName, FlagName

MOST_BUCKETS = 40  # a paste that states more windows than this is noise
MOST_PERCENT = 10_000.0
MOST_MONEY = 1e12
_NUMBER = re.compile(r"\s*(-?\d{1,15}(?:[.,]\d{1,9})?)\s?%?\s*\Z")

Values = tuple[float | None, float | None, float | None, float | None, str | None, datetime | None]


def number(value: object) -> float | None:
    """A finite number from a JSON value or a numeric string ("3", "3.5", "3%"); else None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        found = _NUMBER.match(value)
        return float(found.group(1).replace(",", ".")) if found else None
    if not isinstance(value, int | float) or (isinstance(value, int) and abs(value) > 10**15):
        return None
    return float(value) if math.isfinite(value) else None


def percent(value: object) -> float | None:
    """A used percentage, 0 to 10,000 (overshoot is real, nonsense is not); else None."""
    found = number(value)
    return round(found, 4) if found is not None and 0 <= found <= MOST_PERCENT else None


def amount(value: object, *, cents: bool = False) -> float | None:
    """An amount of money or a count, in units; `cents` divides by 100. None when unreadable."""
    found = number(value)
    if found is None or abs(found) > MOST_MONEY:
        return None
    return round(found / 100, 4) if cents else found


@dataclass
class Figures:
    """What has been read so far. Readers add to it in the order of trust, best first."""

    buckets: list[Bucket] = field(default_factory=list)
    plan: str | None = None
    as_of: datetime | None = None
    flags: dict[FlagName, bool] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        name: BucketName,
        basis: Basis,
        *,
        used_percent: float | None = None,
        limit: float | None = None,
        used: float | None = None,
        remaining: float | None = None,
        currency: str | None = None,
        resets_at: datetime | None = None,
    ) -> None:
        """Add a reading, merged into an earlier one of the same window that it does not contradict."""
        new: Values = (used_percent, limit, used, remaining, currency, resets_at)
        if all(value is None for value in (used_percent, limit, used, remaining, resets_at)):
            return
        for index, old in enumerate(self.buckets):
            if old.name == name and old.basis == basis:
                both: Values = (
                    old.used_percent, old.limit, old.used, old.remaining, old.currency, old.resets_at
                )  # fmt: skip
                if not any(
                    a is not None and b is not None and a != b for a, b in zip(both, new, strict=True)
                ):
                    merged = [a if a is not None else b for a, b in zip(both, new, strict=True)]
                    self.buckets[index] = _bucket(name, basis, merged)
                    return
        if len(self.buckets) < MOST_BUCKETS:
            self.buckets.append(_bucket(name, basis, list(new)))

    def flag(self, name: FlagName, value: bool) -> None:
        """Set a yes/no fact unless a more trusted reader has set it."""
        self.flags.setdefault(name, value)

    def note(self, sentence: str) -> None:
        """Say once what could not be read."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    @property
    def empty(self) -> bool:
        """True while nothing was read."""
        return not (self.buckets or self.flags or self.plan)

    def completed(self) -> list[Bucket]:
        """The buckets, with the percentage of a cap worked out where only the amounts are known."""
        return [_with_percent(bucket) for bucket in self.buckets]


def _bucket(name: BucketName, basis: Basis, values: list[float | str | datetime | None]) -> Bucket:
    keys = ("used_percent", "limit", "used", "remaining", "currency", "resets_at")
    return Bucket.model_validate({"name": name, "basis": basis, **dict(zip(keys, values, strict=True))})


def _with_percent(bucket: Bucket) -> Bucket:
    if bucket.used_percent is not None or not bucket.limit or bucket.limit < 0:
        return bucket
    used = bucket.used
    if used is None and bucket.remaining is not None:
        used = bucket.limit - bucket.remaining
    if used is None or used < 0:
        return bucket
    share = percent(used / bucket.limit * 100)
    return bucket.model_copy(update={"used_percent": None if share is None else round(share, 1)})
