"""The index of one tenant on SQLite: the engine's folder, and in memory what it does not hold yet.

The rows are the truth. Each has a change number, which was given in the transaction that wrote it; the
folder knows up to which number it holds them. What lies above is read from the rows before every search,
so that an issue is found as soon as it is stored, and the folder is brought on when that is much.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from agent.errors import StoreUnavailable
from agent.store.index.bm25 import Collection, choose
from agent.store.index.found import EngineBroken, EngineBusy, Found, Wanted, best, deep_enough, is_before
from agent.store.index.stored import collection
from agent.store.index.tables import issue_tokens
from agent.store.index.tail import Row, Tail
from agent.store.index.version import named

if TYPE_CHECKING:
    from agent.store.index.engine import Folder

TAIL_ROWS = 400
"""So many changed issues are searched in memory; after a write of more the folder is brought on."""
LATE_ROWS = 4_000
"""The same while more is being written, for a search too: a commit of the folder takes as long as some
thousand issues in it, and the fewer commits there were, the fewer parts a search has to look through."""
_MOST_TAIL_ROWS = 5_000
"""So many are searched in memory while another process brings the folder on."""
_AT_ONCE = 1_000
_PATIENCE_SECONDS, _PAUSE_SECONDS = 10.0, 0.05
_NO_ROOM = "the disk is full; the issues are stored, and are indexed once there is room"

_LAST = select(func.max(issue_tokens.c.change))
_ROWS = (
    select(
        issue_tokens.c.issue_id,
        issue_tokens.c.change,
        issue_tokens.c.created,
        issue_tokens.c.tokens,
        issue_tokens.c.length,
    )
    .where(issue_tokens.c.change > bindparam("after"))
    .order_by(issue_tokens.c.change)
    .limit(bindparam("many"))
)


def rows_after(connection: Connection, change: int) -> Iterator[list[Row]]:
    """The rows with a higher change, in the order of their changes, some hundreds at a time."""
    while rows := _rows(connection, change, _AT_ONCE):
        yield rows
        change = rows[-1].change


def _rows(connection: Connection, after: int, many: int) -> list[Row]:
    return [Row(*row) for row in connection.execute(_ROWS, {"after": after, "many": many})]


class _View(NamedTuple):
    """What one search looks at. The tail is searched under the lock, the folder is not."""

    folder: Folder | None
    tail: Tail
    stored: Collection


class LocalIndex:
    """`found.Index` on SQLite, for one tenant. Safe to use from several threads at once.

    `path` is the folder of the tenant; with None, or where it cannot be written, the engine keeps its index
    in memory. `said` collects in plain words what was found damaged and made anew.
    """

    def __init__(self, path: Path | None) -> None:
        self.path, self.said = path, list[str]()
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._view: _View | None = None

    def search(self, connection: Connection, wanted: Wanted) -> Found:
        """The best issues by BM25; those that were stored a moment ago too."""
        try:
            return self._search(connection, wanted)
        except EngineBroken as bad:
            self.make_anew(connection, str(bad))
            return self._search(connection, wanted)

    def _search(self, connection: Connection, wanted: Wanted) -> Found:
        with self._lock:
            folder, tail, stored = self._view = self._current(connection)
            having = {
                token: tail.having(token) + (folder.having(token) if folder else 0)
                for token in wanted.weights
            }
            chosen = choose(wanted.weights, stored.docs, having.__getitem__)
            hits = [hit for hit in tail.search(chosen, stored.average) if is_before(hit, wanted.before)]
            masked = dict(tail.rows) if folder else {}
        if folder and chosen:
            hits += deep_enough(lambda depth: folder.search(chosen, depth), wanted, masked)
        return Found(best(hits, wanted.limit), stored.docs, stored.average, having)

    def _current(self, connection: Connection) -> _View:
        """The view with every row that is stored by now, as far as that can be had at once."""
        last = connection.scalar(_LAST) or 0
        view = self._view
        if view is None or last < view.tail.seen:
            view = self._open(connection, last)
        elif last == view.tail.seen:
            return view
        if last - view.tail.covered > TAIL_ROWS:
            view = self._brought_on(connection, view)
        view.tail.add(_rows(connection, view.tail.seen, max(0, _MOST_TAIL_ROWS - len(view.tail.rows))))
        return view._replace(stored=collection(connection))

    def _open(self, connection: Connection, last: int) -> _View:
        """What is there. A folder that holds other rows than these is none."""
        try:
            folder = self.opened()
        except OSError as bad:
            self._stay_in_memory(str(bad))
            folder = None
        if folder and (folder.held.name != named(connection).name or folder.held.covered > last):
            folder = None
        return _View(folder, Tail(folder.held.covered if folder else 0), Collection(0, 1.0))

    def _reloaded(self, connection: Connection, view: _View, last: int) -> _View:
        """The view with what another process has written to the folder meanwhile."""
        if view.folder is None:
            opened = self._open(connection, last)
            return opened if opened.folder else view
        view.folder.reload()
        covered = view.folder.held.covered
        return view._replace(tail=Tail(covered)) if covered > view.tail.covered else view

    def _brought_on(self, connection: Connection, view: _View) -> _View:
        """The view after another process, or this one, has brought the folder on.

        Where another one is at it, a tail of some thousand rows is searched instead; for more it is waited.
        """
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            last = connection.scalar(_LAST) or 0
            view = self._reloaded(connection, view, last)
            if last - view.tail.covered <= LATE_ROWS:
                return view
            try:
                folder = self.catch_up(connection)
                return view._replace(folder=folder, tail=Tail(folder.held.covered))
            except OSError as bad:
                self._stay_in_memory(str(bad))
            except EngineBusy:
                if last - view.tail.covered <= _MOST_TAIL_ROWS or time.monotonic() > until:
                    return view
                time.sleep(_PAUSE_SECONDS)
                view = self._open(connection, last)

    def bring_on(self, connection: Connection, *, is_last: bool = True) -> None:
        """After something was written: lets the folder take up what is much for a tail.

        Unless that `is_last`, more is written at once. Raises `StoreUnavailable` where the disk does not
        take it; the rows are stored all the same.
        """
        view = self._view
        last = connection.scalar(_LAST) or 0
        try:
            covered = view.tail.covered if view else self._covered()
            if last - covered <= (TAIL_ROWS if is_last else LATE_ROWS):
                return
            folder = self.catch_up(connection)
        except EngineBusy:
            return
        except EngineBroken as bad:
            self.make_anew(connection, str(bad))
            return
        except OSError as bad:
            why = _NO_ROOM if "space" in str(bad) else str(bad)
            raise StoreUnavailable(where=self.path, why=why) from bad
        with self._lock:
            self._view = _View(folder, Tail(folder.held.covered), collection(connection))

    def opened(self) -> Folder | None:
        """The folder as it is now; None where there is none yet. Raises `EngineBroken` or `OSError`."""
        there = self.path is not None and (self.path / "meta.json").exists()
        return _folder(self.path) if there else None

    def _covered(self) -> int:
        folder = self.opened()
        return folder.held.covered if folder else 0

    def catch_up(self, connection: Connection) -> Folder:
        """Brings the folder on to the last stored row, and gives it.

        Raises `EngineBusy` where this or another process is at it, `EngineBroken`, and `OSError` where the
        disk does not take it; then the folder is as it was.
        """
        if not self._writing.acquire(blocking=False):
            raise EngineBusy
        try:
            in_memory = self._view.folder if self._view and self.path is None else None
            folder = in_memory or _folder(self.path)
            if folder.held.covered > (connection.scalar(_LAST) or 0):
                folder.empty()
            folder.write(named(connection).name, lambda covered: rows_after(connection, covered))
            return folder
        finally:
            self._writing.release()

    def make_anew(self, connection: Connection, why: str) -> None:
        """After damage: an empty folder, filled from the rows as soon as it can be."""
        self._say(f"The search index in {self.path} is damaged ({why}); it is made anew.")
        with self._lock:
            self._view = None
            try:
                if self.path is not None:
                    shutil.rmtree(self.path, ignore_errors=True)
                self.catch_up(connection)
            except EngineBusy:
                return
            except OSError as bad:
                self._stay_in_memory(str(bad))

    def _stay_in_memory(self, why: str) -> None:
        self._say(f"The search index in {self.path} cannot be written ({why}); one is kept in memory.")
        self.path = None

    def _say(self, line: str) -> None:
        self.said.append(line)
        logged(line)


def _folder(path: Path | None) -> Folder:
    """The engine is imported at first use: a store of few issues never needs it."""
    from agent.store.index.engine import Folder

    return Folder(path)


def logged(line: str) -> None:
    """A warning in the log."""
    import structlog

    structlog.get_logger("index").warning(line)
