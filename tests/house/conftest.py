"""What the house laws look at: the tree, its files, and the packaged knowledge."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.causes.catalogue import Catalogue
from agent.compose import load_catalogue
from agent.settings import Settings
from evals.case import Case, load_cases


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("house")
    return load_catalogue(Settings(database_url=f"sqlite:///{folder / 'x.sqlite3'}", causes=None))


@pytest.fixture(scope="session")
def cases(root: Path) -> list[Case]:
    return load_cases(root / "evals" / "cases")
