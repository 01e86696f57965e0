"""The environment of a command: settings read, logs set up, each fault said in words."""

from __future__ import annotations

from pydantic import ValidationError

from agent.errors import AgentError
from agent.log import configure_logging
from agent.settings import ModelMode, Settings


class BadEnvironment(AgentError):
    """The environment variable {name} is not valid: {why}."""


def load_settings(model: ModelMode | None = None) -> Settings:
    """The settings of this process, with logging set up by them; `model` wins over its variable.

    Raises `BadEnvironment`.
    """
    try:
        settings = Settings() if model is None else Settings(model=model)
    except ValidationError as bad:
        first = bad.errors()[0]
        name = "CASEWORKER_" + str(first["loc"][0]).upper()
        raise BadEnvironment(name=name, why=first["msg"]) from None
    try:
        configure_logging(settings.log_level)
    except ValueError as bad:
        raise BadEnvironment(name="CASEWORKER_LOG_LEVEL", why=str(bad)) from None
    return settings
