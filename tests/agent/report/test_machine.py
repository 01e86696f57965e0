from __future__ import annotations

import pytest

from agent.report.machine import system_of


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("win32", "windows"),
        ("macOS 15", "darwin"),
        ("Windows 11 with WSL2", "linux"),
        ("Ubuntu", "linux"),
        ("a toaster", None),
    ],
)
def test_operating_systems(text: str, system: str | None) -> None:
    assert system_of(text) == system
