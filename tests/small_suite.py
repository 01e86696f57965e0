"""A suite of two cases in a folder of its own, with a model that gives the plain words back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from agent.diagnosis.model import Budget, ModelCall, ModelReply
from evals.bench.echo import echo
from evals.places import Places

SLUGS = ("blue-mill", "red-mill")
_TEXT = (
    'API Error: 529 {{"type":"error","error":{{"type":"overloaded_error","message":"Overloaded"}},'
    '"request_id":"req_011CZrRExfXMEuxkfvEHuHf{}"}}'
)
_EXPECTED = """
cause = "service-overloaded"
action = ["answer", "ask", "handoff", "abstain"]
[provenance]
kind = "made"
source = "for this test"
"""


def small_suite(root: Path) -> Places:
    """Two cases of one error that differ in its request id."""
    for number, slug in enumerate(SLUGS):
        case = root / "cases" / slug
        case.mkdir(parents=True)
        report = {"text": _TEXT.format("AB"[number]), "product": "claude-code"}
        (case / "report.json").write_text(json.dumps(report))
        (case / "expected.toml").write_text(_EXPECTED)
    return Places(root)


class Echo:
    """A model as a provider's, whose replies say back what they were shown."""

    name = "live"
    triage_model, draft_model, strong_model = "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"

    def __init__(self, stop: Callable[[int], None] = lambda _: None, reply: ModelReply | None = None) -> None:
        self.stop, self.reply = stop, reply
        self.asked: list[ModelCall] = []

    async def complete(self, call: ModelCall, said: Callable[[str], None], budget: Budget) -> ModelReply:
        """The reply, after `stop` got the number of the call and may have raised."""
        self.stop(len(self.asked))
        self.asked.append(call)
        if self.reply is not None:
            return self.reply
        response = {
            "id": "msg_01Echo",
            "type": "message",
            "role": "assistant",
            "model": call.body["model"],
            "content": [{"type": "text", "text": echo(call.body)}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 900, "output_tokens": 90},
        }
        return ModelReply(
            outcome="ok",
            text=echo(call.body),
            response=response,
            model=call.body["model"],
            request_id="req_1",
            usd=0.01,
        )
