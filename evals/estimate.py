"""What a recording will cost, told offline: tokens by a guess from above, dollars by the price file.

The cases walk the road with a model that gives back the plain words, so the requests are the real ones up
to the first draft. Whether a repair will follow, and how long a model thinks, nobody knows beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from agent.diagnosis.model import Budget, CallStep, ModelCall, ModelReply, ModelUsage
from agent.diagnosis.next_call import Models
from agent.llm.estimate import cacheable_tokens, input_tokens, text_tokens
from agent.llm.prices import Prices
from agent.state import Context
from evals.bench.echo import echo
from evals.case import Case
from evals.run import run_case, with_model

THOUGHT = 2
"""A reply is guessed to be so many times as long as the plain words: models think before they write."""


class CallEstimate(BaseModel):
    """One call. `cacheable` of the `input` tokens may be read from the cache; `most` is what it may write."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: CallStep
    model: str
    input: int
    cacheable: int
    output: int
    most: int


class CaseEstimate(BaseModel):
    """The calls of one case up to its first draft."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    calls: list[CallEstimate]

    @property
    def input(self) -> int:
        """Tokens of all requests."""
        return sum(call.input for call in self.calls)

    @property
    def cacheable_share(self) -> float:
        """The part of them that stands before the mark for the cache, from 0 to 1."""
        return sum(call.cacheable for call in self.calls) / self.input if self.input else 0.0


class Faithful:
    """A `ports.Model` that gives back what it was shown, and keeps what it was asked."""

    name = "estimate"

    def __init__(self, models: Models) -> None:
        self.triage_model, self.draft_model, self.strong_model = models
        self.asked: list[CallEstimate] = []

    async def complete(
        self,
        call: ModelCall,
        said: Callable[[str], None],  # noqa: ARG002 - nobody listens
        budget: Budget,  # noqa: ARG002 - nothing is spent
    ) -> ModelReply:
        """The plain words as a draft, or the opinion that agrees."""
        text = echo(call.body)
        self.asked.append(
            CallEstimate(
                step=call.step,
                model=call.body["model"],
                input=input_tokens(call.body),
                cacheable=cacheable_tokens(call.body),
                output=min(int(call.body["max_tokens"]), THOUGHT * text_tokens(text)),
                most=int(call.body["max_tokens"]),
            )
        )
        return ModelReply(outcome="ok", text=text, model=call.body["model"])


async def estimate_case(case: Case, context: Context, models: Models) -> CaseEstimate:
    """The calls that the road makes for a case, without making one. A repair that follows is left out."""
    model = Faithful(models)
    await run_case(case, with_model(context, model))
    return CaseEstimate(slug=case.slug, calls=[call for call in model.asked if call.step != "repair"])


def likely_usd(estimates: Sequence[CaseEstimate], prices: Prices, *, batch: bool = False) -> float:
    """Dollars where the cache holds each model's prefix after its first call and no draft needs a repair."""
    warm: set[str] = set()
    dollars = 0.0
    for call in (call for estimate in estimates for call in estimate.calls):
        rest = call.input - call.cacheable
        usage = ModelUsage(
            input_tokens=rest,
            output_tokens=call.output,
            cache_read_tokens=call.cacheable if call.model in warm else 0,
            cache_write_tokens=0 if call.model in warm else call.cacheable,
        )
        warm.add(call.model)
        dollars += prices.usd(call.model, usage, batch=batch)
    return dollars


def most_usd(estimates: Sequence[CaseEstimate], prices: Prices, *, batch: bool = False) -> float:
    """Dollars where nothing is cached, every reply is as long as it may be, and every draft is repaired."""
    dollars = 0.0
    for call in (call for estimate in estimates for call in estimate.calls):
        first = ModelUsage(cache_write_tokens=call.input, output_tokens=call.most)
        dollars += prices.usd(call.model, first, batch=batch)
        if call.step != "triage":
            again = first.model_copy(update={"cache_write_tokens": call.input + call.most})
            dollars += prices.usd(call.model, again, batch=batch)
    return dollars


def table(estimates: Sequence[CaseEstimate]) -> list[str]:
    """A line a case: its calls, tokens in, and the share that is cacheable."""
    width = max((len(estimate.slug) for estimate in estimates), default=4)
    lines = [f"{'case':<{width}}  {'tokens in':>9}  {'cacheable':>9}  calls"]
    for of in estimates:
        calls = ", ".join(f"{call.step} {call.model}" for call in of.calls)
        lines.append(f"{of.slug:<{width}}  {of.input:>9,}  {of.cacheable_share:>9.0%}  {calls}")
    return lines


def summary(estimates: Sequence[CaseEstimate], prices: Prices, *, batch: bool) -> list[str]:
    """Two lines: the calls and tokens of all together, and the dollars."""
    calls = [call for estimate in estimates for call in estimate.calls]
    tokens = sum(call.input for call in calls)
    share = sum(call.cacheable for call in calls) / tokens if tokens else 0.0
    output = sum(call.output for call in calls)
    lines = [
        f"{len(estimates)} cases, {len(calls)} calls: about {tokens:,} tokens in ({share:.0%} cacheable) "
        f"and {output:,} out, repairs not counted."
    ]
    if unknown := sorted({call.model for call in calls if not prices.knows(call.model)}):
        return [*lines, f"No price is known for {', '.join(unknown)}; nothing is paid to a provider for it."]
    likely, most = likely_usd(estimates, prices, batch=batch), most_usd(estimates, prices, batch=batch)
    how = "as a batch" if batch else "one by one (--batch costs half)"
    return [
        *lines,
        f"Likely ${likely:.2f}, at most ${most:.2f} {how}, by the prices of {prices.checked}.",
    ]
