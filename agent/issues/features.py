"""How near a hit is to the query, in numbers: what the learned weights of `rank.py` are multiplied with.

All is pure arithmetic over the tokens of query and issue, in an order that is the same every time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from agent.issues.issue import Forward, IssueHit, IssueQuery

TITLE_TIMES, K1, B = 5.0, 2.0, 0.75
"""BM25F: what a token in a title counts, how soon repeats count no more, and how much length matters."""
MEAN_TITLE, MEAN_BODY = 8.0, 130.0
"""Tokens of a usual title and body. Fixed, so that the score of one issue does not hang on the others."""
UNKNOWN_IDF = 6.0
"""What a token of a hit's title tells that the query does not have."""
_RARE = 6.0
_LOGS = 64
_LOG = [0.0, *(1 + math.log(count) for count in range(1, _LOGS))]
"""1 + ln of how often a token stands in an issue, made once: it is wanted for every token of every hit."""
_DAY = 86_400.0

NAMES = (
    "stage_one", "stage_one_log", "stage_one_rank", "bm25f", "bm25f_told", "bm25f_rank",
    "title_in_title", "title_in_title_rare", "title_anywhere", "title_in_body", "errors_in_body",
    "body_in_title", "body_in_body", "body_matches", "all_anywhere", "all_rare", "its_title_told",
    "title_run", "same_first_word", "rarest", "rarest_three", "rarest_in_titles", "how_many_rare",
    "cosine_of_words", "within_year", "within_two_months", "within_week", "days", "same_repository",
    "length", "title_length", "length_ratio", "recent_and_told", "title_and_all", "all_squared",
    "latent", "latent_share", "latent_rank",
)  # fmt: skip
"""The features in their order. Those that begin with "latent" are 0 where a hit has no cosine."""


class _Token(NamedTuple):
    """A token of the query: its place among them, its idf, its weight x idf, and which parts hold it."""

    place: int
    idf: float
    told: float
    in_title: bool
    in_errors: bool
    in_body: bool


class _Asked(NamedTuple):
    """A query made ready: its tokens, how much idf each of its parts has in all, and the squares of it."""

    tokens: dict[str, _Token]
    title: list[str]
    title_idf: float
    title_squares: float
    errors_idf: float
    body_idf: float
    all_idf: float
    all_squares: float
    most: float
    norm: float


class _Sums(NamedTuple):
    """Sums over the tokens that query and issue share; `size` is how many tokens the issue's body has."""

    size: int = 0
    bm25f: float = 0.0
    title_in_title: float = 0.0
    title_squares: float = 0.0
    title_anywhere: float = 0.0
    title_in_body: float = 0.0
    errors_in_body: float = 0.0
    body_in_title: float = 0.0
    body_in_body: float = 0.0
    body_matches: float = 0.0
    anywhere: float = 0.0
    squares: float = 0.0
    product: float = 0.0
    rarest_in_titles: float = 0.0
    many_rare: int = 0
    idfs: tuple[float, ...] = ()


