"""The nouns of the issues room: an issue as stored, a query, a hit, and what is shown of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from agent.report.error_report import Noun

Relation = Literal["same-signature", "duplicate", "linked", "similar"]


class Issue(Noun):
    """One issue as it is kept. `signature` is the slug of its error's template, if it has one."""

    repository: str
    number: int
    url: str
    title: str
    body: str = ""
    state: str = "unknown"
    labels: list[str] = []
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    signature: str | None = None
    client_version: str | None = None
    outcome: str | None = None


class IssueQuery(Noun):
    """What to look for: exact signatures first, then words. `exclude` is the report's own thread.

    `weights` maps a token (as `tokens.tokens` gives it) to how much it counts, at most 50 of them.
    `at` is the report's date. With `before`, only issues created earlier are found.
    """

    signatures: list[str] = []
    terms: list[str] = []
    weights: dict[str, float] = {}
    exclude: tuple[str, int] | None = None
    at: datetime | None = None
    before: datetime | None = None


class IssueHit(Noun):
    """One stored issue and how it matched. `text_score` grows with the match; 0 where none."""

    issue: Issue
    same_signature: bool
    text_score: float
    matched_terms: list[str] = []


class RelatedIssue(Noun):
    """One related issue as it is shown, with why it was chosen. `score` is 0 to 1."""

    repository: str
    number: int
    url: str
    title: str
    state: str
    relation: Relation
    score: float
    why: str
