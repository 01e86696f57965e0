"""A case: what somebody sent, and what a right answer to it holds.

A case is a folder that one can read: ``report.json`` (a `Submission`), optionally ``usage.json``
or ``usage.txt`` (the account as it was pasted), and ``expected.toml`` (an `Expected`). ``turns.json``
holds what the user said later in a conversation, ``issues.jsonl`` the issues that are stored already.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.diagnosis.diagnosis import Action
from agent.issues.issue import Relation
from agent.report.error_report import Submission
from agent.usage.account import Verdict

UNDETERMINED = "undetermined"
INJECTION = "injection"
"""The tag of a case in which a stranger speaks to a model."""
HOLDOUT_BELOW = 64
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
FILES = {"report.json", "usage.json", "usage.txt", "turns.json", "issues.jsonl", "expected.toml"}

Split = Literal["dev", "holdout"]
ProvenanceKind = Literal["real", "derived", "made"]
M = TypeVar("M", bound=BaseModel)


class BadCase(Exception):
    """A case, or the folder of all cases, that cannot be read. The message names file and field."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ExpectedError(_Strict):
    """One API error that must be found. Only the fields that the case states are compared."""

    status: int | None = None
    type: str | None = None
    message: str | None = None
    request_ids: list[str] = []

    @model_validator(mode="after")
    def _states_something(self) -> ExpectedError:
        if not self.model_fields_set:
            raise ValueError("an error that states none of status, type, message, request_ids checks nothing")
        return self


class ExpectedIssue(_Strict):
    """A thread that must be among the related issues; as what, and what its reason must say, where stated."""

    url: str = Field(pattern=r"^https://[^\s?#]+$")
    relation: Relation | None = None
    says: str | None = Field(None, min_length=1)


class CaseProvenance(_Strict):
    """Where a case comes from: a real thread, one derived from it, or made up. `source` is a URL or words."""

    kind: ProvenanceKind
    source: str = Field(min_length=1)


class Expected(_Strict):
    """What a right answer holds.

    `cause` is an id of the catalogue or "undetermined"; `acceptable` are causes that the text
    cannot exclude; `rivals` must rank below the true one. `action` lists the allowed actions.
    `contradictions` are ids of rules that must fire. `must` are phrases that a step or the
    recommendation holds; `must_not` are phrases that nothing tells the user to do. `errors` left
    out means unchecked, an empty list means that none may be found; so it is with `issues`. `injected` are
    the very words, as the submission holds them, by which a stranger speaks to a model: without them the
    answer must be the same. A case with the tag "injection" has some.
    """

    cause: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    acceptable: list[str] = []
    rivals: list[str] = []
    action: list[Action] = Field(min_length=1)
    verdict: Verdict | None = None
    contradictions: list[str] = []
    must: list[str] = []
    must_not: list[str] = []
    tags: list[str] = []
    errors: list[ExpectedError] | None = None
    issues: list[ExpectedIssue] | None = None
    injected: list[str] = []
    provenance: CaseProvenance

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Expected:
        if both := {*self.rivals} & {self.cause, *self.acceptable}:
            raise ValueError(f"{', '.join(sorted(both))} cannot be a rival and right at once")
        if both := {*self.must} & {*self.must_not}:
            raise ValueError(f"{', '.join(sorted(both))} stands in must and in must_not")
        if self.cause == UNDETERMINED and self.rivals:
            raise ValueError("rivals need a true cause to stand below; use acceptable")
        if bool(self.injected) != (INJECTION in self.tags):
            raise ValueError('injected and the tag "injection" go together: say which words are injected')
        return self

    @property
    def determined(self) -> bool:
        """Whether the text carries enough to name one cause."""
        return self.cause != UNDETERMINED

    @property
    def right(self) -> set[str]:
        """The causes that may stand first."""
        return {self.cause, *self.acceptable} - {UNDETERMINED}


class Case(_Strict):
    """One case, ready to run. `split` follows from the slug alone.

    `turns` are later messages of the user: the last of them is what is answered, and the submission what
    was said first. `issues` are rows as an import takes them, which are stored before the case is run.
    """

    slug: str
    split: Split
    submission: Submission
    expected: Expected
    turns: list[str] = []
    issues: list[dict[str, Any]] = []


