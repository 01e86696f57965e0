"""Law 2: a room never waits, reads or writes, and knows neither the time nor chance."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOMS = ("report", "usage", "issues", "causes", "diagnosis")
OUTSIDE = {
    "os", "io", "sys", "socket", "ssl", "subprocess", "time", "random", "secrets", "asyncio", "pathlib",
    "shutil", "tempfile", "threading", "multiprocessing", "sqlite3", "urllib", "http", "glob", "logging",
    "httpx2", "httpx", "requests", "sqlalchemy", "structlog", "uuid",
}  # fmt: skip
OUTSIDE_PARTS = {"importlib.resources", "importlib"}
CLOCK = {"now", "utcnow", "today"}
CALLS = {"open", "print", "input", "exec", "eval", "__import__"}


def impurities(source: str) -> list[str]:
    """Every line of a module that waits, reads, writes, or asks for the time or for chance."""
    found = []
    for node in ast.walk(ast.parse(source)):
        what = None
        if isinstance(node, (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)):
            what = "async"
        elif isinstance(node, ast.Import):
            what = next((f"import {a.name}" for a in node.names if _outside(a.name)), None)
        elif isinstance(node, ast.ImportFrom) and _outside(node.module or ""):
            what = f"import {node.module}"
        elif (
            isinstance(node, ast.Attribute)
            and node.attr in CLOCK
            and _named(node.value) in {"datetime", "date"}
        ):
            what = f"clock {node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            what = f"call of {node.func.id}"
        if what:
            found.append(f"line {node.lineno}: {what}")  # type: ignore[attr-defined]
    return found


def _outside(module: str) -> bool:
    return module.split(".")[0] in OUTSIDE or module in OUTSIDE_PARTS


def _named(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_pure(root: Path, room: str) -> None:
    files = sorted((root / "agent" / room).rglob("*.py"))
    assert len(files) > 1
    found = {path.name: bad for path in files if (bad := impurities(path.read_text(encoding="utf-8")))}
    assert not found


@pytest.mark.parametrize(
    "planted",
    [
        "async def f(): pass",
        "def f(p):\n    return open(p)",
        "from pathlib import Path",
        "from importlib import resources",
        "import importlib.resources",
        "import os.path",
        "import io",
        "import socket",
        "import subprocess",
        "import time",
        "import random",
        "from datetime import datetime\nx = datetime.now()",
        "import datetime\nx = datetime.datetime.utcnow()",
        "from datetime import date\nf = date.today",
    ],
)
def test_a_planted_breach_is_caught(planted: str) -> None:
    assert impurities(planted)


def test_pure_code_is_not_accused() -> None:
    assert not impurities("from datetime import datetime\nimport re\ndef f(now: datetime): return now.date()")
