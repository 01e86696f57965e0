"""A file holds one idea: no drawers for odds and ends, no long files, no long functions."""

from __future__ import annotations

import ast
from pathlib import Path

DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "core", "shared"}
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 60
TREES = ("agent", "api", "evals", "prompts")


def files(root: Path) -> list[Path]:
    return [path for tree in TREES for path in sorted((root / tree).rglob("*.py"))]


def long_functions(source: str) -> list[str]:
    return [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LINES_OF_A_FUNCTION
    ]


def test_no_module_is_a_drawer(root: Path) -> None:
    assert not [str(p) for p in files(root) if {p.stem, *p.relative_to(root).parts} & DRAWERS]


def test_no_file_is_long(root: Path) -> None:
    lines = {str(p.relative_to(root)): len(p.read_text(encoding="utf-8").splitlines()) for p in files(root)}
    assert not {name: count for name, count in lines.items() if count > LINES_OF_A_FILE}


def test_no_function_is_long(root: Path) -> None:
    found = {str(p.relative_to(root)): long_functions(p.read_text(encoding="utf-8")) for p in files(root)}
    assert not {name: bad for name, bad in found.items() if bad}


def test_a_long_function_is_caught() -> None:
    assert long_functions("def f():\n" + "    x = 1\n" * LINES_OF_A_FUNCTION)
    assert not long_functions("def f():\n" + "    x = 1\n" * (LINES_OF_A_FUNCTION - 1))
