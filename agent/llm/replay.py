"""A model that answers from recordings alone. It never opens a socket, and never guesses.

A call is found by the digest of its request. One that is not there gets no answer but what changed: the
outcome "stale" where the same was asked in other words, "not_recorded" where nothing like it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from agent.diagnosis.model import Budget, CallStep, ModelCall, ModelReply, Outcome
from agent.diagnosis.next_call import Models
from agent.llm.attempt import usage_of
from agent.llm.outcomes import WHYS, of_refusal, of_stop, why_refused
from agent.llm.own_refusal import OwnRefusal
from agent.llm.recordings import VERSIONS, RecordedCall, Recording, request_key
from agent.llm.staleness import Change, nearest, what_changed
from prompts import PromptSet

STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The HTTP status of each type of error. Source: https://platform.claude.com/docs/en/api/errors"""
_ORDER = ("live", "local", "authored", "mutated")

Diagnose = Callable[[Mapping[str, Any]], OwnRefusal | None]


class Miss(NamedTuple):
    """A call that no recording answers. `changes` is empty where nothing like it was recorded."""

    step: CallStep
    outcome: Outcome
    changes: list[Change]


class Replay:
    """A `ports.Model` over recordings of one case, or over those of a whole folder.

    `misses` are the calls that were not found, in order, and `unused` the recorded ones that nobody made.
    """

    name = "replay"

    def __init__(
        self,
        recordings: Sequence[Recording],
        models: Models,
        *,
        one_case: bool = False,
        prompts: PromptSet | None = None,
        diagnose: Diagnose | None = None,
    ) -> None:
        ordered = sorted(recordings, key=lambda r: (_ORDER.index(r.kind), r.case, r.trial))
        self._calls = [call for recording in ordered for call in recording.calls]
        self._by_key: dict[str, RecordedCall] = {}
        for call in self._calls:
            self._by_key.setdefault(request_key(call.request, call.request_headers), call)
        self._one_case, self._prompts, self._diagnose = one_case, prompts, diagnose
        self._used: set[str] = set()
        self.triage_model, self.draft_model, self.strong_model = models
        self.misses: list[Miss] = []

    @property
    def unused(self) -> list[RecordedCall]:
        """Recorded calls that were not asked for."""
        return [call for key, call in self._by_key.items() if key not in self._used]

    async def complete(
        self,
        call: ModelCall,
        said: Callable[[str], None],
        budget: Budget,  # noqa: ARG002 - a recorded reply takes no time and costs nothing
    ) -> ModelReply:
        """The recorded reply to one call, or what keeps a recording from being one."""
        key = request_key(call.body, VERSIONS)
        found = self._by_key.get(key)
        if found is None:
            return self._missed(call)
        self._used.add(key)
        reply = replayed(found.response, self._diagnose)
        if reply.text:
            said(reply.text)
        return reply

    def _missed(self, call: ModelCall) -> ModelReply:
        alike = [known for known in self._calls if known.step == call.step]
        if self._one_case:
            keys = {request_key(known.request, known.request_headers) for known in alike} - self._used
            alike = [k for k in alike if request_key(k.request, k.request_headers) in keys]
        place = nearest(call.body, [known.request for known in alike])
        changes: list[Change] = []
        if place is not None:
            old = alike[place]
            changes = what_changed(
                old.request, call.body, old.request_headers, VERSIONS, prompts=self._prompts
            )
        stale = bool(changes) and (self._one_case or all(change.what != "evidence" for change in changes))
        miss = Miss(call.step, "stale" if stale else "not_recorded", changes if stale else [])
        self.misses.append(miss)
        return ModelReply(outcome=miss.outcome, why=_why(miss), recorded=True)


def models_of(recording: Recording, models: Models) -> Models:
    """The names that the road must ask for: `models`, but for a local model its own for each rung."""
    if recording.kind in ("live", "authored"):
        return models
    name = recording.provenance.model_requested
    return Models(name, name, name)


def replayed(response: Mapping[str, Any] | None, diagnose: Diagnose | None = None) -> ModelReply:
    """The reply that a recorded response makes: a message, an error of the API, or nothing that came.

    Nothing was paid now and no time was taken, so dollars and milliseconds are 0; tokens are as recorded.
    """
    if response is None:
        return ModelReply(outcome="unreachable", why=WHYS["unreachable"], recorded=True)
    if response.get("type") == "error":
        return _refused(response, diagnose)
    details = response.get("stop_details") or {}
    outcome, why = of_stop(response.get("stop_reason"), details.get("category"))
    blocks = response.get("content") or []
    return ModelReply(
        outcome=outcome,
        why=why,
        text="".join(block["text"] for block in blocks if block.get("type") == "text"),
        response=dict(response),
        model=response.get("model"),
        usage=usage_of(response),
        recorded=True,
    )


def _refused(response: Mapping[str, Any], diagnose: Diagnose | None) -> ModelReply:
    said = response.get("error") or {}
    status, kind = STATUS.get(said.get("type", ""), 500), said.get("type")
    request_id = response.get("request_id")
    error = {"status": status, "type": kind, "message": said.get("message"), "request_id": request_id}
    known = diagnose(error) if diagnose else None
    outcome = of_refusal(status, kind, known)
    return ModelReply(
        outcome=outcome,
        why=why_refused(outcome, known),
        response=dict(response),
        error=error,
        request_id=request_id,
        recorded=True,
    )


def _why(miss: Miss) -> str:
    """For the notes: which parts changed, and nothing of what stands in them."""
    if miss.outcome == "not_recorded":
        return f"No recording answers the {miss.step} call of this case."
    parts = ", ".join(dict.fromkeys(change.what for change in miss.changes))
    return f"The recording of the {miss.step} call is stale: changed since is {parts}."
