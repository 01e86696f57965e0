"""What a process and its children use: memory from /proc (Linux), CPU from the kernel's accounts."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

PROC = Path("/proc")
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.M)
_RSS = re.compile(r"^VmHWM:\s+(\d+) kB", re.M)
_PARENT = re.compile(r"^PPid:\s+(\d+)", re.M)


class Memory(BaseModel):
    """Peaks in MiB: `pss_mb` of the whole tree at once, `rss_mb` of its largest process."""

    model_config = ConfigDict(frozen=True)

    pss_mb: float = 0.0
    rss_mb: float = 0.0

    def with_sample(self, pss_kb: int, rss_kb: int) -> Memory:
        """The peaks after one more sample, in KiB."""
        return Memory(
            pss_mb=max(self.pss_mb, round(pss_kb / 1024, 1)), rss_mb=max(self.rss_mb, round(rss_kb / 1024, 1))
        )


def _read(path: Path) -> str:
    """The text of a file of /proc, or nothing where the process is gone or another user's."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def tree(root: int, proc: Path = PROC) -> list[int]:
    """`root` and all processes below it."""
    below: dict[int, list[int]] = {}
    for entry in proc.iterdir() if proc.is_dir() else ():
        if entry.name.isdigit() and (parent := _PARENT.search(_read(entry / "status"))):
            below.setdefault(int(parent.group(1)), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += below.get(pid, [])
    return found


def sample(root: int, proc: Path = PROC) -> tuple[int, int]:
    """KiB now: the sum of PSS over the tree of `root`, and the highest peak RSS among its processes."""
    pids = tree(root, proc)
    pss = [_PSS.search(_read(proc / str(pid) / "smaps_rollup")) for pid in pids]
    rss = [_RSS.search(_read(proc / str(pid) / "status")) for pid in pids]
    return sum(int(m.group(1)) for m in pss if m), max((int(m.group(1)) for m in rss if m), default=0)


def used_cpu(pid: int, proc: Path = PROC) -> float:
    """User and system CPU seconds that a process and its threads have used; 0 where it is gone."""
    fields = _read(proc / str(pid) / "stat").rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:13]) / os.sysconf("SC_CLK_TCK")


def watch(
    command: Sequence[str],
    look: Callable[[float], None],
    *,
    env: Mapping[str, str],
    log: Path,
    every: float = 0.1,
) -> tuple[int, Memory]:
    """Run `command`, calling `look(seconds since start)` often; its exit code and peaks of memory.

    `look` is called ten times as often as memory is sampled, which takes longer. What the command
    writes goes to the file `log`, where no full pipe can hold it up.
    """
    peaks, turn = Memory(), 0
    started = time.perf_counter()
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out, env=dict(env)) as process:
        while process.poll() is None:
            look(time.perf_counter() - started)
            if turn % 10 == 0:
                peaks = peaks.with_sample(*sample(process.pid))
            turn += 1
            time.sleep(every / 10)
        look(time.perf_counter() - started)
    return process.returncode, peaks


def cpu_seconds(arguments: Sequence[str]) -> float:
    """User and system CPU seconds of `python ARGUMENTS`. Raises `CalledProcessError` where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
