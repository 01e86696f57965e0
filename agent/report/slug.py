"""The signature of a message that no template knows: its wording without what changes each time."""

from __future__ import annotations

import re

_CHANGING = re.compile(
    r"https?://\S+"
    r"|\b(?:req|toolu|msg|srvtoolu|resp|chatcmpl)_\w+"
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    r"|\barn:\S+"
    r"|(?<!\w)'[^'\n]{1,80}'(?!\w)|\"[^\"\n]{1,80}\"|“[^”\n]{1,80}”"
    r"|\bclaude-[\w.-]*\d[\w.-]*"
    r"|(?:[A-Za-z]:)?(?:[/\\][\w.~-]+){2,}"
    r"|\[redacted:[a-z-]+\]"
    r"|\b\w*\d[\w.,:%-]*",
    re.I,
)
_WORD = re.compile(r"[a-z][a-z']*")
_MOST_WORDS = 12


def slug(message: str) -> str | None:
    """At most twelve words of `message` joined by hyphens, without ids, numbers and quoted names."""
    bare = _CHANGING.sub(" ", message[:600].replace("’", "'").replace("`", " "))
    words = [word.replace("'", "") for word in _WORD.findall(bare.lower().replace("_", " "))]
    return "-".join(words[:_MOST_WORDS])[:90].strip("-") or None
