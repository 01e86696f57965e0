"""Whether a call fits into what a diagnosis may still spend; asked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.diagnosis.model import Budget
from agent.llm.estimate import input_tokens
from agent.llm.prices import Prices

LEAST_SECONDS = 0.05
"""With less time than this no call is begun."""


def beyond(body: Mapping[str, Any], budget: Budget, prices: Prices) -> str | None:
    """Why the call may not be made, in words for the notes; None where it may.

    The whole of `max_tokens` is counted: a reply may be as long as it was allowed to be. A model
    without a price is held by tokens and seconds only.
    """
    wanted, longest = input_tokens(body), int(body["max_tokens"])
    if budget.seconds < LEAST_SECONDS:
        return "No time was left for the model."
    if wanted + longest > budget.tokens:
        return f"The call could take {wanted + longest} tokens; {budget.tokens} were left."
    dollars = prices.most_usd(body["model"], wanted, longest)
    if dollars > budget.usd:
        return f"The call could cost ${dollars:.4f}; ${budget.usd:.4f} was left."
    return None
