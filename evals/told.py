"""What a case tells the road: its report, the later messages of a conversation, and the issues beside it.

The last message is what is answered; those before it are answered in plain words, which decide what is
asked. Issues of a case are stored in a database of its own, so that no other case finds them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.compose import load_lexicon, open_context, open_issue_store
from agent.diagnosis.follow_up import follow_up, open_case, redacted_case
from agent.graph import diagnose
from agent.issues.issue import Issue
from agent.issues.rows import BadRow, parse_row
from agent.report.error_report import Submission
from agent.report.signature import first_signature
from agent.settings import Settings
from agent.state import Context
from evals.case import BadCase, Case


@asynccontextmanager
async def told(
    case: Case, context: Context, settings_in: Callable[[Path], Settings]
) -> AsyncIterator[tuple[Submission, Context]]:
    """The submission that is answered, and the context to answer it in. Raises `BadCase` for a bad issue."""
    if not case.issues:
        yield await conversation(case, context), context
        return
    issues = stored_issues(case)
    with TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        async with open_issue_store(settings) as store:
            await store.upsert(issues)
        async with open_context(settings) as own:
            here = replace(context, issues=own.issues, issues_as_of=own.issues_as_of, links=own.links)
            yield await conversation(case, here), here


async def conversation(case: Case, context: Context) -> Submission:
    """The case once all of its messages are said; the report itself where there is no later one."""
    if not case.turns:
        return case.submission
    said, plain = open_case(case.submission), replace(context, model=None, prompts=None)
    for message in case.turns:
        answer = await diagnose(said, plain)
        known = redacted_case(said, answer.report)
        said = follow_up(known, answer.diagnosis.question, message, context.catalogue)
    return said


def stored_issues(case: Case) -> list[Issue]:
    """The issues of a case as an import would store them. Raises `BadCase` for a row that is none."""
    signature_of = partial(first_signature, lexicon=load_lexicon())
    issues = []
    for number, row in enumerate(case.issues, 1):
        issue = parse_row(row, None, signature_of)
        if isinstance(issue, BadRow):
            raise BadCase(f"{case.slug}/issues.jsonl: line {number}: {issue.reason}")
        issues.append(issue)
    return issues
