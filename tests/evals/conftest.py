"""One true case and its answer, made once: graders and scoreboards are tried on changes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from agent.causes.catalogue import Catalogue
from agent.compose import open_context
from agent.diagnosis.diagnosis import Answer
from agent.graph import diagnose
from agent.report.error_report import Submission
from evals.case import Case, CaseProvenance, Expected, split_of
from evals.run import settings_in

TEXT = (
    'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},'
    '"request_id":"req_011CZrRExfXMEuxkfvEHuHfA"}'
)


@dataclass(frozen=True)
class Answered:
    """One submission that was answered."""

    submission: Submission
    answer: Answer
    catalogue: Catalogue


@pytest.fixture(scope="session")
def answered() -> Answered:
    async def walk() -> Answered:
        with TemporaryDirectory() as folder:
            async with open_context(settings_in(Path(folder))) as context:
                submission = Submission(text=TEXT, product="claude-code")
                return Answered(submission, await diagnose(submission, context), context.catalogue)

    return asyncio.run(walk())


@pytest.fixture
def make_case(answered: Answered) -> Callable[..., Case]:
    def make(slug: str = "blue-mill", **expected: Any) -> Case:
        first = answered.answer.causes[0].id
        filled = {"cause": first, "action": [answered.answer.diagnosis.action], **expected}
        filled["provenance"] = CaseProvenance(kind="made", source="for this test")
        return Case(
            slug=slug, split=split_of(slug), submission=answered.submission, expected=Expected(**filled)
        )

    return make
