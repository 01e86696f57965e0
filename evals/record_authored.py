"""`python -m evals record --authored`: written replies become recordings, keyed to what the road asks now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agent.errors import AgentError
from agent.llm.recordings import VERSIONS, Recording, request_key
from agent.llm.staleness import what_changed
from agent.state import Context
from evals.authored import NOBODY, Authored, Writer, load_authored
from evals.case import BadCase, Case
from evals.plan import Todo
from evals.provenance import author, tree_of
from evals.record import Books, Done, Say, Source, record_case
from evals.recorded import RecordedCase
from evals.run import shipped_models
from prompts import load as load_prompts


async def record_authored(
    path: Path,
    cases: Sequence[Case],
    entries: Sequence[RecordedCase],
    context: Context,
    books: Books,
    root: Path,
    say: Say,
) -> Done:
    """Record every file of `path` that belongs to one of `cases`; what already fits is left as it is.

    Raises `BadCase` for a file that is not valid, and where none belongs to a case.
    """
    by_slug = {case.slug: case for case in cases}
    files = [written for written in load_authored(path) if written.case in by_slug]
    if not files:
        raise BadCase(f"{path}: no file belongs to one of the {len(cases)} chosen cases")
    tree, by, done = tree_of(root), author(root), Done()
    taken: set[tuple[str, int]] = set()
    for written in files:
        old = _there(written, entries, taken)
        todo = Todo(
            by_slug[written.case], old.trial or 0 if old else _free(written, entries, taken), "missing"
        )
        taken.add((written.case, todo.trial))
        writer = Writer(written, shipped_models())
        source = Source(writer, "authored", VERSIONS, None, NOBODY)
        try:
            recording = await record_case(todo, source, context, tree, by, why=written.why)
            writer.check(written.case)
        except (BadCase, AgentError) as bad:
            done.failed[written.case] = str(bad)
            say(f"{written.case}: {'; '.join(writer.wrong) or bad}")
            continue
        said = _difference(old.recording if old else None, recording)
        if said is None and old is not None and old.state == "ok":
            continue
        books.keep(recording)
        done.written.append(recording.name)
        say(f"{recording.name}: {said or 'locked again'}")
    return done


def _there(
    written: Authored, entries: Sequence[RecordedCase], taken: set[tuple[str, int]]
) -> RecordedCase | None:
    """The recording that was made of these words before: by its trial, else by its why."""
    mine = [e for e in entries if e.slug == written.case and e.kind == NOBODY]
    for entry in mine:
        if (entry.slug, entry.trial or 0) in taken:
            continue
        if written.trial is not None and entry.trial == written.trial:
            return entry
        if written.trial is None and entry.recording and entry.recording.provenance.why == written.why:
            return entry
    return None


def _free(written: Authored, entries: Sequence[RecordedCase], taken: set[tuple[str, int]]) -> int:
    """A trial that nothing has. Raises `BadCase` where the one that is asked for is taken."""
    used = {e.trial for e in entries if e.slug == written.case and e.trial is not None}
    used |= {trial for slug, trial in taken if slug == written.case}
    if written.trial is None:
        return next(number for number in range(len(used) + 1) if number not in used)
    if written.trial in used:
        raise BadCase(f"{written.case}: trial {written.trial} is taken by another recording")
    return written.trial


def _difference(old: Recording | None, new: Recording) -> str | None:
    """What is different from before, in words; None where nothing is."""
    if old is None:
        return "new"
    before, after = (
        [(c.request_sha256, c.response_sha256) for c in recording.calls] for recording in (old, new)
    )
    if before == after and old.provenance.why == new.provenance.why:
        return None
    words = [a[1] for a in before] == [b[1] for b in after]
    what = "the words are the same" if words else "the words are new"
    changes = [
        change.what
        for was, now in zip(old.calls, new.calls, strict=False)
        if request_key(was.request) != request_key(now.request)
        for change in what_changed(was.request, now.request, prompts=load_prompts())
    ]
    if not changes:
        return what
    return f"keyed anew, {what}; changed in the request: {', '.join(dict.fromkeys(changes))}"
