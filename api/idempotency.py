"""`Idempotency-Key`: of all requests with one key, one makes the diagnosis; the others get the same."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time

from fastapi import Request

from agent.compose import Services
from agent.diagnosis.diagnosis import Claim, StoredDiagnosis
from api.auth import Caller
from api.body import Body
from api.problems import Problem

_KEY = re.compile(r"[!-~]{1,200}")
_PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)
"""Seconds between looks at a request that is still being answered; then the last of them again."""


def key_of(request: Request) -> str | None:
    """The request's key, or None. Raises `Problem` 400 for one that is empty, too long or not ASCII."""
    given = request.headers.get("idempotency-key")
    if given is not None and not _KEY.fullmatch(given.strip()):
        detail = "Idempotency-Key takes 1 to 200 printable ASCII characters without spaces."
        raise Problem(400, "bad-idempotency-key", detail)
    return given.strip() if given is not None else None


async def claimed(
    key: str, caller: Caller, body: Body, services: Services, wait: float
) -> StoredDiagnosis | None:
    """None where this request is the one to be worked on; else the diagnosis of the earlier one.

    Waits up to `wait` seconds for an earlier one that is still at work. Raises `Problem` 409 where it
    goes on after that, 422 where the key came with another body.
    """
    digest = hashlib.sha256(body.raw).hexdigest()
    until = time.monotonic() + wait
    looks = 0
    while True:
        claim = await services.idempotency.claim(key, caller.stamp or "", digest)
        if claim.state == "new":
            return None
        if claim.state == "mismatch":
            raise Problem(422, "idempotency-mismatch", "This Idempotency-Key came with another body before.")
        earlier = await _found(claim, services)
        if earlier is not None and (earlier.state != "running" or wait <= 0):
            return earlier
        if time.monotonic() >= until:
            detail = "The same request is still being answered."
            raise Problem(409, "still-running", detail, retry_after=1)
        await asyncio.sleep(_PAUSES[min(looks, len(_PAUSES) - 1)])
        looks += 1


async def _found(claim: Claim, services: Services) -> StoredDiagnosis | None:
    return await services.diagnoses.get(claim.diagnosis_id) if claim.diagnosis_id else None
