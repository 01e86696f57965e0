"""What a stop reason, a status or a type means for a diagnosis, as a `ModelReply` outcome with its why."""

from __future__ import annotations

from agent.diagnosis.model import Outcome
from agent.llm.own_refusal import OwnRefusal

STOPS: dict[str, tuple[Outcome, str]] = {
    "end_turn": ("ok", ""),
    "stop_sequence": ("ok", ""),
    "max_tokens": ("truncated", "The model's reply was longer than it may be."),
    # We offer no tool and no work on the server's side, so a turn has nothing to pause for: what is
    # there is part of a reply, and to send it back would be to ask for the rest at our own cost.
    "pause_turn": ("truncated", "The model paused in the middle of its reply."),
    "tool_use": ("provider_error", "The model asked for a tool, and none was offered."),
    "refusal": ("refusal", "The model declined to answer."),
    "model_context_window_exceeded": ("context_exceeded", "The reply filled the model's context window."),
}
WHYS: dict[Outcome, str] = {
    "rate_limited": "The model's provider limits our requests at the moment.",
    "overloaded": "The model's provider is overloaded.",
    "timeout": "The model did not answer in time.",
    "unreachable": "The model's provider could not be reached.",
    "bad_key": "The model's provider refused our own key.",
    "billing": "The model's provider refused our own account: credit or a spend limit is used up.",
    "bad_request": "The model's provider refused our request.",
    "broken_stream": "The model's reply broke off.",
    "context_exceeded": "The case is too long for the model.",
    "refusal": "The model declined to answer.",
    "provider_error": "The model's provider failed.",
}
"""In words for the notes of a diagnosis; they hold nothing that a user or a provider wrote."""
NO_KEY = "No key for the model is set (ANTHROPIC_API_KEY)."
NOT_THE_API = "What answered in the place of the model is not the Messages API (ANTHROPIC_BASE_URL)."
BAD_CHARACTERS = "ANTHROPIC_API_KEY holds characters that no key has."

_OF_TYPE: dict[str, Outcome] = {
    "overloaded_error": "overloaded",
    "rate_limit_error": "rate_limited",
    "authentication_error": "bad_key",
    "permission_error": "bad_key",
    "billing_error": "billing",
    "timeout_error": "timeout",
    "invalid_request_error": "bad_request",
    "not_found_error": "bad_request",
    "request_too_large": "context_exceeded",
    "api_error": "provider_error",
}
_OF_STATUS: dict[int, Outcome] = {
    401: "bad_key",
    402: "billing",
    403: "bad_key",
    408: "timeout",
    413: "context_exceeded",
    429: "rate_limited",
    504: "timeout",
    529: "overloaded",
}
_OF_SIGNATURE: dict[str, Outcome] = {
    "prompt-too-long": "context_exceeded",
    "input-plus-max-tokens-over-context": "context_exceeded",
    "foreign-context-limit": "context_exceeded",
    "output-blocked-by-content-filter": "refusal",
    "usage-policy-refusal": "refusal",
}
_FOR_ANOTHER_MODEL = frozenset(
    {"endpoint-model-not-found", "endpoint-model-unknown", "selected-model-issue", "model-not-found"}
)


def of_stop(reason: str | None, category: str | None = None) -> tuple[Outcome, str]:
    """What the end of a reply means; `category` is the provider's for a refusal."""
    if reason is None:
        return "broken_stream", WHYS["broken_stream"]
    outcome, why = STOPS.get(reason, ("provider_error", "The model stopped for a reason that is not known."))
    if outcome == "refusal" and category in ("cyber", "bio", "frontier_llm", "general_harms"):
        why = f"{why.rstrip('.')} (category {category})."
    return outcome, why


def of_refusal(status: int, kind: str | None, known: OwnRefusal | None) -> Outcome:
    """What a refusal means. The message decides where our rooms know it, then the type, then the status.

    An error in the middle of a stream comes with status 200: there the type has to do.
    """
    if known is not None:
        if known.signature in _OF_SIGNATURE:
            return _OF_SIGNATURE[known.signature]
        if known.group == "usage-limits" and (status in (400, 402, 403) or _spent(known)):
            return "billing"
        if known.group == "authentication" and status in (400, 401, 403):
            return "bad_key"
    if status in _OF_STATUS:
        return _OF_STATUS[status]
    if kind in _OF_TYPE:
        return _OF_TYPE[kind]
    return "provider_error" if status >= 500 or status < 400 else "bad_request"


def of_another_model(status: int, known: OwnRefusal | None) -> bool:
    """Whether the model itself is the trouble, so that another one may answer."""
    return status == 404 or (known is not None and known.signature in _FOR_ANOTHER_MODEL)


def why_refused(outcome: Outcome, known: OwnRefusal | None) -> str:
    """The why of a refusal; with the cause by name where the rooms are sure of it."""
    why = WHYS[outcome]
    if known is not None and known.title is not None:
        return f"{why} Likely cause: {known.title.rstrip('.')}."
    return why


def _spent(known: OwnRefusal) -> bool:
    """Whether a limit is of money and not of a moment: then nothing comes back in seconds."""
    said = known.signature or ""
    return known.retryable is False and any(word in said for word in ("spend", "monthly", "extra-usage"))
