"""`/v1/issues`: the stored issues, searched and added to."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agent.issues.issue import Issue
from agent.issues.rows import BadRow, parse_row
from agent.report.lexicon import Lexicon
from api.auth import AdminCaller, AnyCaller
from api.body import checked, read_body
from api.deps import WithServices, WithSettings, json_response, request_body
from api.described import described
from api.issue_search import search_rows, signature_of
from api.schemas import FoundIssue, FoundIssues, Imported, IssuesIn, RejectedRow

router = APIRouter(tags=["issues"])


class Query_(BaseModel):  # noqa: N801 - Query is FastAPI's
    """What to look for among the stored issues."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        min_length=1,
        max_length=2_000,
        pattern=r"\S",
        description="Words, an error message, or the address of an issue (its URL, OWNER/NAME#N)",
    )
    limit: int = Field(10, ge=1, le=100, description="At most so many")


@router.get(
    "/v1/issues",
    operation_id="search_issues",
    summary="Search the stored issues",
    response_model=FoundIssues,
    responses=described(400, 401, 403, 500, 503),
)
async def search(_caller: AnyCaller, services: WithServices, wanted: Annotated[Query_, Query()]) -> Response:
    """The best first: those with the same error message, then those that share its words."""
    lexicon = services.context.catalogue.lexicon
    ranking, graph = services.context.ranking, services.context.links
    rows = await search_rows(services.issues, lexicon, wanted.q, wanted.limit, ranking, graph)
    return json_response(FoundIssues(issues=[FoundIssue.model_validate(row) for row in rows]))


@router.post(
    "/v1/issues:import",
    operation_id="import_issues",
    summary="Add issues",
    response_model=Imported,
    responses=described(400, 401, 403, 408, 413, 415, 422, 500, 503),
    openapi_extra=request_body(IssuesIn),
)
async def add(
    request: Request, _caller: AdminCaller, services: WithServices, settings: WithSettings
) -> Response:
    """Issues as GitHub writes them; a known one is updated. Rows that cannot be used are named."""
    given = checked(IssuesIn, (await read_body(request, settings.max_input_bytes)).value)
    lexicon = services.context.catalogue.lexicon
    rows = await asyncio.to_thread(_rows, given, lexicon)
    good = [row for row in rows if isinstance(row, Issue)]
    written = await services.issues.upsert(good) if good else 0
    rejected = [
        RejectedRow(row=place, reason=row.reason) for place, row in enumerate(rows) if isinstance(row, BadRow)
    ]
    return json_response(Imported(imported=written, rejected=rejected))


def _rows(given: IssuesIn, lexicon: Lexicon) -> list[Issue | BadRow]:
    reader = partial(signature_of, lexicon=lexicon)
    return [parse_row(row, given.repository, reader) for row in given.issues]
