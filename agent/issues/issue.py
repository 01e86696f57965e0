"""The nouns of the issues room: an issue as stored, a query, a hit, and what is shown of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from agent.report.error_report import Noun

Relation = Literal["same-signature", "duplicate", "linked", "similar"]
OwnLink = Literal["duplicate", "linked"]
IssueKind = Literal["issue", "pull"]
LinkKind = Literal[
    "duplicate_of", "mentions", "closes", "fixed_by", "cross_referenced", "transferred_to", "linked"
]
LinkVia = Literal["body", "comment", "timeline", "field"]


class Comment(Noun):
    """One comment. `reactions` are counts by name, as in `Issue`."""

    external_id: str
    author: str | None = None
    body: str = ""
    reactions: dict[str, int] = {}
    created_at: datetime | None = None
    updated_at: datetime | None = None


class TimelineEvent(Noun):
    """One event of an issue's history. `kind` is its name in GitHub's REST API, such as "closed"."""

    external_id: str
    kind: str
    actor: str | None = None
    at: datetime | None = None
    data: dict[str, Any] = {}


class IssueLink(Noun):
    """From the issue that holds it to the target: the issue is a duplicate of the target, mentions it, ...

    "closes" is said by a pull, "fixed_by" by an issue of the pull or commit's pull that closed it;
    "cross_referenced" says that the target mentions the issue; "linked" was tied by hand.
    """

    target_repository: str
    target_number: int
    kind: LinkKind
    via: LinkVia
    actor: str | None = None
    at: datetime | None = None


class Issue(Noun):
    """One issue or pull request as it is kept. `signature` is the slug of its error's template, if any.

    A count that is None is not known. `reactions` are counts by GitHub's REST names ("+1", "heart", ...).
    `released_in` is the tag that first holds a merged pull; `duplicate_of` is "owner/name#n".
    """

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
    kind: IssueKind = "issue"
    author: str | None = None
    state_reason: str | None = None
    comment_count: int | None = None
    participants: int | None = None
    reactions: dict[str, int] = {}
    merged_at: datetime | None = None
    released_in: str | None = None
    deleted_at: datetime | None = None
    duplicate_of: str | None = None
    comments: list[Comment] = []
    timeline: list[TimelineEvent] = []
    links: list[IssueLink] = []


class IssueQuery(Noun):
    """What to look for: exact signatures first, then words. `exclude` is the report's own thread.

    `weights` maps a token (as `tokens.tokens` gives it) to how much it counts, at most 200 of them; `title`
    are the title's tokens in order, `errors` and `body` those that stand in lines that tell of an error and
    in the text; `length` is how many tokens the text has.
    `text` is how the report begins, its title first, for what reads sentences and not tokens.
    `at` is the report's date, `repository` where it was filed. With `before`, only issues created earlier
    are found.
    """

    signatures: list[str] = []
    terms: list[str] = []
    weights: dict[str, float] = {}
    title: list[str] = []
    errors: list[str] = []
    body: list[str] = []
    length: int = 0
    text: str = ""
    exclude: tuple[str, int] | None = None
    repository: str | None = None
    at: datetime | None = None
    before: datetime | None = None


class Forward(Noun):
    """What re-ranking reads of an issue, made when it was stored.

    `title` are the title's tokens in order, `body` those of the body that the query looks for, with how
    often each stands there, and `size` is how many tokens the body has in all.
    `cosine` is the nearness of the latent vectors of query and issue, -1 to 1; None where there are none.
    """

    title: list[str]
    body: dict[str, int]
    size: int
    cosine: float | None = None


class Collection(Noun):
    """The stored issues of a tenant as a search saw them; one object for all its hits.

    `having` says of every token of the query's `weights` how many of the `docs` issues have it.
    """

    docs: int
    having: dict[str, int]


class IssueHit(Noun):
    """One stored issue and how it matched. `text_score` grows with the match; 0 where none.

    `forward` and `collection` are there where the store has an index of tokens. `own_link` says how the
    issue is known to belong to the report's own thread, `IssueQuery.exclude`.
    """

    issue: Issue
    same_signature: bool
    text_score: float
    matched_terms: list[str] = []
    forward: Forward | None = None
    collection: Collection | None = None
    own_link: OwnLink | None = None


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
