"""Processes: the tree and its memory from /proc, peaks, exit codes and CPU seconds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evals.bench.process import Memory, cpu_seconds, sample, tree, used_cpu, watch


def entry(proc: Path, pid: int, parent: int, pss: int, peak: int) -> None:
    (proc / str(pid)).mkdir()
    (proc / str(pid) / "status").write_text(f"Name:\tx\nPPid:\t{parent}\nVmHWM:\t {peak} kB\n")
    (proc / str(pid) / "smaps_rollup").write_text(f"Rss: 9999 kB\nPss:  {pss} kB\nPss_Anon: 1 kB\n")


def test_memory_is_summed_over_the_tree_only(tmp_path: Path) -> None:
    for pid, parent, pss, peak in (
        (10, 1, 100, 300),
        (11, 10, 50, 700),
        (12, 11, 7, 20),
        (13, 1, 5000, 9000),
    ):
        entry(tmp_path, pid, parent, pss, peak)
    assert sorted(tree(10, tmp_path)) == [10, 11, 12]
    assert sample(10, tmp_path) == (157, 700)


def test_peaks_are_kept() -> None:
    peaks = Memory().with_sample(2048, 4096).with_sample(1024, 8192)
    assert (peaks.pss_mb, peaks.rss_mb) == (2.0, 8.0)


def test_a_command_is_watched_to_its_end(tmp_path: Path) -> None:
    seen: list[float] = []
    code = "import sys, time; x = b'x' * 30_000_000; time.sleep(0.4); sys.exit(3)"
    done, peaks = watch([sys.executable, "-c", code], seen.append, env=os.environ, log=tmp_path / "log")
    assert done == 3
    assert seen == sorted(seen)
    assert seen
    if sys.platform == "linux":
        assert peaks.rss_mb > 20


def test_cpu_seconds_are_counted_and_a_failure_is_raised() -> None:
    assert 0 < cpu_seconds(["-c", "sum(range(2_000_000))"]) < 30
    with pytest.raises(subprocess.CalledProcessError):
        cpu_seconds(["-c", "raise SystemExit(1)"])


def test_the_cpu_of_a_process_is_its_user_and_system_time(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    ticks = os.sysconf("SC_CLK_TCK")
    (tmp_path / "7" / "stat").write_text(f"7 (a) b) S 1 1 1 0 -1 0 0 0 0 0 {3 * ticks} {ticks} 9 9 20 0 1\n")
    assert used_cpu(7, tmp_path) == 4
    assert used_cpu(8, tmp_path) == 0
