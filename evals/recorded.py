"""The recordings beside the declared cases, and what each is worth now.

The denominator is always the declared cases: a case without a recording has an entry that says so.
What can be told from the files alone is told by `load_recordings`; whether a recording is stale shows
only when its case walks the road with it (`evals.run`), which gives the entry its last state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from agent.llm.prices import Prices
from agent.llm.recordings import FILE, BadRecording, Kind, Recording, State, files_in, read
from agent.llm.replay import Replay
from agent.llm.staleness import Change
from evals.backlog import Gap, gap_of
from evals.case import Case
from evals.lock import Lock, digest_of_file

RECORD = "python -m evals record"
ACCEPT = "python -m evals accept --reviewer NAME"


class RecordedCase(BaseModel):
    """One recording of one case, or the lack of any.

    `file` is the name of the recording, None where there is none. `why` says in words what is wrong and
    `next` the command that mends it; both are empty where it is ok. `declared` is the reason and the last
    day of the gap in the backlog where the case has no recording and that is declared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    state: State
    kind: Kind | None = None
    trial: int | None = None
    file: str | None = None
    changes: list[Change] = []
    why: str = ""
    next: str = ""
    declared: str | None = None
    recording: Recording | None = Field(default=None, exclude=True, repr=False)

    @property
    def red(self) -> bool:
        """Whether this stops a change: everything but ok and a declared gap."""
        return self.state != "ok" and self.declared is None


def load_recordings(
    cases: Sequence[Case],
    folder: Path,
    *,
    backlog: Sequence[Gap],
    lock: Lock | None,
    prices: Prices,
    today: date,
) -> list[RecordedCase]:
    """An entry for each recording of `cases`, for each case without one, and for each file that fits none.

    By slug, then trial. `cases` are all that are declared; without a `lock` digests are not compared.
    No entry is stale yet.
    """
    slugs = {case.slug for case in cases}
    found = [_entry(path, slugs, lock, prices) for path in files_in(folder)]
    found += _lost(folder, lock)
    recorded = {entry.slug for entry in found}
    found += [_gap(case.slug, backlog, today) for case in cases if case.slug not in recorded]
    found += _needless(backlog, slugs, recorded)
    return sorted(found, key=lambda entry: (entry.slug, entry.trial or 0, entry.file or ""))


def after_walk(entry: RecordedCase, replay: Replay, error: str | None) -> RecordedCase:
    """The entry with the state that its walk down the road gave; `error` says why that gave no answer."""
    mend = _again(entry.slug, entry.kind)
    if error is not None:
        return entry.model_copy(update={"state": "error", "why": error})
    changes = [change for miss in replay.misses for change in miss.changes]
    why = [change.words for change in changes]
    why += [
        f"the road now asks for a {miss.step}, which was not recorded"
        for miss in replay.misses
        if not miss.changes
    ]
    if not replay.misses:
        why += [f"the road asks for no {call.step} any more" for call in replay.unused]
    if not why:
        return entry
    return entry.model_copy(
        update={"state": "stale", "changes": changes, "why": "; ".join(why), "next": mend}
    )


def _entry(path: Path, slugs: set[str], lock: Lock | None, prices: Prices) -> RecordedCase:
    named = FILE.fullmatch(path.name)
    slug = named["case"] if named else path.name
    if not named or slug not in slugs:
        why = "no case has this name" if named else "this is not the name of a recording"
        return RecordedCase(slug=slug, state="orphan", file=path.name, why=why, next=f"git rm {path.name}")
    trial = int(named["trial"] or 0)
    try:
        recording = read(path)
    except BadRecording as bad:
        return RecordedCase(
            slug=slug, state="error", trial=trial, file=path.name, why=str(bad), next=_again(slug)
        )
    state, why, mend = _judged(recording, path, lock, prices)
    return RecordedCase(
        slug=slug,
        state=state,
        kind=recording.kind,
        trial=trial,
        file=path.name,
        why=why,
        next=mend,
        recording=recording,
    )


def _judged(recording: Recording, path: Path, lock: Lock | None, prices: Prices) -> tuple[State, str, str]:
    """State, why and the next command, from the file alone."""
    broken = [f"calls[{i}].{part}" for i, call in enumerate(recording.calls) for part in call.edited]
    if broken:
        return (
            "edited",
            f"not what its digest says: {', '.join(broken)}",
            _again(recording.case, recording.kind),
        )
    if lock is not None:
        known = lock.recordings.get(path.name)
        if known is None:
            return "edited", "the lock does not know it", f"{_again(recording.case)} or {ACCEPT}"
        if known != digest_of_file(path):
            return "edited", "the lock has another digest of it", f"git checkout {path.name} or {ACCEPT}"
    asked = {call.request.get("model", "") for call in recording.calls}
    gone = sorted(name for name in asked if not prices.knows(name))
    if recording.kind == "live" and gone:
        return "expired-model", f"{', '.join(gone)} is not in the price file", _again(recording.case, "live")
    return "ok", "", ""


def _lost(folder: Path, lock: Lock | None) -> list[RecordedCase]:
    """Entries for recordings that the lock knows and the folder does not hold."""
    there = {path.name for path in files_in(folder)}
    lost = []
    for name in sorted(set(lock.recordings) - there if lock else ()):
        named = FILE.fullmatch(name)
        slug = named["case"] if named else name
        why = "the lock knows it, and the file is gone"
        mend = f"git checkout {name}, {_again(slug)} or {ACCEPT}"
        lost.append(RecordedCase(slug=slug, state="missing", file=name, why=why, next=mend))
    return lost


def _gap(slug: str, backlog: Sequence[Gap], today: date) -> RecordedCase:
    gap = gap_of(slug, backlog)
    if gap is None:
        why = "it has no recording, and backlog.toml does not say why"
        return RecordedCase(slug=slug, state="missing", why=why, next=f"{_again(slug)} or declare it")
    if gap.outlived(today):
        why = f"it has no recording, and its gap was declared until {gap.until} only"
        return RecordedCase(slug=slug, state="missing", why=why, next=_again(slug))
    declared = f"{gap.reason} (until {gap.until})"
    return RecordedCase(slug=slug, state="missing", why="declared", declared=declared)


def _needless(backlog: Sequence[Gap], slugs: set[str], recorded: set[str]) -> list[RecordedCase]:
    """Entries for declared gaps of no case, or of one that has a recording now."""
    entries = []
    for gap in backlog:
        if gap.slug in slugs and gap.slug not in recorded:
            continue
        why = "it has a recording now" if gap.slug in slugs else "no case has this name"
        entries.append(
            RecordedCase(
                slug=gap.slug,
                state="orphan",
                file="backlog.toml",
                why=f"a gap is declared, but {why}",
                next="remove its [[gap]] from backlog.toml",
            )
        )
    return entries


def _again(slug: str, kind: Kind | None = None) -> str:
    if kind == "authored":
        return f"{RECORD} --authored evals/authored --filter {slug}"
    return f"{RECORD} --filter {slug}" + (f" --model {kind}" if kind == "local" else "")
