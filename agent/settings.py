"""Every environment variable, typed, in one class."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_database() -> str:
    return f"sqlite:///{user_data_path('caseworker') / 'caseworker.sqlite3'}"


class Settings(BaseSettings):
    """Read from the environment when made; nothing is read at import."""

    model_config = SettingsConfigDict(env_prefix="CASEWORKER_", frozen=True, extra="ignore")

    database_url: str = Field(
        default_factory=_default_database,
        description="Where rows are kept: sqlite:///PATH or postgresql://...",
    )
    causes: Path | None = Field(None, description="A folder of your team's own cause files")
    tenant: str = Field("default", description="The tenant that rows belong to", pattern=r"^[\w.-]{1,64}$")
    log_level: str = Field("warning", description="debug, info, warning or error; logs go to stderr")
    max_input_bytes: int = Field(6_000_000, description="The largest report that is read, in bytes", ge=1_000)
