"""A model that keeps what another one is asked and answers, so that it can be replayed.

What is kept is chosen by allow-list, field by field: a field that is not known here is never written. The
text of everything is looked through for secrets before it goes to a file, and one of them stops it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from agent.diagnosis.model import Budget, ModelCall, ModelReply, Outcome
from agent.errors import AgentError
from agent.llm.recordings import (
    VERSIONS,
    RecordedCall,
    Recording,
    RecordingProvenance,
    asked_of,
    digest_of,
    request_key,
    write,
)
from agent.ports import Model
from agent.report.redact import redact

KEPT: frozenset[Outcome] = frozenset({"ok", "refusal", "truncated", "context_exceeded"})
"""What a model itself answered. Any other outcome is a bad moment of the provider or of ours, which a
recording of that model must not hold."""
REQUEST = frozenset(
    {"model", "max_tokens", "system", "messages", "output_config", "thinking", "stop_sequences"}
)
MESSAGE = (
    "id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "stop_details", "usage",
)  # fmt: skip
BLOCK = ("type", "text", "thinking")
USAGE = (
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cache_creation",
)
CACHE = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
DETAILS = ("type", "category")
ERROR = ("type", "message")
_MASK = re.compile(r"\[redacted:([a-z-]+)\]")


class HoldsSecret(AgentError):
    """The recording of {case} was not written: a {kind} stands in {where}."""


class CannotRecord(AgentError):
    """The request of {case} cannot be recorded: {why}."""


class Recorder:
    """A `ports.Model` that asks `model` and keeps the exchanges in `calls`.

    `failed` is the first reply that is no answer of a model (see `KEPT`): such a case is not complete.
    Use one for each case. With `faults` everything is kept, for recordings that are written by hand.
    """

    def __init__(
        self, model: Model, headers: Mapping[str, str | None] = VERSIONS, *, faults: bool = False
    ) -> None:
        self._model, self._headers, self._faults = model, dict(headers), faults
        self.name = model.name
        self.triage_model, self.draft_model = model.triage_model, model.draft_model
        self.strong_model = model.strong_model
        self.calls: list[RecordedCall] = []
        self.failed: ModelReply | None = None
        self.returned: str | None = None
        self.request_id: str | None = None

    async def complete(self, call: ModelCall, said: Callable[[str], None], budget: Budget) -> ModelReply:
        """As the model that is asked. Raises `CannotRecord` for a request that could not be found again."""
        request = kept_request(call.body, call.step)
        reply = await self._model.complete(call, said, budget)
        if reply.outcome not in KEPT and not self._faults:
            self.failed = self.failed or reply
            return reply
        response = None if reply.response is None else kept_response(reply.response)
        self.calls.append(
            RecordedCall(
                step=call.step,
                request=request,
                request_headers=self._headers,
                request_sha256=request_key(request, self._headers),
                response=response,
                response_sha256=digest_of(response),
                latency_ms=reply.latency_ms,
            )
        )
        self.returned = reply.model or self.returned
        self.request_id = reply.request_id or self.request_id
        return reply


def kept_request(body: Mapping[str, Any], step: str = "call") -> dict[str, Any]:
    """The body to keep. A field that is not known cannot be left out without another digest, so it raises."""
    request = asked_of(body)
    if unknown := sorted(set(request) - REQUEST):
        raise CannotRecord(case=f"the {step}", why=f"it has the field {', '.join(unknown)}")
    return request


def kept_response(response: Mapping[str, Any]) -> dict[str, Any]:
    """A message or an error of the API with its known fields alone."""
    if response.get("type") == "error":
        error = _only(response.get("error") or {}, ERROR)
        return {"type": "error", "error": error, "request_id": response.get("request_id")}
    kept = _only(response, MESSAGE)
    kept["content"] = [_only(block, BLOCK) for block in response.get("content") or []]
    usage = _only(response.get("usage") or {}, USAGE)
    if usage.get("cache_creation"):
        usage["cache_creation"] = _only(usage["cache_creation"], CACHE)
    kept["usage"] = usage
    if kept.get("stop_details"):
        kept["stop_details"] = _only(kept["stop_details"], DETAILS)
    return kept


def save(recording: Recording, folder: Path) -> Path:
    """Look a recording through and write it; says where. Raises `HoldsSecret`, and writes nothing then."""
    for kind, where in secrets_in(recording):
        raise HoldsSecret(case=recording.name, kind=kind, where=where)
    return write(recording, folder)


def secrets_in(recording: Recording) -> Iterator[tuple[str, str]]:
    """Kind and place of everything in a recording that is taken out of reports.

    An e-mail address in a reply is no secret: none was in the request, so the model made it up.
    """
    yield from _secrets(recording.provenance.model_dump(mode="json"), "provenance")
    for number, call in enumerate(recording.calls):
        yield from _secrets(call.request, f"calls[{number}].request")
        yield from _secrets(call.request_headers, f"calls[{number}].request_headers")
        for kind, where in _secrets(call.response, f"calls[{number}].response"):
            if kind != "email":
                yield kind, where


def make_recording(case: str, trial: int, recorder: Recorder, provenance: RecordingProvenance) -> Recording:
    """The recording of what a recorder kept; the provenance gets what the replies say of themselves."""
    said = {"model_returned": recorder.returned, "request_id": recorder.request_id}
    return Recording(
        case=case, trial=trial, calls=recorder.calls, provenance=provenance.model_copy(update=said)
    )


def _only(value: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value[name] for name in names if name in value}


def _secrets(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        before = _MASK.findall(value)
        after = _MASK.findall(redact(value).text)
        for kind in after:
            if kind in before:
                before.remove(kind)
            else:
                yield kind, where
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _secrets(name, where)
            yield from _secrets(inner, f"{where}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _secrets(inner, f"{where}[{number}]")