def features(query: IssueQuery, hits: Sequence[IssueHit]) -> list[list[float]]:
    """For each hit a number for each of `NAMES`; zeros for a hit without `forward` or `collection`.

    Hits must come in the order of the store, best first. Where the query has no date, the newest hit's
    stands for it.
    """
    known = next((hit.collection for hit in hits if hit.collection), None)
    if known is None:
        return [[0.0] * len(NAMES) for _ in hits]
    asked = _asked(query, known.docs, known.having)
    dates = [hit.issue.created_at for hit in hits if hit.issue.created_at]
    at = query.at or (max(dates, key=datetime.timestamp) if dates else None)
    sums = [_sums(asked, hit.forward) for hit in hits]
    best_one = max((hit.text_score for hit in hits), default=0.0) or 1.0
    best_two = max((each.bm25f for each in sums), default=0.0) or 1.0
    by_text = _ranks([hit.text_score for hit in hits])
    by_sum = _ranks([each.bm25f for each in sums])
    latent = _of_latent(hits)
    home = (query.repository or "").lower()
    found = []
    for index, (hit, each) in enumerate(zip(hits, sums, strict=True)):
        if hit.forward is None:
            found.append([0.0] * len(NAMES))
            continue
        words = _of_words(asked, hit.forward, each)
        times = _of_time(at, hit.issue.created_at)
        told = each.bm25f / best_two
        found.append(
            [
                hit.text_score / best_one,
                math.log1p(max(0.0, hit.text_score)),
                by_text[index],
                told,
                each.bm25f / asked.most,
                by_sum[index],
                *words,
                *times,
                float(hit.issue.repository.lower() == home),
                *_of_length(query, each.size, hit.forward.title),
                times[0] * told,
                words[0] * words[8],
                words[8] * words[8],
                *latent[index],
            ]
        )
    return found


def idf(docs: int, having: int) -> float:
    """How much a token tells that `having` of `docs` issues have; above 0."""
    having = min(having, docs)
    return math.log(1 + (docs - having + 0.5) / (having + 0.5))


def _asked(query: IssueQuery, docs: int, having: dict[str, int]) -> _Asked:
    title, errors, body = set(query.title), set(query.errors), set(query.body)
    found = {}
    for place, (token, weight) in enumerate(query.weights.items()):
        rare = idf(docs, having.get(token, 0))
        found[token] = _Token(place, rare, weight * rare, token in title, token in errors, token in body)
    rows = found.values()
    return _Asked(
        tokens=found,
        title=query.title,
        title_idf=sum(row.idf for row in rows if row.in_title) or 1.0,
        title_squares=sum(row.idf**2 for row in rows if row.in_title) or 1.0,
        errors_idf=sum(row.idf for row in rows if row.in_errors) or 1.0,
        body_idf=sum(row.idf for row in rows if row.in_body) or 1.0,
        all_idf=sum(row.idf for row in rows) or 1.0,
        all_squares=sum(row.idf**2 for row in rows) or 1.0,
        most=sum(row.told for row in rows) * (K1 + 1) or 1.0,
        norm=math.sqrt(sum(row.told**2 for row in rows)) or 1.0,
    )


def _sums(asked: _Asked, forward: Forward | None) -> _Sums:
    """One pass over the shared tokens; written out at length because it is run for every hit."""
    if forward is None:
        return _Sums()
    body, kept, size = forward.body, asked.tokens, forward.size
    times: dict[str, int] = {}
    for token in forward.title:
        times[token] = times.get(token, 0) + 1
    title_norm = TITLE_TIMES / (1 - B + B * len(forward.title) / MEAN_TITLE)
    body_norm = 1 - B + B * size / MEAN_BODY
    bm25f = title_told = title_squares = titled_anywhere = title_in_body = errors_in_body = 0.0
    body_in_title = body_in_body = body_matches = anywhere = squares = product = rarest = 0.0
    many_rare = 0
    rows = [(kept[token], often, times.get(token, 0)) for token, often in body.items() if token in kept]
    rows += [(kept[token], 0, many) for token, many in times.items() if token in kept and token not in body]
    rows.sort()  # by their places: sums hang on the order
    slow, log = 1.2 * body_norm, _LOG
    for (_, rare, told, in_title, in_errors, in_body), often, titled in rows:
        square = rare * rare
        anywhere += rare
        many_rare += rare > _RARE
        squares += square
        much = often / body_norm
        if titled:
            much += titled * title_norm
            if in_title:
                title_told += rare
                title_squares += square
                rarest = max(rarest, rare)
            if in_body:
                body_in_title += rare
        bm25f += told * much / (much + K1)
        held = often + 3 * titled
        product += told * rare * (log[held] if held < _LOGS else 1 + math.log(held))
        if in_title:
            titled_anywhere += rare
            if often:
                title_in_body += rare
        if often:
            if in_errors:
                errors_in_body += rare
            if in_body:
                body_in_body += rare
                body_matches += rare * often / (often + slow)
    return _Sums(
        size, bm25f * (K1 + 1), title_told, title_squares, titled_anywhere, title_in_body, errors_in_body,
        body_in_title, body_in_body, body_matches, anywhere, squares, product, rarest,
        many_rare, tuple(row[0].idf for row in rows),
    )  # fmt: skip


