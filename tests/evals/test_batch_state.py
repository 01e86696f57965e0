"""The state of batches: there again after a stop, and never guessed where the file is broken."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.batch_state import BatchState, Intent, Running, read_state, write_state
from evals.case import BadCase


def test_it_comes_back(tmp_path: Path) -> None:
    path = tmp_path / ".batch.json"
    assert read_state(path) == BatchState()
    state = BatchState(
        intent=Intent(keys=["c"], at=datetime(2026, 11, 23, tzinfo=UTC)),
        running=[Running(id="x", keys=["a", "b"])],
        replies={"d": {"type": "message"}},
    )
    write_state(state, path)
    assert read_state(path) == state
    assert state.under_way == {"a", "b"}
    assert [entry.name for entry in tmp_path.iterdir()] == [".batch.json"]


def test_a_broken_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".batch.json").write_text("{")
    with pytest.raises(BadCase, match="begin anew"):
        read_state(tmp_path / ".batch.json")