def split_of(slug: str) -> Split:
    """`holdout` for the quarter of slugs whose sha256 begins with a byte below 64, else `dev`."""
    return "holdout" if hashlib.sha256(slug.encode()).digest()[0] < HOLDOUT_BELOW else "dev"


def load_cases(root: Path) -> list[Case]:
    """All cases under `root`, by slug. Raises `BadCase` for a bad one, and where there is none."""
    if not root.is_dir():
        raise BadCase(f"{root}: no such folder of cases")
    stray = sorted(p.name for p in root.iterdir() if not p.is_dir() and not p.name.startswith("."))
    if stray:
        raise BadCase(f"{root}: {', '.join(stray)} is not a case; each case is a folder")
    cases = [load_case(folder) for folder in sorted(p for p in root.iterdir() if p.is_dir())]
    if not cases:
        raise BadCase(f"{root}: holds no case, and no cases is not a pass")
    return cases


def load_case(folder: Path) -> Case:
    """The case in one folder. Raises `BadCase` that names the file and the field."""
    if not SLUG.fullmatch(folder.name):
        raise BadCase(f"{folder}: a slug is words of a-z and 0-9 joined by single hyphens")
    if unknown := sorted({p.name for p in folder.iterdir()} - FILES):
        raise BadCase(f"{folder}: {', '.join(unknown)} is no file of a case ({', '.join(sorted(FILES))})")
    expected = _validated(Expected, _toml(folder / "expected.toml"), folder / "expected.toml")
    body = _json(folder / "report.json")
    if not isinstance(body, dict):
        raise BadCase(f"{folder / 'report.json'}: must be one JSON object")
    usage = _usage(folder)
    if usage is not None:
        if body.get("usage") is not None:
            raise BadCase(f"{folder / 'report.json'}: usage: stands here and in a file of its own")
        body = {**body, "usage": usage}
    submission = _validated(Submission, body, folder / "report.json")
    return Case(
        slug=folder.name,
        split=split_of(folder.name),
        submission=submission,
        expected=expected,
        turns=_turns(folder / "turns.json"),
        issues=_issues(folder / "issues.jsonl"),
    )


def check_causes(cases: list[Case], known: Collection[str]) -> None:
    """Raise `BadCase` where a case names a cause that the catalogue does not hold."""
    for case in cases:
        expected = case.expected
        for field, ids in (
            ("cause", [expected.cause]),
            ("acceptable", expected.acceptable),
            ("rivals", expected.rivals),
        ):
            if unknown := sorted({*ids} - {*known, UNDETERMINED}):
                names = ", ".join(unknown)
                raise BadCase(f"{case.slug}/expected.toml: {field}: no cause is called {names}")


def _usage(folder: Path) -> Any:
    as_json, as_text = folder / "usage.json", folder / "usage.txt"
    if as_json.exists() and as_text.exists():
        raise BadCase(f"{folder}: usage.json and usage.txt stand side by side; keep one")
    if as_json.exists():
        return _json(as_json)
    return _text(as_text) if as_text.exists() else None


def _turns(path: Path) -> list[str]:
    if not path.exists():
        return []
    turns = _json(path)
    if not isinstance(turns, list) or not turns or not all(isinstance(t, str) and t.strip() for t in turns):
        raise BadCase(f"{path}: must be a list of texts, one a message, and not empty")
    return turns


def _issues(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        rows = [json.loads(line) for line in _text(path).splitlines() if line.strip()]
    except ValueError as bad:
        raise BadCase(f"{path}: not valid JSON: {bad}") from bad
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise BadCase(f"{path}: must hold one JSON object a line, and at least one")
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as bad:
        raise BadCase(f"{path}: cannot be read: {bad}") from bad


def _json(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except ValueError as bad:
        raise BadCase(f"{path}: not valid JSON: {bad}") from bad


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as bad:
        raise BadCase(f"{path}: not valid TOML: {bad}") from bad


def _validated(model: type[M], data: Any, path: Path) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as bad:
        faults = (
            f"{'.'.join(str(part) for part in e['loc']) or 'the whole'}: {e['msg']}" for e in bad.errors()
        )
        raise BadCase(f"{path}: {'; '.join(faults)}") from bad
