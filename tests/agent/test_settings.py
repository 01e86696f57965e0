"""Settings come from the environment when they are made, each with a name and a description."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from agent.settings import Settings


def test_the_environment_is_read_when_settings_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_TENANT", "acme")
    monkeypatch.setenv("CASEWORKER_CAUSES", "causes")
    made = Settings()
    assert (made.tenant, made.causes) == ("acme", Path("causes"))


def test_the_default_database_is_a_file_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASEWORKER_DATABASE_URL", raising=False)
    assert Settings().database_url.startswith("sqlite:///")


def test_every_setting_is_described() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]


@pytest.mark.parametrize("tenant", ["", "a b", "../x", "x" * 65])
def test_a_tenant_is_a_plain_word(tenant: str) -> None:
    with pytest.raises(ValidationError):
        Settings(tenant=tenant)


def test_no_model_is_asked_unless_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASEWORKER_MODEL", raising=False)
    assert Settings().model == "none"
    monkeypatch.setenv("CASEWORKER_MODEL", "live")
    monkeypatch.setenv("CASEWORKER_MODEL_USD", "0.1")
    monkeypatch.setenv("CASEWORKER_DRAFT_MODEL", "claude-opus-5-5")
    made = Settings()
    assert (made.model, made.model_usd, made.draft_model) == ("live", 0.1, "claude-opus-5-5")
    monkeypatch.setenv("CASEWORKER_MODEL", "guess")
    with pytest.raises(ValidationError):
        Settings()
