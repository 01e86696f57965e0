"""One turn of a conversation: a message joins the case, the case is diagnosed, the reply is worded.

The diagnosis itself is made between `join` and `settle` by whoever holds the conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.causes.catalogue import Catalogue
from agent.causes.cause import Question
from agent.diagnosis.answer_words import says_solved
from agent.diagnosis.diagnosis import Answer
from agent.diagnosis.follow_up import Usage, follow_up, passed_over, redacted_case
from agent.diagnosis.reply import Reply, closing, reply_to
from agent.errors import BadInput, TooLarge
from agent.report.error_report import Case, EnvironmentFields


@dataclass(frozen=True)
class Message:
    """What somebody says in a conversation."""

    content: str
    usage: Usage | None = None
    environment: EnvironmentFields | None = None


@dataclass(frozen=True)
class Standing:
    """Where a conversation stands: the case, its diagnosis, the open question, the replies so far.

    `case` and `answer` are None before anything was said.
    """

    case: Case | None = None
    answer: Answer | None = None
    question: Question | None = None
    earlier: Sequence[str] = ()


@dataclass(frozen=True)
class Step:
    """What a message led to: the reply, the case with it (no secrets left), and what it changed."""

    reply: Reply
    case: Case
    changed: list[str]


def is_closing(standing: Standing, message: Message) -> bool:
    """Whether the message only says that the trouble is over; then nothing is diagnosed."""
    if standing.case is None or message.usage is not None or message.environment is not None:
        return False
    return says_solved(message.content)


def close(case: Case, question: Question | None, catalogue: Catalogue) -> Step:
    """The end of a case; a question that was open is not asked again."""
    return Step(closing(), passed_over(case, question, catalogue), [])


def join(standing: Standing, message: Message, catalogue: Catalogue, limit: int) -> Case:
    """The case with the message.

    Raises `BadInput` where nothing was said yet and the message is blank, `TooLarge` where the case
    outgrows `limit` bytes.
    """
    if standing.case is not None:
        case = follow_up(
            standing.case,
            standing.question,
            message.content,
            catalogue,
            usage=message.usage,
            environment=message.environment,
        )
    elif message.content.strip():
        case = Case(text=message.content, usage=message.usage, environment=message.environment)
    else:
        raise BadInput("The first message must say what fails.")
    size = len((case.text or "").encode("utf-8", "replace"))
    if size > limit:
        raise TooLarge(size=size, limit=limit)
    return case


def settle(standing: Standing, case: Case, answer: Answer, catalogue: Catalogue) -> Step:
    """What is said after `case` was diagnosed."""
    earlier = standing.case
    was_asked = earlier is not None and len(case.answers) > len(earlier.answers)
    answered = case.answers[-1] if was_asked else None
    reply, changed = reply_to(standing.answer, answer, case, standing.earlier, catalogue, answered)
    return Step(reply, redacted_case(case, answer.report), changed)


def after(standing: Standing, step: Step, answer: Answer | None) -> Standing:
    """Where the conversation stands once the reply is said."""
    said = (*standing.earlier, step.reply.text)
    return Standing(step.case, answer or standing.answer, step.reply.question, said)
