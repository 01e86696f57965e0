"""Authored recordings: replies that a person wrote, to try what the road does with them.

They are said by nobody, so they are never called a model's. A TOML file holds the words of one recording;
the requests that they answer are those that the road makes now. Where a prompt changed, the same command
keys the same words anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.diagnosis.model import Budget, CallStep, ModelCall, ModelReply
from agent.diagnosis.next_call import Models
from agent.llm.replay import replayed
from evals.bench.echo import echo
from evals.case import SLUG, BadCase

NOBODY = "authored"
"""What an authored reply calls its model."""
Fault = Literal[
    "bad_key", "bad_request", "billing", "broken_stream", "context_exceeded", "overloaded", "provider_error",
    "rate_limited", "refusal", "timeout", "truncated", "unreachable",
]  # fmt: skip
_ERRORS: dict[str, tuple[str, str]] = {
    "bad_key": ("authentication_error", "invalid x-api-key"),
    "bad_request": ("invalid_request_error", "messages: at least one message is required"),
    "billing": ("billing_error", "Your credit balance is too low to access the Anthropic API."),
    "overloaded": ("overloaded_error", "Overloaded"),
    "provider_error": ("api_error", "Internal server error"),
    "rate_limited": ("rate_limit_error", "This request would exceed your account's rate limit."),
    "timeout": ("timeout_error", "Request timed out"),
}
"""Type and message of the error with which the API would say it."""
_STOPS: dict[str, str | None] = {
    "broken_stream": None,
    "context_exceeded": "model_context_window_exceeded",
    "refusal": "refusal",
    "truncated": "max_tokens",
}


class WrittenReply(BaseModel):
    """One reply: `text`, or `faithful` for the plain words as a draft, with `replace` done in it.

    `fault` says how it goes wrong; the text is then what came before. Nothing of both is a reply of no words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    step: CallStep
    text: str | None = None
    faithful: bool = False
    replace: list[tuple[str, str]] = []
    stop_reason: str = "end_turn"
    fault: Fault | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> WrittenReply:
        if self.faithful and self.text is not None:
            raise ValueError("give text, or faithful = true, not both")
        if self.replace and not self.faithful:
            raise ValueError("replace belongs to faithful = true")
        if self.text is None and not self.faithful and self.fault is None:
            raise ValueError("give text, faithful = true or a fault")
        if self.fault in _ERRORS and (self.text is not None or self.faithful):
            raise ValueError(f"a reply with the fault {self.fault} has no text")
        return self


class Authored(BaseModel):
    """The words of one recording. `why` says what it is for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    case: str = Field(pattern=rf"^{SLUG.pattern}$")
    why: str = Field(min_length=10)
    trial: int | None = Field(default=None, ge=0)
    replies: list[WrittenReply] = Field(min_length=1)


class Unanswered(BadCase):
    """The replies of an authored recording are not those that the road asks for. The message says how."""


class Writer:
    """A `ports.Model` that gives the written replies in order, each for its step.

    `wrong` says what did not fit: a step that comes out of order, or a text that is not there to replace.
    """

    name = NOBODY

    def __init__(self, authored: Authored, models: Models) -> None:
        self._left = list(authored.replies)
        self.triage_model, self.draft_model, self.strong_model = models
        self.wrong: list[str] = []

    async def complete(
        self,
        call: ModelCall,
        said: Callable[[str], None],  # noqa: ARG002 - nobody listens
        budget: Budget,  # noqa: ARG002 - nothing is spent
    ) -> ModelReply:
        """The next reply."""
        if not self._left:
            self.wrong.append(f"the road asks for a {call.step}, and no reply is left")
            return ModelReply(outcome="not_recorded")
        reply = self._left.pop(0)
        if reply.step != call.step:
            self.wrong.append(f"the road asks for a {call.step}, and the next reply is for a {reply.step}")
            return ModelReply(outcome="not_recorded")
        response = self._response(reply, call)
        outcome = replayed(response)
        return outcome.model_copy(update={"response": response, "recorded": False})

    def check(self, case: str) -> None:
        """Raise `Unanswered` where the replies did not fit the road."""
        left = [f"the road does not ask for the {reply.step} that is written" for reply in self._left]
        if self.wrong or left:
            raise Unanswered(f"{case}: {'; '.join([*self.wrong, *left])}")

    def _response(self, reply: WrittenReply, call: ModelCall) -> dict[str, Any] | None:
        if reply.fault == "unreachable":
            return None
        if reply.fault in _ERRORS:
            kind, message = _ERRORS[reply.fault]
            return {"type": "error", "error": {"type": kind, "message": message}, "request_id": None}
        text = self._text(reply, call)
        stop = _STOPS[reply.fault] if reply.fault else reply.stop_reason
        return {
            "id": "msg_authored",
            "type": "message",
            "role": "assistant",
            "model": NOBODY,
            "content": [{"type": "text", "text": text}] if text else [],
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }

    def _text(self, reply: WrittenReply, call: ModelCall) -> str:
        if not reply.faithful:
            return reply.text or ""
        text = echo(call.body)
        for old, new in reply.replace:
            if old not in text:
                self.wrong.append(f"{old!r} is not in the faithful draft, so nothing replaces it")
            text = text.replace(old, new)
        return text


def load_authored(path: Path) -> list[Authored]:
    """The files of a folder by name, or the one file. Raises `BadCase` that names file and field."""
    if not path.exists():
        raise BadCase(f"{path}: no such file or folder")
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not files:
        raise BadCase(f"{path}: holds no TOML file")
    return [_load(file) for file in files]


def _load(file: Path) -> Authored:
    try:
        return Authored.model_validate(_with_pairs(tomllib.loads(file.read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as bad:
        raise BadCase(f"{file}: cannot be read: {bad}") from bad
    except ValidationError as bad:
        first = bad.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise BadCase(f"{file}: {where}: {first['msg']}") from bad


def _with_pairs(data: dict[str, Any]) -> dict[str, Any]:
    """TOML has no tuples: the pairs of `replace` are made ones."""
    replies = data.get("replies")
    for reply in replies if isinstance(replies, list) else []:
        if isinstance(reply, dict) and isinstance(reply.get("replace"), list):
            reply["replace"] = [tuple(pair) if isinstance(pair, list) else pair for pair in reply["replace"]]
    return data
