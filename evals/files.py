"""Files that people or tools change beside us: tables of TOML that are checked, and texts written whole."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from evals.case import BadCase

M = TypeVar("M", bound=BaseModel)


def read_tables(path: Path, name: str, of: type[M]) -> list[M]:
    """The tables `[[name]]` of a TOML file that may hold nothing else; none where there is no file.

    Raises `BadCase`, which names the file and the field, for one that is not valid.
    """
    if not path.exists():
        return []
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as bad:
        raise BadCase(f"{path}: cannot be read: {bad}") from bad
    if unknown := sorted(set(entries) - {name}):
        raise BadCase(f"{path}: {', '.join(unknown)} is not known; each {name} is a table [[{name}]]")
    tables = entries.get(name, [])
    if not isinstance(tables, list):
        raise BadCase(f"{path}: each {name} is a table [[{name}]]")
    try:
        return [of.model_validate(table) for table in tables]
    except ValidationError as bad:
        first = bad.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or f"a {name}"
        raise BadCase(f"{path}: {where}: {first['msg']} ({first['input']!r})") from bad


def write_whole(path: Path, text: str) -> None:
    """Write a file in UTF-8, whole or not at all: who reads it meanwhile sees the old one."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
