"""Every environment variable, typed, in one class."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ModelMode = Literal["none", "replay", "live"]


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
    max_body_bytes: int = Field(2_000_000, description="The largest body of an HTTP request", ge=1_000)
    body_seconds: float = Field(20, description="How long a client may take to send a body", gt=0)
    run_seconds: float = Field(60, description="How long one diagnosis may take over HTTP", gt=0)
    max_runs: int = Field(1_000, description="Diagnoses that run or wait at once; more get 503", ge=1)
    road_processes: int | None = Field(
        None,
        description="Processes beside the serving one that make diagnoses; unset: 2, on one core none",
        ge=0,
    )
    keep_alive_seconds: float = Field(15, description="Pause between keep-alive comments of a stream", gt=0)
    drain_seconds: float = Field(20, description="How long a stopping server lets its runs end", ge=0)
    key_pepper: SecretStr = Field(
        SecretStr(""), description="A secret mixed into the hashes of API keys; a new one voids every key"
    )
    cors_origins: str = Field(
        "", description="Origins whose pages may call the API from a browser, with commas between"
    )
    model: ModelMode = Field(
        "none", description="Who words a diagnosis: none (plain words), live (Messages API) or replay"
    )
    recordings: Path | None = Field(None, description="The folder that the model replay answers from")
    triage_model: str = Field("claude-haiku-5-5", description="The model for what needs little thought")
    draft_model: str = Field("claude-sonnet-5-5", description="The model that drafts as a rule")
    strong_model: str = Field("claude-opus-5-5", description="The model for cases that are close")
    fallback_model: str = Field(
        "claude-haiku-5-5", description="Asked where another one is overloaded or gone; empty for none"
    )
    model_seconds: float = Field(40, description="How long the model may take for one diagnosis", ge=0)
    model_usd: float = Field(0.5, description="US dollars that the model may cost for one diagnosis", ge=0)
    model_tokens: int = Field(80_000, description="Tokens in and out for one diagnosis", ge=0)
    encoder: Path | None = Field(
        None,
        description="A folder with model.onnx and tokenizer.json: issues are compared by its vectors, "
        "once issues learn has weighed them; needs the extra encoder",
    )
    github_url: str = Field(
        "https://api.github.com", description="The API that issues sync reads; GITHUB_TOKEN is sent there"
    )
    links_online: bool = Field(
        False,
        description="Whether POST /v1/links reads GitHub first; then all that GITHUB_TOKEN may read is "
        "shown to keys of the roles agent and admin",
    )


class GitHubToken(BaseSettings):
    """The token, named as other tools name it; empty where there is none."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    github_token: SecretStr = SecretStr("")
