"""The tests are the same tree again: every module with code has a test where one looks for it."""

from __future__ import annotations

import ast
from pathlib import Path

WITHOUT = {
    "agent/store/migrations/env.py": "run by Alembic; test_schema.py goes through it",
    "agent/ports.py": "protocols only: nothing runs",
    "agent/issue_ports.py": "protocols only: nothing runs",
}


def _has_code(path: Path) -> bool:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) for node in body)


def untested(root: Path, tree: str) -> list[str]:
    """Modules under `tree` with functions or classes and no test file in the mirrored place."""
    found = []
    for path in sorted((root / tree).rglob("*.py")):
        where = path.relative_to(root)
        if path.name == "__init__.py" or "versions" in where.parts or where.as_posix() in WITHOUT:
            continue
        name = path.stem.strip("_") if path.stem.startswith("__") else path.stem
        test = root / "tests" / where.parent / f"test_{name}.py"
        if _has_code(path) and not test.exists():
            found.append(f"{where} has no {test.relative_to(root)}")
    return found


def test_every_module_has_its_test(root: Path) -> None:
    assert not [line for tree in ("agent", "api", "evals", "prompts") for line in untested(root, tree)]


def test_every_exception_still_exists(root: Path) -> None:
    assert not [path for path in WITHOUT if not (root / path).exists()]


def test_a_module_without_a_test_is_found(tmp_path: Path) -> None:
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "lonely.py").write_text("def f() -> None: ...\n")
    assert untested(tmp_path, "agent") == ["agent/lonely.py has no tests/agent/test_lonely.py"]
