"""The one tokeniser of index and query: text in, stemmed words and identifiers out.

An identifier stands whole and in its parts, so that `read_dir` finds both `std::fs::read_dir` and "the dir
is read". Whole identifiers are kept as written (in lower case), words are stemmed (Snowball, English).
"""

from __future__ import annotations

import re
from functools import lru_cache

import Stemmer  # type: ignore[import-not-found]

VERSION = "1"
"""Changes with anything here that changes what a text gives: an index made with another one is stale."""
MOST_TEXT = 20_000
"""Characters of a text that are read."""
_LONGEST = 48
"""Characters of the longest token: what is longer is encoded data or a path of one machine."""

_CHUNK = re.compile(
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\w+(?:(?:::|\.)\w+)*", re.UNICODE
)
_PART = re.compile(r"[^\W_]+(?:_+[^\W_]+)*", re.UNICODE)
_HUMP = re.compile(
    r"[A-Z]+(?:s(?![a-z])|(?![a-z]))\d*|[A-Z]?[^\W\dA-Z_]+\d*|\d+[^\W\dA-Z_]*|[^\W_]+", re.UNICODE
)  # HTTPServer2 -> HTTP, Server2
_ID = re.compile(
    r"(?:req|msg|toolu|srvtoolu|chatcmpl)_\w{8,}"  # ids of API requests and messages
    r"|0x[0-9a-f_]+"  # addresses
    r"|(?=\w*\d)[0-9a-f]{7,}"  # hashes and their beginnings, the first group of a UUID
    r"|\d[\d_]{4,}"  # times, sizes, thread ids
    r"|(?:\d+[.:])+\d{6,}\w*",  # fractions of seconds
    re.IGNORECASE,
)
_WIDE = re.compile(r"[぀-ヿ㐀-鿿가-힯]+")
"""Scripts that are written without spaces: two neighbouring characters make a token."""

_STOP_WORDS = """
    a about after all also am an and any are as at be because been before but by can could did do does doing
    don for from get got had has have having how if in into is isn it its just me more my no not of on only
    or other our out over please same so some such than that the their them then there these they this those
    through to too up us use used using very was we were what when where which while who why will with would
    you your http https www com
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_stemmer = Stemmer.Stemmer("english")


def tokens(text: str) -> list[str]:
    """The tokens of the first 20,000 characters of `text`, in order, with repeats.

    Stop words, single characters and ids (of requests, commits, addresses, long numbers) give nothing.
    A whole identifier comes before its parts: `fs::read_dir` gives fs::read_dir, fs, read_dir, read, dir.
    """
    found: list[str] = []
    for chunk in _CHUNK.finditer(text[:MOST_TEXT]):
        found += _of_chunk(chunk[0])
    return found


def issue_tokens(title: str, body: str) -> tuple[list[str], list[str]]:
    """The tokens of an issue's title and of its body: what the index keeps of them."""
    return tokens(title), tokens(body)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a word in lower case."""
    stemmed: str = _stemmer.stemWord(word)
    return stemmed


@lru_cache(maxsize=1 << 16)
def _of_chunk(chunk: str) -> tuple[str, ...]:
    if len(chunk) > 4 * _LONGEST or chunk[8:9] == "-" or _ID.fullmatch(chunk):
        return ()
    found: list[str] = []
    parts = _PART.findall(chunk)
    if len(parts) > 1 and len(chunk) <= _LONGEST:
        found.append(chunk.strip("_").lower())
    for part in parts:
        found += _of_part(part)
    return tuple(found)


def _of_part(part: str) -> list[str]:
    if _ID.fullmatch(part):
        return []
    if _WIDE.search(part):
        return _of_wide(part)
    humps = [hump for piece in part.split("_") for hump in _HUMP.findall(piece)]
    found = [part.lower()] if len(humps) > 1 and len(part) <= _LONGEST else []
    for hump in humps:
        word = hump.lower()
        if 1 < len(word) <= _LONGEST and word not in STOP_WORDS and not _ID.fullmatch(word):
            found.append(stem(word))
    return found


def _of_wide(part: str) -> list[str]:
    found: list[str] = []
    for run in _WIDE.findall(part):
        found += [run[at : at + 2] for at in range(max(1, len(run) - 1))]
    for rest in _WIDE.split(part):
        found += _of_part(rest) if rest else []
    return found
