"""Laws 1 and 3: who may import whom. The contracts stand in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

RUN = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_every_contract_is_kept(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert f"Contracts: {len(contracts)} kept, 0 broken." in done.stdout


def test_the_house_contract_is_exhaustive_and_each_library_has_one_door(root: Path) -> None:
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    house = next(contract for contract in contracts if contract.get("containers") == ["agent"])
    assert house["exhaustive"] is True
    behind_doors = {
        library
        for contract in contracts
        if contract["type"] == "forbidden"
        for library in contract["forbidden_modules"]
    }
    assert {
        "anthropic",
        "langgraph",
        "sqlalchemy",
        "alembic",
        "sqlite3",
        "typer",
        "fastapi",
        "uvicorn",
    } <= behind_doors
    ignored = [line for contract in contracts for line in contract.get("ignore_imports", [])]
    # The door to the model's SDK; then a graph that does nothing, FTS5, and the real service: what measuring
    # compares with.
    assert set(ignored) == {
        "agent.llm.live -> anthropic",
        "evals.bench.noop -> langgraph",
        "evals.bench.fts5 -> sqlite3",
        "evals.bench.empty_service -> api.app",
        "evals.bench.empty_service -> uvicorn",
    }, "an exception to a door must be argued here"
