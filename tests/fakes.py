"""Fakes with the methods of the model's door, for tests that need words without a provider."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from agent.diagnosis.model import Budget, ModelCall, ModelReply, ModelUsage

Answer = ModelReply | str | Callable[[ModelCall], "ModelReply | str"]


class FakeModel:
    """Gives its answers one after another; a text is an "ok", a function makes one from the call."""

    name, triage_model, draft_model, strong_model = "fake", "small", "middle", "large"

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.calls = list(answers), list[ModelCall]()

    async def complete(self, call: ModelCall, said: Callable[[str], None], budget: Budget) -> ModelReply:
        self.calls.append(call)
        answer = self.answers.pop(0) if self.answers else echo
        reply = answer(call) if callable(answer) else answer
        reply = reply if isinstance(reply, ModelReply) else ok(reply, call)
        for start in range(0, len(reply.text), 200):
            said(reply.text[start : start + 200])
        return reply


def ok(text: str, call: ModelCall) -> ModelReply:
    """A reply that came well, with a cost."""
    usage = ModelUsage(input_tokens=1000, output_tokens=200)
    return ModelReply(outcome="ok", text=text, model=call.body["model"], usage=usage, usd=0.004)


def given(call: ModelCall) -> list[dict[str, Any]]:
    """The lines of data that a call shows."""
    text: str = call.body["messages"][0]["content"][0]["text"]
    block = text.split("<data>\n")[1].split("\n</data>")[0]
    return [json.loads(line) for line in block.splitlines()]


def rows(call: ModelCall, key: str) -> list[dict[str, Any]]:
    """The lines of one kind."""
    return [line for line in given(call) if key in line]


def draft_for(call: ModelCall, **change: Any) -> dict[str, Any]:
    """A faithful draft of what a call shows: its own words with fitting cites, and what is changed."""
    causes = [line["cause"] for line in rows(call, "cause")]
    evidence = [line["evidence"] for line in rows(call, "evidence")]
    plain = rows(call, "plain")[0]["plain"]
    steps = [
        {"id": line["step"], "text": line["text"], "why": line["why"], "cites": line["cites"]}
        for line in rows(call, "step")
    ]
    notes = [{"id": line["note"], "text": line["text"], "cites": []} for line in rows(call, "note")]
    questions = [line["question"] for line in rows(call, "question")]
    return {
        "summary": [{"text": plain["summary"], "cites": [*causes, *evidence]}],
        "steps": steps,
        "notes": notes,
        "recommendation": {"text": plain["recommendation"], "cites": [*causes, *evidence]},
        "question": questions[0] if questions else "",
        "causes": [{"id": cause, "reason": "", "cites": []} for cause in causes],
        "language": "en",
        **change,
    }


def echo(call: ModelCall) -> str:
    """The faithful draft as a reply; for a second opinion one that agrees."""
    if call.step == "triage":
        return json.dumps({"cause": rows(call, "cause")[0]["cause"], "clear": True})
    return json.dumps(draft_for(call))


def drafting(change: Callable[[dict[str, Any]], Sequence[Any] | None]) -> Callable[[ModelCall], str]:
    """A reply that is faithful but for what `change` does to it."""

    def reply(call: ModelCall) -> str:
        draft = draft_for(call)
        change(draft)
        return json.dumps(draft)

    return reply
