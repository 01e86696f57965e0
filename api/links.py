"""`/v1/links`: an issue with what it is linked to, and the diagnosis of its text."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator, Field

from agent.diagnosis.link_report import LinkReport
from agent.errors import BadInput, NoSuchIssue
from agent.issues.address import MOST_CHARS, PATTERN, forge_of, parse_address
from agent.issues.references import Thread
from agent.settings import Settings
from api.accept import JSON, MARKDOWN, choose
from api.auth import AnyCaller
from api.body import checked, read_body
from api.deps import WithServices, WithSettings, request_body
from api.described import TEXT, described
from api.link_answer import MOST_DEPTH, link_answer, rendered
from api.problems import Problem
from api.schemas import Strict

router = APIRouter(tags=["issues"])
MERMAID = "text/vnd.mermaid"
_FORMS = {"json": JSON, "markdown": MARKDOWN, "mermaid": MERMAID}


def _whole(value: object) -> object:
    """JSON has one kind of number: 2.0 is a whole one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class LinksIn(Strict):
    """Which issue: its URL on the forge that is set (github.com unless set otherwise), or OWNER/NAME#N.

    `depth` is how many links away to look; `format` wins over the Accept header.
    """

    url: str = Field(max_length=MOST_CHARS, json_schema_extra={"pattern": PATTERN})
    depth: Annotated[int, BeforeValidator(_whole)] = Field(2, ge=1, le=MOST_DEPTH)
    format: Literal["json", "markdown", "mermaid"] | None = None


@router.post(
    "/v1/links",
    operation_id="read_links",
    summary="Read the links of an issue",
    responses={
        200: {
            "model": LinkReport,
            "description": "The issue, its statistics, its links and what its text says",
            "content": {MARKDOWN: TEXT, MERMAID: TEXT},
        },
        **described(400, 401, 403, 404, 406, 408, 413, 415, 422, 500, 503, 504),
    },
    openapi_extra=request_body(LinksIn),
)
async def links(
    request: Request, caller: AnyCaller, services: WithServices, settings: WithSettings
) -> Response:
    """As JSON, Markdown or Mermaid, from what is stored.

    Where CASEWORKER_LINKS_ONLINE is set, the issue is read from GitHub first for the roles agent and admin.
    """
    wanted = checked(LinksIn, (await read_body(request)).value)
    accepted = request.headers.get("accept")
    media = _FORMS[wanted.format] if wanted.format else choose(accepted, tuple(_FORMS.values()))
    thread = _thread(wanted.url, settings)
    online = settings.links_online and caller.role != "reader"
    try:
        async with asyncio.timeout(settings.run_seconds):
            report = await link_answer(services, settings, thread, wanted.depth, online=online)
    except NoSuchIssue as bad:
        raise Problem(404, "no-such-issue", str(bad)) from None
    except TimeoutError:
        detail = f"Reading it took longer than {settings.run_seconds:g} seconds."
        raise Problem(504, "run-too-slow", detail) from None
    if media == JSON:
        return Response(report.model_dump_json().encode(), media_type=JSON)
    form = "mermaid" if media == MERMAID else "markdown"
    return Response(rendered(report, form).encode(), media_type=media)


def _thread(url: str, settings: Settings) -> Thread:
    try:
        return parse_address(url, forge_of(settings.github_url))
    except BadInput as bad:
        said = str(bad).removeprefix(str(BadInput.__doc__)).strip()
        raise Problem(422, "malformed-body", said, errors=[{"pointer": "/url", "detail": said}]) from None
