"""What Caseworker says next in a conversation: one question, or what is new since the last turn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from agent.causes.catalogue import Catalogue
from agent.causes.cause import Question
from agent.causes.weigh import weigh
from agent.diagnosis.action import leading
from agent.diagnosis.changes import changes
from agent.diagnosis.diagnosis import Answer, Guidance, Handoff
from agent.diagnosis.handoff import GENERIC_FACTS, GENERIC_TO
from agent.diagnosis.wording import percent, sentence
from agent.report.error_report import Answered, Case, Noun

ReplyAction = Literal["answer", "ask", "handoff", "abstain", "closed"]

NOTHING_NEW = "I read nothing new in that."
CLOSED = "Good to hear. The case is closed; write here again if the error comes back."
STEPS_STAND = "The steps that were given above still stand."
STILL_UNKNOWN = "The cause is still not known."
NO_STEPS_LEFT = "I have no other step and no other question."
MOST_LOOKS = 5
"""Questions that are looked at for one about the cause that is concluded."""
_COSTS = {"free": "", "may_charge": " (may cost money)", "charges": " (costs money)"}


class Reply(Noun):
    """The answer to one message, as the contract shapes it."""

    text: str
    action: ReplyAction
    question: Question | None = None

    def shown(self) -> dict[str, Any]:
        """The reply as JSON."""
        return self.model_dump(mode="json")


def closing() -> Reply:
    """The reply to somebody who says that it is solved."""
    return Reply(text=CLOSED, action="closed")


def reply_to(
    before: Answer | None,
    after: Answer,
    case: Case,
    earlier: Sequence[str],
    catalogue: Catalogue,
    answered: Answered | None = None,
) -> tuple[Reply, list[str]]:
    """The reply to the newest message of `case`, and what the message changed.

    `before` and `after` are the diagnoses without and with it; `answered` is the question that it may
    have answered. `earlier` are the texts of all replies so far: no question and no step that stands in
    one of them is told again.
    """
    changed = changes(before, after, catalogue, answered) if before else []
    opening = [*changed] if changed else [NOTHING_NEW] if before else []
    d = after.diagnosis
    asks = d.action == "ask" and d.question is not None
    if asks and d.question and not _is_told(d.question.text, earlier):
        text = _ask([*opening, *_possible(before, after)], d.question)
        return Reply(text=text, action="ask", question=d.question), changed
    steps = [s for s in d.guidance if not _is_told(s.step, earlier) and not _is_done(s, case, catalogue)]
    if asks or (before and not changed and not steps):
        return _stuck(opening, after, case, earlier, catalogue), changed
    return Reply(text=_say(opening, before, after, steps, earlier), action=d.action), changed


def _ask(opening: list[str], question: Question) -> str:
    return "\n".join([*opening, "", sentence(question.text), f"How to find out: {question.how}"]).strip()


def _possible(before: Answer | None, after: Answer) -> list[str]:
    """The causes in the race, where the conversation begins to ask about them."""
    if before is not None and before.diagnosis.action == "ask":
        return []
    named = "; ".join(c.title.rstrip(".") for c in leading(after.causes))
    return [sentence(f"Not settled yet. Possible causes: {named}")] if named else []


def _say(
    opening: list[str], before: Answer | None, after: Answer, steps: list[Guidance], earlier: Sequence[str]
) -> str:
    """A conclusion: what it is where that is new, the steps that are new, who can act if they fail."""
    d = after.diagnosis
    lines = [*opening]
    if not _is_told(d.summary, earlier) and not _same_cause(before, after):
        lines.append(d.summary)
    elif d.action == "abstain":
        lines.append(STILL_UNKNOWN)
    elif after.causes:
        lines.append(f"`{after.causes[0].id}` stays the likeliest cause, {percent(d.confidence)}.")
    if steps:
        lines += ["", "Do this:"]
        lines += [f"{n}. {s.step}{_COSTS[s.cost]}" for n, s in enumerate(steps, 1)]
    if any(_is_told(s.step, earlier) for s in d.guidance):
        lines += ["", STEPS_STAND]
    if not steps and not d.guidance and not _is_told(d.recommendation, earlier):
        lines += ["", d.recommendation]
    return "\n".join([*lines, *_person(d.handoff, earlier)]).strip()


def _stuck(
    opening: list[str], after: Answer, case: Case, earlier: Sequence[str], catalogue: Catalogue
) -> Reply:
    """Nothing was learned and every step is told: the next best question, else a person."""
    stands = [STEPS_STAND] if any(_is_told(s.step, earlier) for s in after.diagnosis.guidance) else []
    question = _next_question(after, case, earlier, catalogue)
    if question:
        return Reply(text=_ask([*opening, *stands], question), action="ask", question=question)
    person = after.diagnosis.handoff or Handoff(
        to=GENERIC_TO, request_ids=[], facts=[], missing=GENERIC_FACTS
    )
    lines = [*opening, *stands, NO_STEPS_LEFT, *_person(person, earlier)]
    return Reply(text="\n".join(lines), action="handoff")


def _next_question(
    after: Answer, case: Case, earlier: Sequence[str], catalogue: Catalogue
) -> Question | None:
    """The best question that was not asked; where a cause is concluded, one about this cause."""
    settled = after.diagnosis.action in ("answer", "handoff") and after.causes
    first = catalogue.by_id.get(after.causes[0].id) if settled else None
    about = {asked.text for asked in first.questions} if first else None
    answers = list(case.answers)
    for _ in range(MOST_LOOKS):
        question = weigh(after.report, after.usage, catalogue, answers).question
        if question is None:
            return None
        if (about is None or question.text in about) and not _is_told(question.text, earlier):
            return question
        answers.append(Answered(question=question.text, sign=""))
    return None


def _person(person: Handoff | None, earlier: Sequence[str]) -> list[str]:
    """Whom to turn to and with what; told once."""
    if person is None:
        return []
    to = f"If a person is needed: {sentence(person.to)}"
    if _is_told(to, earlier):
        return ["", "Whom to turn to and with what stands above."]
    lines = ["", to]
    if person.request_ids:
        lines.append(f"Name the request ids: {', '.join(person.request_ids)}.")
    if person.missing:
        lines.append(sentence(f"Have ready: {'; '.join(person.missing)}"))
    return lines


def _same_cause(before: Answer | None, after: Answer) -> bool:
    """Whether both conclude, and on the same cause."""
    if before is None or not (before.causes and after.causes):
        return False
    settled = ("answer", "handoff")
    concluded = before.diagnosis.action in settled and after.diagnosis.action in settled
    return concluded and before.causes[0].id == after.causes[0].id


def _is_done(step: Guidance, case: Case, catalogue: Catalogue) -> bool:
    """Whether the step's one command is the one that a question has asked for already."""
    commands = re.findall(r"`([^`]+)`", step.step)
    asked = {answer.question for answer in case.answers}
    hows = {q.how.strip("`") for c in catalogue.causes for q in c.questions if q.text in asked}
    return len(commands) == 1 and commands[0] in hows


def _is_told(text: str, earlier: Sequence[str]) -> bool:
    wanted = _words(text)
    return any(wanted in _words(said) for said in earlier)


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
