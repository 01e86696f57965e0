"""The body of a request: its type, size, time and nesting judged at the door; each field's fault named."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar, get_args

from fastapi import Request
from pydantic import BaseModel, ValidationError

from agent.errors import BadInput
from agent.settings import Settings
from api.problems import Problem
from api.submissions import parse_json

M = TypeVar("M", bound=BaseModel)
_SHAPES = ("error", "usage")
"""Fields that take several shapes: what pydantic says of each branch would mislead."""
_LARGE = 64 * 1024
"""Bytes above which a body is parsed in a thread."""


class Body(NamedTuple):
    """A body as it came, and the JSON value that it is."""

    raw: bytes
    value: Any


async def read_body(request: Request, limit: int | None = None) -> Body:
    """The JSON body of a request. Raises `Problem`: 400, 408, 413 or 415.

    `limit` is the most bytes that are read, by default that of the settings.
    """
    _check_type(request)
    raw = await _read_bytes(request, limit)
    return Body(raw, await asyncio.to_thread(_parsed, raw) if len(raw) > _LARGE else _parsed(raw))


async def _read_bytes(request: Request, limit: int | None) -> bytes:
    """The raw body, at most `limit` bytes, within the time for it. Raises `Problem` 408 or 413."""
    settings: Settings = request.app.state.settings
    most = limit or settings.max_body_bytes
    try:
        async with asyncio.timeout(settings.body_seconds):
            return await _bounded(request, most)
    except TimeoutError:
        detail = f"The body did not arrive within {settings.body_seconds:g} seconds."
        raise Problem(408, "body-too-slow", detail, headers={"connection": "close"}) from None


def checked(model: type[M], value: Any) -> M:
    """`value` as the strict model of a request. Raises `Problem` 422 that names each bad field."""
    if not isinstance(value, dict):
        detail = "The body must be a JSON object."
        raise Problem(422, "malformed-body", detail, errors=[{"pointer": "", "detail": detail}])
    try:
        return model.model_validate(value)
    except ValidationError as bad:
        faults = _faults(bad, model)
        said = "; ".join(f"{fault['pointer'] or 'body'}: {fault['detail']}" for fault in faults)
        raise Problem(422, "malformed-body", f"{said}.", errors=faults) from None


def _check_type(request: Request) -> None:
    given = request.headers.get("content-type", "")
    kind, _, parameters = given.partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2].split(";")[0]
    if kind.strip().lower() != "application/json" or charset not in ("", "utf-8", "utf8"):
        shown = f"not {kind.strip()[:60]!r}" if kind.strip() else "which must be named"
        detail = f"Send the body with Content-Type: application/json in UTF-8, {shown}."
        raise Problem(415, "unsupported-media-type", detail, headers={"accept-post": "application/json"})
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Problem(415, "unsupported-encoding", "Send the body without Content-Encoding.")


async def _bounded(request: Request, most: int) -> bytes:
    announced = request.headers.get("content-length", "0")
    too_large = announced.isdigit() and int(announced) > most
    chunks: list[bytes] = []
    size = 0
    # What is too large is still read, up to a bound and unkept: a client that is cut off while it sends
    # would see a broken connection instead of the answer.
    async for chunk in request.stream():
        size += len(chunk)
        if size > 8 * most:
            break
        if size > most:
            too_large = True
            chunks.clear()
        if not too_large:
            chunks.append(chunk)
    if too_large:
        detail = f"The body is larger than {most} bytes. Send the part round the error, or fewer rows."
        raise Problem(413, "too-large", detail, headers={"connection": "close"})
    return b"".join(chunks)


def _parsed(raw: bytes) -> Any:
    try:
        return parse_json(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as bad:
        raise Problem(400, "bad-json", f"The body is not UTF-8 (byte {bad.start}).") from None
    except BadInput as bad:
        raise Problem(400, "bad-json", str(bad)) from None


def _faults(bad: ValidationError, model: type[BaseModel]) -> list[dict[str, str]]:
    """One fault a field, with a JSON pointer to it."""
    found: dict[str, str] = {}
    for error in bad.errors(include_url=False, include_input=False):
        path = _real_path(error["loc"], model)
        if error["type"] == "extra_forbidden":
            inside = _model_at(model, path[:-1])
            said = _unknown(path[-1], inside.model_fields if inside else ())
        elif len(path) == 1 and path[0] in _SHAPES and error["type"] != "missing":
            said = "must be text, an object or a list"
        else:
            said = error["msg"].removeprefix("Value error, ")
        found.setdefault(_pointer(path), said)
    return [{"pointer": pointer, "detail": said} for pointer, said in found.items()]


def _real_path(location: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    """The path in the body; the names of a union's branches, which pydantic adds, are left out."""
    path: list[str] = []
    for part in location:
        inside = _model_at(model, path)
        if path and inside is None and not isinstance(part, int):
            break
        path.append(str(part))
    return path


def _model_at(model: type[BaseModel], path: Iterable[str]) -> type[BaseModel] | None:
    """The model of the object at `path`, or None where it is no object of a model."""
    here: type[BaseModel] | None = model
    for name in path:
        field = here.model_fields.get(name) if here else None
        if field is None:
            return None
        inner = (field.annotation, *get_args(field.annotation))
        here = next((kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
    return here


def _pointer(path: Iterable[str]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _unknown(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name.lower(), names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
    return f"unknown field; {hint}"
