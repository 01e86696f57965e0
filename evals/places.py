"""Where the suite keeps its files, and the option that moves all of them."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Places:
    """A folder that holds the suite: cases, recordings and what is written by hand or kept about them."""

    root: Path = HERE

    @property
    def cases(self) -> Path:
        """A folder a case."""
        return self.root / "cases"

    @property
    def recordings(self) -> Path:
        """A file a recording, and nothing else."""
        return self.root / "recordings"

    @property
    def authored(self) -> Path:
        """What is said in authored recordings, a TOML file each."""
        return self.root / "authored"

    @property
    def backlog(self) -> Path:
        """The declared gaps."""
        return self.root / "backlog.toml"

    @property
    def waivers(self) -> Path:
        """The checks that may break for a while."""
        return self.root / "waivers.toml"

    @property
    def lock(self) -> Path:
        """The digests."""
        return self.root / "baselines" / "lock.json"

    @property
    def baseline(self) -> Path:
        """The accepted results."""
        return self.root / "baselines" / "baseline.json"

    @property
    def batch(self) -> Path:
        """How far a batch under way has come; not part of the tree."""
        return self.root / ".batch.json"


def add_root(parser: argparse.ArgumentParser) -> None:
    """The option `--root`."""
    parser.add_argument(
        "--root", type=Path, default=HERE, metavar="DIR", help="the folder that holds cases and recordings"
    )
