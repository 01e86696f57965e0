"""The backlog: each gap by name, with a reason and a last day; what is not valid is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evals.backlog import gap_of, load_backlog, remove_gaps
from evals.case import BadCase

GAP = """# why there are gaps
[[gap]]
slug = "blue-mill"
reason = "nobody with a key has recorded it"
since = 2026-11-01
until = 2026-12-01

[[gap]]
slug = "red-mill"
reason = "nobody with a key has recorded it"
since = 2026-11-01
until = 2026-12-01
"""


def test_gaps_are_read_and_end(tmp_path: Path) -> None:
    path = tmp_path / "backlog.toml"
    assert load_backlog(path) == []
    path.write_text(GAP)
    gaps = load_backlog(path)
    gap = gap_of("red-mill", gaps)
    assert gap is not None
    assert (gap.outlived(date(2026, 12, 1)), gap.outlived(date(2026, 12, 2))) == (False, True)
    assert gap_of("green-mill", gaps) is None


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"blue-mill"', '"*"', "slug"),
        ('"blue-mill"', '"red-mill"', "twice"),
        ("until = 2026-12-01", "until = 2026-10-01", "later than since"),
        ("until = 2026-12-01", "", "until"),
        ("nobody with a key has recorded it", "later", "reason"),
        ("[[gap]]", "[[hole]]", "hole"),
        ("[[gap]]", "[[gap", "cannot be read"),
    ],
)
def test_what_is_not_valid_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    (tmp_path / "backlog.toml").write_text(GAP.replace(old, new, 1))
    with pytest.raises(BadCase, match=why):
        load_backlog(tmp_path / "backlog.toml")


def test_a_gap_is_taken_out_as_text(tmp_path: Path) -> None:
    path = tmp_path / "backlog.toml"
    remove_gaps(path, {"blue-mill"})
    assert not path.exists()
    path.write_text(GAP)
    remove_gaps(path, {"green-mill"})
    assert path.read_text() == GAP
    remove_gaps(path, {"blue-mill"})
    assert [gap.slug for gap in load_backlog(path)] == ["red-mill"]
    assert path.read_text().startswith("# why there are gaps\n[[gap]]")
