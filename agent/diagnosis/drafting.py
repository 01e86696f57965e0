"""What travels between the nodes that draft: the plain diagnosis, the model's words, what it cost."""

from __future__ import annotations

from agent.diagnosis.diagnosis import Diagnosis, ModelCost
from agent.diagnosis.draft import SecondOpinion, parse_opinion
from agent.diagnosis.model import Budget, CallStep, ModelReply, ModelUsage, Outcome
from agent.report.error_report import Noun

MOST_DRAFTS = 2
"""The first draft and one repair."""
GOES_ON = frozenset({"ok", "refusal", "truncated"})
"""Outcomes of a second opinion after which a draft may still succeed; any other ends the model's part."""


class Drafting(Noun):
    """The state key `draft`. `text` is the last whole reply; `drafts` counts replies that were asked for.

    `outcome` and `why` are those of the last call; `left` is what may still be spent. `stood` is set in
    the end, where words of the model are part of the diagnosis.
    """

    plain: Diagnosis
    left: Budget
    text: str = ""
    drafts: int = 0
    triaged: bool = False
    opinion: SecondOpinion | None = None
    outcome: Outcome = "ok"
    why: str = ""
    model: str | None = None
    recorded: bool = False
    usage: ModelUsage = ModelUsage()
    usd: float = 0.0
    stood: bool = False

    def paid(self, reply: ModelReply) -> Drafting:
        """With what a reply cost, whatever came of it."""
        spent = self.usage.model_dump()
        used = ModelUsage(**{k: spent[k] + v for k, v in reply.usage.model_dump().items()})
        return self.model_copy(
            update={
                "left": self.left.after(reply),
                "outcome": reply.outcome,
                "why": reply.why,
                "recorded": self.recorded or reply.recorded,
                "usage": used,
                "usd": self.usd + reply.usd,
            }
        )

    def heard(self, step: CallStep, reply: ModelReply) -> Drafting:
        """With the reply to a call. A repair that failed leaves the words of the first draft."""
        if step == "triage":
            opinion = parse_opinion(reply.text) if reply.outcome == "ok" else None
            return self.paid(reply).model_copy(update={"triaged": True, "opinion": opinion})
        after = self.paid(reply).model_copy(update={"drafts": self.drafts + 1})
        if reply.outcome != "ok":
            return after
        return after.model_copy(update={"text": reply.text, "model": reply.model or self.model})

    @property
    def goes_on(self) -> bool:
        """Whether a draft may follow the second opinion."""
        return self.outcome in GOES_ON

    @property
    def failed(self) -> bool:
        """Whether there are no words of a model at all."""
        return not self.text

    @property
    def may_repair(self) -> bool:
        """Whether one more draft may be asked for."""
        return self.outcome == "ok" and self.drafts < MOST_DRAFTS and not self.left.spent

    @property
    def cost(self) -> ModelCost:
        """What all calls of this diagnosis cost together."""
        used = self.usage
        sent = used.input_tokens + used.cache_read_tokens + used.cache_write_tokens
        return ModelCost(
            input_tokens=sent,
            output_tokens=used.output_tokens,
            usd=round(self.usd, 6),
            cache_read_tokens=used.cache_read_tokens,
            cache_write_tokens=used.cache_write_tokens,
        )
