"""The engine beside a SQLite file: a folder that can be made anew from the rows at any time.

A folder holds the issues of one tenant up to one change number. The number stands in a document of its
own, which is written in the same commit as the issues: so the folder always knows what it holds, wherever
a process was killed. One process writes at a time, under the engine's own lock; others read meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import tantivy

from agent.store.index.bm25 import Chosen, idf
from agent.store.index.found import EngineBroken, EngineBusy
from agent.store.index.packed import as_text
from agent.store.index.tail import Hit, Row

_HEAP_BYTES = 40_000_000
_MARK = 0
"""The id of the document that says what is held. Ids of issues begin at 1."""
_NO_DATE = -(1 << 62)
_FULL = "No space left"
"""What the engine says of a disk that takes no more."""


class Held(NamedTuple):
    """What a folder holds: issues up to the change `covered` of the index called `name`."""

    name: str
    covered: int


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_integer_field("change", fast=True)
    builder.add_integer_field("created", fast=True)
    builder.add_text_field("name", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


@contextmanager
def _broken_if_it_fails() -> Iterator[None]:
    """What the engine raises over a damaged file, a panic of it included, as `EngineBroken`.

    A full disk is no damage: `OSError`.
    """
    try:
        yield
    except (ValueError, OSError, KeyError) as bad:
        if _FULL in str(bad):
            raise OSError(str(bad)) from bad
        raise EngineBroken(str(bad).splitlines()[0] if str(bad) else type(bad).__name__) from bad
    except BaseException as bad:
        if type(bad).__name__ != "PanicException":
            raise
        raise EngineBroken("the engine gave up on a damaged file") from bad


class Folder:
    """One folder, open for searching as it was at the last `reload`. Safe to use from several threads."""

    def __init__(self, path: Path | None) -> None:
        """Opens what is there, or makes an empty one; in memory for None.

        Raises `EngineBroken`, or `OSError` where the folder cannot be made.
        """
        self.path = path
        if path is None:
            self._index = tantivy.Index(_schema())
        else:
            path.mkdir(parents=True, exist_ok=True)
            with _broken_if_it_fails():
                self._index = tantivy.Index(_schema(), path=str(path), reuse=True)
        self._index.config_reader("manual")
        self.reload()

    def empty(self) -> None:
        """Forgets every issue, and which index it held."""
        writer = self._writer()
        try:
            with _as_os_error(self.path):
                writer.delete_all_documents()
                writer.commit()
        finally:
            _close(writer)
        self.reload()

    def reload(self) -> None:
        """Sees what was committed meanwhile, by this process or another."""
        with _broken_if_it_fails():
            self._index.reload()
            self._searcher = self._index.searcher()
            self.held = self._read_mark()

    def _read_mark(self) -> Held:
        query = tantivy.Query.term_query(self._index.schema, "id", _MARK)
        hits = self._searcher.search(query, limit=1, count=False).hits
        if not hits:
            return Held("", 0)
        address = hits[0][1]
        covered = self._searcher.fast_field_values("change", [address])[0]
        return Held(str(self._searcher.doc(address)["name"][0]), int(covered or 0))

    @property
    def docs(self) -> int:
        """How many issues it holds."""
        return max(0, int(self._searcher.num_docs) - (self.held.name != ""))

    def having(self, token: str) -> int:
        """How many issues have the token; issues that were changed lately may count twice."""
        return int(self._searcher.doc_freq("text", token))

    def sums(self) -> tuple[int, int, int]:
        """The number of issues, and the sums of their ids and of their changes: what `doctor` compares."""
        fields = {name: {"stats": {"field": name}} for name in ("id", "change")}
        with _broken_if_it_fails():
            found = self._searcher.aggregate(tantivy.Query.all_query(), fields)
        changes = int(found["change"]["sum"] or 0) - self.held.covered
        return self.docs, int(found["id"]["sum"] or 0), changes

    def search(self, chosen: list[Chosen], depth: int) -> list[Hit]:
        """The best `depth` issues, best first."""
        schema, every = self._index.schema, int(self._searcher.num_docs)
        clauses = []
        with _broken_if_it_fails():
            for one in chosen:
                here = self.having(one.token)
                if not here:
                    continue
                # The engine multiplies with the idf of all that it holds: that is put right.
                boost = one.factor / idf(every, here)
                term = tantivy.Query.term_query(schema, "text", one.token, index_option="freq")
                clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(term, boost)))
            if not clauses:
                return []
            query = tantivy.Query.boolean_query(clauses)
            hits = self._searcher.search(query, limit=depth, count=False).hits
            addresses = [address for _, address in hits]
            ids = self._searcher.fast_field_values("id", addresses)
            dates = self._searcher.fast_field_values("created", addresses)
        return [
            Hit(int(issue_id or 0), score, None if date == _NO_DATE else int(date or 0))
            for (score, _), issue_id, date in zip(hits, ids, dates, strict=True)
        ]

    def write(self, name: str, batches: Callable[[int], Iterable[list[Row]]]) -> None:
        """Adds the rows of `batches(covered)`, in the order of their changes, in one commit.

        Where the folder holds another index than `name`, it is emptied first. Raises `EngineBusy`,
        `EngineBroken`, or `OSError` where the disk is full; then the folder is as it was.
        """
        writer = self._writer()
        try:
            self.reload()
            is_other = self.held.name != name
            covered = 0 if is_other else self.held.covered
            reached = covered
            with _as_os_error(self.path):
                if is_other:
                    writer.delete_all_documents()
                for rows in batches(covered):
                    for row in rows:
                        self._replace(writer, row, is_new=is_other)
                    reached = rows[-1].change
                if is_other or reached > covered:
                    self._mark(writer, Held(name, reached))
                    writer.commit()
        finally:
            _close(writer)
        self.reload()

    def _writer(self) -> Any:
        try:
            return self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        except ValueError as bad:
            if "LockBusy" in str(bad):
                raise EngineBusy from None
            raise OSError(f"{self.path}: {bad}") from bad

    def _replace(self, writer: Any, row: Row, *, is_new: bool) -> None:
        if not is_new:
            writer.delete_documents_by_term("id", row.issue_id)
        if row.tokens is None:
            return
        created = _NO_DATE if row.created is None else row.created
        values = {"text": as_text(row.tokens), "id": row.issue_id, "change": row.change, "created": created}
        writer.add_document(tantivy.Document.from_dict(values, self._index.schema))

    def _mark(self, writer: Any, held: Held) -> None:
        writer.delete_documents_by_term("id", _MARK)
        values = {"id": _MARK, "change": held.covered, "created": _NO_DATE, "name": held.name}
        writer.add_document(tantivy.Document.from_dict(values, self._index.schema))


@contextmanager
def _as_os_error(path: Path | None) -> Iterator[None]:
    """The engine tells what the disk says as a `ValueError`."""
    try:
        yield
    except ValueError as bad:
        raise OSError(f"{path}: {bad}") from bad


def _close(writer: Any) -> None:
    """Lets merges end and gives the lock back."""
    try:
        writer.wait_merging_threads()
    except (ValueError, RuntimeError):
        # The writer is of no use after an error; the folder holds the last commit.
        return