def _of_words(asked: _Asked, forward: Forward, sums: _Sums) -> list[float]:
    kept = asked.tokens
    known = unknown = 0.0
    for token in dict.fromkeys(forward.title):
        if token in kept:
            known += kept[token].idf
        else:
            unknown += UNKNOWN_IDF
    largest = sorted(sums.idfs, reverse=True)[:3]
    return [
        sums.title_in_title / asked.title_idf,
        sums.title_squares / asked.title_squares,
        sums.title_anywhere / asked.title_idf,
        sums.title_in_body / asked.title_idf,
        sums.errors_in_body / asked.errors_idf,
        sums.body_in_title / asked.body_idf,
        sums.body_in_body / asked.body_idf,
        sums.body_matches / asked.body_idf,
        sums.anywhere / asked.all_idf,
        sums.squares / asked.all_squares,
        known / (known + unknown or 1.0),
        math.log1p(_longest_run(asked, forward.title)) if sums.title_in_title else 0.0,
        float(asked.title[:1] == forward.title[:1]),
        (largest[0] if largest else 0.0) / 10,
        sum(largest) / 30,
        sums.rarest_in_titles / 10,
        math.log1p(sums.many_rare),
        sums.product / asked.norm / math.sqrt(sums.size + 3 * len(forward.title) + 20) / 10,
    ]


def _of_time(at: datetime | None, created: datetime | None) -> list[float]:
    """Gentle and steep recency, and the distance itself; an unknown date is taken as long ago."""
    days = abs((at.timestamp() - created.timestamp()) / _DAY) if at and created else 3650.0
    return [math.exp(-days / 365), math.exp(-days / 60), math.exp(-days / 7), math.log1p(days) / 8]


def _of_length(query: IssueQuery, size: int, title: list[str]) -> list[float]:
    ratio = abs(math.log((size + 5) / (query.length + 5)))
    return [math.log1p(size) / 6, math.log1p(len(title)) / 3, ratio]


def _longest_run(asked: _Asked, title: list[str]) -> float:
    """The idf of the longest run of tokens that both titles have."""
    best = 0.0
    places: dict[str, list[int]] = {}
    for at, token in enumerate(title):
        places.setdefault(token, []).append(at)
    before: dict[int, float] = {}
    for token in asked.title:
        here: dict[int, float] = {}
        if token in places and token in asked.tokens:
            rare = asked.tokens[token].idf
            for at in places[token]:
                here[at] = before.get(at - 1, 0.0) + rare
            best = max(best, *here.values())
        before = here
    return best


def _of_latent(hits: Sequence[IssueHit]) -> list[list[float]]:
    """The cosine, its share of the best one and its rank; zeros for all where any hit has none."""
    near = [hit.forward.cosine for hit in hits if hit.forward and hit.forward.cosine is not None]
    if not near or len(near) < len(hits):
        return [[0.0, 0.0, 0.0] for _ in hits]
    best = max(*near, 1e-6)
    return [[each, each / best, rank] for each, rank in zip(near, _ranks(near), strict=True)]


def _ranks(values: list[float]) -> list[float]:
    """ln(1 + rank), the highest value first; equal ones in their order."""
    ranks = [0.0] * len(values)
    for rank, index in enumerate(sorted(range(len(values)), key=lambda i: -values[i])):
        ranks[index] = math.log1p(rank)
    return ranks
