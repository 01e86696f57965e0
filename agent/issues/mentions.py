"""Links that stand in words: #12, OWNER/NAME#12 and URLs in a body or a comment, and what is said of them."""

from __future__ import annotations

import re
from datetime import datetime

from agent.issues.issue import IssueLink, LinkKind, LinkVia

MOST_LINKS = 100
"""Links that are kept of one text: a list of every issue says nothing of any."""
_MOST_TEXT = 200_000

_NAME = r"[A-Za-z0-9][\w.-]{0,99}"
_THREAD = re.compile(
    rf"https?://(?P<host>[\w.-]{{1,100}}(?::\d{{1,5}})?)/(?P<in_url>{_NAME}/{_NAME})/(?:issues|pull)/(?P<url>\d{{1,9}})(?!\d)"
    rf"|(?<![\w/.#&-])(?P<named>{_NAME}/{_NAME})#(?P<far>\d{{1,9}})\b"
    r"|(?<![\w/#&.-])(?:#|GH-)(?P<near>\d{1,7})\b(?![-.]\w)",
    re.ASCII,
)
_CODE = re.compile(
    r"(?ms)^[ \t>]*(```+|~~~+).*?(?:^[ \t>]*\1|\Z)|(`+)(?!`)[^\n]*?(?<!`)\2(?!`)|<!--.*?(?:-->|\Z)"
)
_QUOTED = re.compile(r"(?m)^[ \t]{0,3}>.*$")
_FRAME = re.compile(r"(?m)^[ \t]*#\d{1,4}[: \t]+(?:0x[0-9a-fA-F]+|\S+ \(|in )")
_BEFORE = 60
_DUPLICATE = re.compile(
    r"(?:\bduplicates?\s+of|\bdupe?\s+of|\bduplicates?\s*:|\bclos\w+ (?:this )?in favou?r of"
    r"|\bsuperseded by|\bsame (?:issue|bug|problem) as)\s*:?[\s*_(\[]*$",
    re.I,
)
_DOUBTED = re.compile(
    r"\b(?:not?|isn.?t|never|possibl[ey]|potential(?:ly)?|probabl[ey]|perhaps|maybe|might|may|could|likely"
    r"|seems?|looks?|wonder|if|whether|suspect)\b[^.!\n]{0,40}$|\?\s*$",
    re.I,
)
_OF_ANOTHER = re.compile(
    r"(?:#|/(?:issues|pull)/)\d+\W*(?:(?:and|which|it|then|already|been|has|have|also)\s+){0,3}"
    r"(?:is|was|were|got|marked|flagged|closed)\b[^.!?\n]{0,30}$",
    re.I,
)
"""What is said next is said of an issue that was named just before: "#9 was closed as a duplicate of #8"."""
_OTHER_MATTER = re.compile(
    r"\b(?:regress\w*\s+(?:of|from|after)\b[^.!?\n]{0,40}"
    r"|(?:issue|bug|problem|one)s?\s+(?:that|which)\s+(?:was|were|got)\s+"
    r"|(?:of|as|to|like|with)\s+(?:the|an?)\s+(?:\w+\s+)?(?:issue|bug|problem|one)s?\s+)$",
    re.I,
)
"""What was fixed is another matter: "a regression of the issue fixed in #8"."""
_ASKED = re.compile(r"[^.!?\n]{0,50}\?(?:\s|$)")
_CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\s*:?[\s*_(\[]*$", re.I)
_FIXED_BY = re.compile(
    r"\b(?:fixed|resolved|addressed|solved|closed)\s+(?:by|in|via|with)\s+(?:the\s+)?(?:pr|pull request)?"
    r"\s*:?[\s*_(\[]*$",
    re.I,
)


def links_in(
    text: str,
    own: tuple[str, int],
    via: LinkVia,
    *,
    is_pull: bool = False,
    host: str = "github.com",
    actor: str | None = None,
    at: datetime | None = None,
) -> list[IssueLink]:
    """The threads that `text` refers to, one link for each kind, in order; never `own` itself.

    Code, quotes of others and HTML comments are passed over, since a forge makes no links of them, and a
    numbered stack frame is no reference. "Closes #n" counts where a pull says it of itself; a duplicate or
    a fix that is only guessed at ("possible duplicate of #n") or is another issue's is a mention.
    """
    if "#" not in text and "GH-" not in text and "/issues/" not in text and "/pull/" not in text:
        return []
    plain = _plain(text[:_MOST_TEXT])
    found: dict[tuple[str, int, LinkKind], IssueLink] = {}
    for hit in _THREAD.finditer(plain):
        if hit["host"] and hit["host"].lower() not in ("github.com", "www.github.com", host.lower()):
            continue
        repository = hit["in_url"] or hit["named"] or own[0]
        number = int(hit["url"] or hit["far"] or hit["near"])
        same = repository.lower() == own[0].lower()
        if number == 0 or (same and number == own[1]):
            continue
        kind = _kind(plain, hit, is_pull and via == "body")
        key = (repository.lower(), number, kind)
        if key not in found:
            repository = own[0] if same else repository
            found[key] = IssueLink(
                target_repository=repository, target_number=number, kind=kind, via=via, actor=actor, at=at
            )
            if len(found) >= MOST_LINKS:
                break
    return list(found.values())


def _plain(text: str) -> str:
    """The text without what a forge makes no links of."""
    if "`" in text or "~~~" in text or "<!--" in text:
        text = _CODE.sub(" ", text)
    if ">" in text:
        text = _QUOTED.sub(" ", text)
    return _FRAME.sub(" ", text) if "#" in text else text


def _kind(text: str, hit: re.Match[str], closes: bool) -> LinkKind:
    before, after = text[max(0, hit.start() - _BEFORE) : hit.start()], text[hit.end() : hit.end() + _BEFORE]
    if said := _DUPLICATE.search(before):
        return "mentions" if is_of_another(before[: said.start()], after) else "duplicate_of"
    if said := _FIXED_BY.search(before):
        so_far = before[: said.start()]
        return "mentions" if is_of_another(so_far, after) or _OTHER_MATTER.search(so_far) else "fixed_by"
    return "closes" if closes and _CLOSES.search(before) else "mentions"


def is_of_another(before: str, after: str) -> bool:
    """Whether the words round a thread ask or guess what they say of it, or say it of another issue."""
    return bool(_DOUBTED.search(before) or _OF_ANOTHER.search(before) or _ASKED.match(after))
