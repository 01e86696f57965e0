"""The lock: digests of files, read and written whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.case import BadCase
from evals.lock import Lock, digest_of_file, digests, read_lock, write_lock


def test_it_comes_back_and_holds_every_file(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "a.json").write_text("{}")
    (folder / ".gitkeep").write_text("")
    lock = Lock(prompts="p", catalogue="c", recordings=digests(folder))
    path = tmp_path / "baselines" / "lock.json"
    assert read_lock(path) is None
    write_lock(lock, path)
    assert read_lock(path) == lock
    assert lock.recordings == {"a.json": digest_of_file(folder / "a.json")}
    (folder / "a.json").write_text("{} ")
    assert lock.recordings != digests(folder)
    assert [p.name for p in path.parent.iterdir()] == ["lock.json"]


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2}'])
def test_a_broken_lock_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "lock.json").write_text(text)
    with pytest.raises(BadCase, match="not a lock file"):
        read_lock(tmp_path / "lock.json")
