"""`/v1/waves`: bursts of one error in the stored issues and reports."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from agent.issues.wave import Wave
from api.auth import AnyCaller
from api.deps import WithServices, json_response
from api.described import described
from api.schemas import WaveList
from api.since import LONGEST, parse_since
from api.waves_command import with_messages

router = APIRouter(tags=["knowledge"])

_FORMS: list[JsonValue] = [
    {"type": "string", "pattern": "^[0-9]{1,5}d?$"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "date-time"},
    {"type": "null"},
]


class Since(BaseModel):
    """How far back to look."""

    model_config = ConfigDict(extra="forbid")

    since: str | None = Field(
        None,
        max_length=LONGEST,
        examples=["2026-04-01", "14d"],
        description="Only waves that were going on then or later: a date, or a number of days such as 14d",
        json_schema_extra={"anyOf": _FORMS},
    )


@router.get(
    "/v1/waves",
    operation_id="list_waves",
    summary="List bursts of one error",
    response_model=WaveList,
    responses=described(400, 401, 403, 500, 503),
)
async def waves(caller: AnyCaller, services: WithServices, wanted: Annotated[Since, Query()]) -> Response:
    """The newest first. A reader gets the counts and the issues; ids of reports are for agents."""
    now = services.context.clock.now()
    moment = parse_since(wanted.since, now)
    source = services.context.waves
    found = await source.every(moment, now) if source else []
    listed = with_messages(found, services.context.catalogue.lexicon)
    if caller.role == "reader":
        listed = [_of_issues(wave) for wave in listed]
    return json_response(WaveList(as_of=now, waves=listed))


def _of_issues(wave: Wave) -> Wave:
    """The wave without the ids of other people's reports."""
    return wave.model_copy(
        update={
            "members": [member for member in wave.members if member.kind == "issue"],
            "contradicting": [other for other in wave.contradicting if other.url],
        }
    )
