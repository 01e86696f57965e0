"""Words that have no place in the product: machines, registries, notes to oneself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

# Put together from parts, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a registry's host": re.compile(
        "|".join(
            ["pypi" + r"\.org", "files\\.python" + "hosted", "registry\\.npm" + "js", "test\\.py" + "pi"]
        )
    ),
    "an absolute path of a machine": re.compile(r"(?<![\w.~/:<>-])/(?:wo" + "rk|ro" + r"ot|Users/\w+)/"),
    "a path outside of the tree": re.compile(r"\.\./sha" + "red"),
    "a note to oneself": re.compile(r"\b(?:TO" + "DO|FIX" + r"ME|XXX)\b"),
}
PRODUCT = ("agent", "api", "evals", "prompts", "pyproject.toml", "constraints.txt", "README.md", ".ci")
# Automation checks the figures that rest on data kept beside the tree.
BESIDE_THE_TREE = {".ci/run"}
# What users paste holds paths of their own machines.
PASTED = ("evals/cases/",)
TEXT = {".py", ".toml", ".md", ".txt", ".jsonl", ".json", ".ini", ".mako", ".html", ".css", ".js", ""}


def forbidden(text: str) -> list[str]:
    """What is wrong with a text, each with the line."""
    return [
        f"line {number}: {what}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if pattern.search(line)
    ]


def product_files(root: Path) -> list[Path]:
    found = []
    for name in PRODUCT:
        entry = root / name
        inside = sorted(entry.rglob("*")) if entry.is_dir() else [entry]
        found += [p for p in inside if p.is_file() and p.suffix in TEXT and "__pycache__" not in p.parts]
    return [p for p in found if not p.relative_to(root).as_posix().startswith(PASTED)]


def test_no_forbidden_word_stands_in_the_product(root: Path) -> None:
    files = product_files(root)
    assert len(files) > 100
    found = {path.relative_to(root).as_posix(): forbidden(path.read_text(encoding="utf-8")) for path in files}
    for path in BESIDE_THE_TREE & set(found):
        found[path] = [line for line in found[path] if "outside of the tree" not in line]
    assert not {path: bad for path, bad in found.items() if bad}


def test_the_agent_prints_nothing(root: Path) -> None:
    found = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in sorted((root / "agent").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not found


@pytest.mark.parametrize(
    "planted",
    [
        "index = 'https://py" + "pi.org/simple'",
        "x = '/wo" + "rk/main'",
        "see ../sha" + "red/facts",
        "# TO" + "DO",
    ],
)
def test_a_planted_word_is_caught(planted: str) -> None:
    assert forbidden(planted)
