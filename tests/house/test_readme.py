"""The README is in step with the program: every setting by name and in words, every command."""

from __future__ import annotations

from pathlib import Path

import typer.main
from pydantic_settings import BaseSettings

from agent.settings import Settings
from api import cli


def settings_table(markdown: str) -> dict[str, str]:
    """Environment variable to the row that documents it, from the Markdown tables of a text."""
    rows = [line.strip().strip("|").split("|") for line in markdown.splitlines() if line.startswith("|")]
    return {
        name: " ".join(cell.strip() for cell in cells[1:])
        for cells in rows
        if (name := cells[0].strip().strip("`")).startswith("CASEWORKER_")
    }


def wanted(settings: type[BaseSettings]) -> dict[str, str]:
    prefix = settings.model_config["env_prefix"]
    return {f"{prefix}{n}".upper(): f.description or "" for n, f in settings.model_fields.items()}


def commands(command: object, before: str = "") -> list[str]:
    """Every command of a click group with the groups before it: "issues import"."""
    found: list[str] = []
    for name, child in getattr(command, "commands", {}).items():
        inner = commands(child, f"{before}{name} ")
        found += inner or [f"{before}{name}"]
    return found


def test_the_readme_lists_each_setting_with_its_description(root: Path) -> None:
    table = settings_table((root / "README.md").read_text(encoding="utf-8"))
    settings = wanted(Settings)
    assert set(table) == set(settings)
    for name, description in settings.items():
        assert description, f"{name} has no description"
        assert description in table[name], f"{name}: the README says {table[name]!r}"


def test_the_readme_names_each_command(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    named = commands(typer.main.get_command(cli.app))
    assert {"diagnose", "parse", "causes", "issues search", "issues import", "db upgrade", "doctor"} <= set(
        named
    )
    assert not [name for name in named if f"caseworker {name}" not in text]


def test_a_missing_or_stale_row_is_seen() -> None:
    text = "| variable | what |\n|---|---|\n| `CASEWORKER_TENANT` | The tenant that rows belong to |\n"
    assert settings_table(text) == {"CASEWORKER_TENANT": "The tenant that rows belong to"}
    assert set(settings_table(text)) != set(wanted(Settings))
