"""JSON and pasted text become a `Submission`; what is wrong with them is said field by field."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError

from agent.errors import BadInput
from agent.report.error_report import EnvironmentFields, Source, Submission

MAX_DEPTH = 100
"""How deep JSON may nest. Serialisers further on give up at a few hundred levels."""

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PARTS: Mapping[str, type[BaseModel]] = {"environment": EnvironmentFields, "source": Source}
_SHAPES = {
    "error": "must be text, an object or a list",
    "usage": "must be text, an object or a list",
}
SETTABLE = (*EnvironmentFields.model_fields, "product")
"""The keys of `--set`."""


def parse_json(text: str) -> Any:
    """The JSON value that `text` is. Lone surrogates become U+FFFD. Raises `BadInput`."""
    try:
        return _cleaned(json.loads(text, parse_constant=_no_such_number), 0)
    except RecursionError:
        raise BadInput(f"The JSON nests deeper than {MAX_DEPTH} levels.") from None
    except json.JSONDecodeError as bad:
        raise BadInput(f"Not valid JSON: {bad.msg} (line {bad.lineno}, column {bad.colno}).") from None
    except ValueError as bad:
        raise BadInput(f"Not valid JSON: {bad}.") from None


def submission_from(value: Any) -> Submission:
    """The submission that a JSON value is. Raises `BadInput` that names each bad field."""
    if not isinstance(value, dict):
        raise BadInput("A report is a JSON object.")
    try:
        return Submission.model_validate(value)
    except ValidationError as bad:
        raise BadInput(_in_words(bad)) from None


def fields_of(text: str) -> dict[str, Any]:
    """The fields of a submission that somebody gave as one text: its JSON, or the paste itself.

    An object with fields that no submission has is a pasted error body or log, and so text, except
    where it was plainly meant as a submission: then `submission_from` will name the slip.
    """
    if not text.lstrip().startswith("{"):
        return {"text": text}
    try:
        value = parse_json(text)
    except BadInput:
        return {"text": text}
    return value if _meant_as_submission(value) else {"text": text}


def settings_from(pairs: Iterable[str]) -> tuple[dict[str, str], str | None]:
    """`KEY=VALUE` pairs as environment fields, and the product. Raises `BadInput` for an unknown key."""
    found: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not value.strip():
            raise BadInput(f"--set {pair}: write KEY=VALUE.")
        if key not in SETTABLE:
            raise BadInput(f"--set {pair}: {_unknown(key, SETTABLE)}.")
        found[key] = value.strip()
    product = found.pop("product", None)
    return found, product


def _meant_as_submission(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    known = Submission.model_fields.keys()
    strange = value.keys() - known
    if not strange:
        return bool(value)
    if not value.keys() & known:
        return False
    return "text" in value or all(difflib.get_close_matches(name, known, 1, 0.7) for name in strange)


def _no_such_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _cleaned(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_cleaned(key, depth): _cleaned(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner, depth + 1) for inner in value]
    return value


def _in_words(bad: ValidationError) -> str:
    faults: dict[str, str] = {}
    for error in bad.errors():
        path = [str(part) for part in error["loc"]]
        inside = _PARTS.get(path[0]) if len(path) > 1 else None
        name = ".".join(path[:2]) if inside else ".".join(path[:1])
        if error["type"] == "extra_forbidden":
            known = (inside or Submission).model_fields
            fault = _unknown(path[-1], known)
        elif name in _SHAPES:
            fault = f"{name}: {_SHAPES[name]}"
        else:
            fault = ": ".join(filter(None, [name, error["msg"].removeprefix("Value error, ")]))
        faults.setdefault(name, fault)
    return "; ".join(faults.values()) + "."


def _unknown(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    guess = f"did you mean {near[0]}?" if near else ""
    return f"unknown field {name!r} {f'({guess}) ' if guess else ''}- known fields: {', '.join(names)}"
