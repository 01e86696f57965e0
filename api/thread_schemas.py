"""What a client sends to a conversation, and gets."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent.causes.cause import Question
from agent.diagnosis.diagnosis import Turn
from agent.diagnosis.reply import ReplyAction
from agent.report.error_report import EnvironmentFields


class EmptyThread(BaseModel):
    """A conversation that begins with nothing said: `{}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MessageIn(BaseModel):
    """Something said: words, or a pasted screen; the account and the machine may come with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content: str = Field(pattern=r"\S", examples=["2.1.7"])
    usage: str | dict[str, Any] | list[Any] | None = Field(None, examples=[{"session_5h": 3}])
    environment: EnvironmentFields | None = None


class ReplyOut(BaseModel):
    """What Caseworker says. `question` is the one that it asks, where `action` is "ask"."""

    text: str = Field("", examples=["Which version answers when you run `claude --version`?"])
    action: ReplyAction = Field("ask", examples=["ask"])
    question: Question | None = None


class MessageReply(BaseModel):
    """The reply to a message: its turn, the diagnosis behind it, and what the message changed."""

    turn: int = Field(examples=[2])
    reply: ReplyOut
    diagnosis_id: str | None = Field(examples=["dx_0123456789abcdef01234567"])
    changed: list[str] = Field(
        examples=[["You run 2.1.7: `legacy-client-misclassified` rose from 52 % to 84 %."]]
    )


class ThreadOut(BaseModel):
    """A conversation: its turns, the oldest first."""

    id: str = Field(examples=["th_0123456789abcdef01234567"])
    turns: list[Turn]


def thread_body() -> dict[str, Any]:
    """What the OpenAPI document says of the body that begins a thread: nothing, or a report."""
    names = ("EmptyThread", "ReportIn")
    schema = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": {}}}}
    }
