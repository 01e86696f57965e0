from __future__ import annotations

import pytest

from api.environment import BadEnvironment, load_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAX_INPUT_BYTES", "much"), ("TENANT", "a b"), ("LOG_LEVEL", "loud")],
)
def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CASEWORKER_{name}", value)
    with pytest.raises(BadEnvironment, match=f"CASEWORKER_{name}"):
        load_settings()


def test_the_settings_are_read_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_TENANT", "ours")
    assert load_settings().tenant == "ours"
