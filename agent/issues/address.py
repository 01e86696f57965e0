"""What somebody names an issue by: a URL of the forge, or OWNER/NAME#N; anything else is refused in words."""

from __future__ import annotations

import re

from agent.errors import BadInput
from agent.issues.references import Thread

MOST_CHARS = 500
_NAME = r"[A-Za-z0-9][\w.-]{0,99}/(?!\.{1,2}(?:[#/]|\Z))[A-Za-z0-9_.][\w.-]{0,99}"
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
_SHORT = re.compile(rf"({_NAME})#(\d{{1,9}})", re.ASCII)
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[^/?#\s]*)(?P<path>/[^?#\s]*)?(?:[?#]\S*)?", re.I
)
_PATH = re.compile(rf"/({_NAME})/(issues|pull|pulls|discussions)/(\d{{1,9}})(?:/.*)?", re.ASCII)
_API = re.compile(r"(https?)://(?:api\.)?([^/?#\s]+)", re.I)
PATTERN = (
    r"^(https://github\.com/[A-Za-z0-9][A-Za-z0-9_.-]{0,99}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,98}/issues/[1-9][0-9]{0,8}"
    r"|[A-Za-z0-9][A-Za-z0-9_.-]{0,99}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,98}#[1-9][0-9]{0,8})$"
)
"""What is surely taken where the forge is github.com, for those who describe it to others."""


def forge_of(api_url: str) -> str:
    """The web address of the forge that has this API: "https://github.com" for GitHub's own."""
    found = _API.match(api_url)
    return f"{found[1].lower()}://{found[2].lower()}" if found else "https://github.com"


def parse_address(text: str, forge: str) -> Thread:
    """Repository and number of an issue. Raises `BadInput` that says what is wrong with `text`.

    A URL must be one of the forge: nothing else is ever asked, whatever a URL says.
    """
    given = text.strip()
    if found := _SHORT.fullmatch(given):
        return found[1], _number(found[2])
    url = _URL.fullmatch(given) if len(given) <= MOST_CHARS else None
    # A token or password may stand before the host: it is not said again.
    given = _USER.sub("...@", given)
    shown = given if len(given) <= 80 else given[:77] + "..."
    if url is None:
        raise BadInput(f"{shown!r} names no issue; give {forge}/OWNER/NAME/issues/N or OWNER/NAME#N.")
    host, own = url["host"].lower(), forge.partition("://")[2]
    if url["scheme"].lower() not in ("http", "https") or host.removeprefix("www.") != own:
        raise BadInput(f"{shown!r} is not an issue of {own}; only issues of that host are looked up.")
    path = _PATH.fullmatch(url["path"] or "")
    if path is None:
        raise BadInput(f"{shown!r} is no issue; give {forge}/OWNER/NAME/issues/N.")
    if path[2] == "discussions":
        raise BadInput(f"{shown!r} is a discussion; give an issue.")
    if path[2] != "issues":
        raise BadInput(f"{path[1]}#{path[3]} is a pull request; give an issue that it fixes.")
    return path[1], _number(path[3])


def _number(digits: str) -> int:
    if int(digits) == 0:
        raise BadInput("Issues are numbered from 1.")
    return int(digits)
