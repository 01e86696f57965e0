"""What a user was shown, short enough to be kept: for the baseline, and for old beside new in a report."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from agent.diagnosis.diagnosis import Answer

CAUSES = 3


class Shown(BaseModel):
    """An answer without what is internal. `steps` are [words, why, cost]; `causes` are [id, likelihood].

    `fixes` are versions with their relation; `issues` are URLs; `handoff` is all its words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: str
    confidence: float
    summary: str
    causes: list[tuple[str, float]]
    steps: list[tuple[str, str, str]]
    question: list[str] = []
    example: str | None = None
    notes: list[str] = []
    recommendation: str
    fixes: list[str] = []
    handoff: list[str] = []
    issues: list[str] = []
    verdict: str

    def lines(self) -> list[str]:
        """The whole as lines that can be compared one by one."""
        found = [f"action: {self.action}", f"verdict: {self.verdict}", f"summary: {self.summary}"]
        found += [f"cause: {name} {likelihood:.2f}" for name, likelihood in self.causes]
        found += [f"step ({cost}): {step}" for step, _, cost in self.steps]
        found += [f"question: {part}" for part in self.question]
        found += [f"example: {line}" for line in (self.example or "").splitlines()]
        found += [f"note: {note}" for note in self.notes]
        found += [f"fix: {fix}" for fix in self.fixes]
        found += [f"hand over: {part}" for part in self.handoff]
        found += [f"issue: {url}" for url in self.issues]
        return [*found, f"recommendation: {self.recommendation}"]


def shown_of(answer: Answer) -> Shown:
    """What is kept of an answer. Likelihoods are rounded to four places."""
    said, person = answer.diagnosis, answer.diagnosis.handoff
    return Shown(
        action=said.action,
        confidence=round(said.confidence, 4),
        summary=said.summary,
        causes=[(cause.id, round(cause.likelihood, 4)) for cause in answer.causes[:CAUSES]],
        steps=[(step.step, step.why, step.cost) for step in said.guidance],
        question=[said.question.text, said.question.how] if said.question else [],
        example=said.example,
        notes=said.notes,
        recommendation=said.recommendation,
        fixes=[f"{fix.version} {fix.relation}: {fix.line}" for fix in said.fix_versions],
        handoff=[person.to, *person.request_ids, *person.facts, *person.missing] if person else [],
        issues=[issue.url for issue in answer.issues],
        verdict=answer.usage.verdict,
    )
