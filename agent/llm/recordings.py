"""Recordings: model exchanges kept for replay, one JSON file a case and trial, found again by request.

A file says itself what it was asked: each call holds its request with the digest that it is found by, and
its response with one. Both are computed anew when the file is read, so an edit by hand shows.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, Field, ValidationError

from agent.diagnosis.model import CallStep
from agent.errors import BadInput
from agent.report.error_report import Noun

Kind = Literal["live", "local", "authored", "mutated"]
State = Literal["ok", "stale", "missing", "orphan", "edited", "expired-model", "error"]
"""What a recording is worth now.

ok: it answers what the road asks. stale: the road asks something else. missing: there is none. orphan: no
case has its name. edited: it is not as it was recorded. expired-model: the model that was recorded is
offered no more. error: the file cannot be read, or the road fell over.
"""
VERSIONS: Mapping[str, str | None] = {"anthropic-version": "2026-10-21", "anthropic-beta": None}
"""The only headers that are kept: those by which the API chooses how it answers.

The version is the one that the SDK sends; where a new SDK sends another, every recording is stale.
"""
TRANSPORT = frozenset({"stream"})
"""Fields of a body that say how a reply travels and nothing about what it is.

They are no part of a recorded request: asked as a stream, at once or in a batch, it is the same request.
"""
FILE = re.compile(r"(?P<case>[a-z0-9]+(?:-[a-z0-9]+)*)(?:\.t(?P<trial>[1-9][0-9]*))?\.json")


class BadRecording(BadInput):
    """The recording {file} cannot be read: {why}."""


class RecordedCall(Noun):
    """One exchange. `response` is the message, or the error, as the API returned it; None where none came."""

    step: CallStep
    request_sha256: str
    request: dict[str, Any]
    request_headers: dict[str, str | None]
    response: dict[str, Any] | None
    response_sha256: str
    latency_ms: int = Field(ge=0)

    @property
    def edited(self) -> list[str]:
        """Which of its two parts are not what their digests say: "request", "response"."""
        found = []
        if request_key(self.request, self.request_headers) != self.request_sha256:
            found.append("request")
        if digest_of(self.response) != self.response_sha256:
            found.append("response")
        return found


class RecordingProvenance(Noun):
    """Where a recording comes from. `why` says what one written by hand is for; it is required there.

    `model_returned` is what the replies call themselves: "authored" where no model was asked.
    `derived_from` names the recording that a mutated one was made of.
    """

    kind: Kind
    model_requested: str
    model_returned: str | None
    request_id: str | None = None
    recorded_at: AwareDatetime
    recorded_by: str
    sdk: str | None = None
    git_commit: str | None = None
    git_dirty: bool = False
    why: str | None = None
    derived_from: str | None = None


class Recording(Noun):
    """Everything that was exchanged with a model over one case, in order. `trial` counts from 0."""

    format: Literal[1] = 1
    case: str
    trial: int = Field(ge=0)
    calls: list[RecordedCall]
    provenance: RecordingProvenance

    @property
    def name(self) -> str:
        """The name of its file: `<case>.json`, `<case>.t1.json`, ..."""
        return file_name(self.case, self.trial)

    @property
    def kind(self) -> Kind:
        """Who answered."""
        return self.provenance.kind


def canonical(value: Any) -> bytes:
    """`value` as the one JSON text that it has: sorted keys, no spaces, UTF-8. A float raises `ValueError`.

    It has more than one spelling, so nothing that is found by its digest may hold one.
    """
    _refuse_floats(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def digest_of(value: Any) -> str:
    """The sha256 of `canonical`, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def asked_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as sent without the fields of `TRANSPORT`: what a recording keeps and is found by."""
    return {name: value for name, value in body.items() if name not in TRANSPORT}


def request_key(body: Mapping[str, Any], headers: Mapping[str, str | None] = VERSIONS) -> str:
    """What a call is found by: the digest of its body and of the two version headers."""
    kept = {name: headers.get(name) for name in VERSIONS}
    return digest_of({"body": asked_of(body), "headers": kept})


def file_name(case: str, trial: int) -> str:
    """The name of a recording's file."""
    return f"{case}.t{trial}.json" if trial else f"{case}.json"


def dump(recording: Recording) -> str:
    """The text of a recording's file: pretty JSON with sorted keys."""
    value = recording.model_dump(mode="json")
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def parse(text: str, file: str) -> Recording:
    """The recording in the text of a file of that name. Raises `BadRecording`."""
    try:
        recording = Recording.model_validate_json(text)
    except ValidationError as bad:
        first = bad.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise BadRecording(file=file, why=f"{where}: {first['msg']}") from None
    try:
        canonical([[call.request, call.response] for call in recording.calls])
    except ValueError as bad:
        raise BadRecording(file=file, why=str(bad)) from None
    if recording.name != file:
        raise BadRecording(file=file, why=f"it says that it is {recording.name}")
    if recording.kind in ("authored", "mutated") and not (recording.provenance.why or "").strip():
        raise BadRecording(file=file, why=f"provenance.why must say what it is for: it is {recording.kind}")
    return recording


def read(path: Path) -> Recording:
    """The recording in a file. Raises `BadRecording`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as bad:
        raise BadRecording(file=path.name, why=type(bad).__name__) from None
    return parse(text, path.name)


def files_in(folder: Path) -> list[Path]:
    """The files of a folder of recordings by name, hidden ones left out; empty where there is no folder."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def write(recording: Recording, folder: Path) -> Path:
    """Write a recording's file, whole or not at all; says where. Nothing is checked: see `record.py`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / recording.name
    part = folder / f".{recording.name}.part"
    part.write_text(dump(recording), encoding="utf-8")
    part.replace(path)
    return path


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError("a float has no place in what is found by its digest")
    if isinstance(value, Mapping):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)
