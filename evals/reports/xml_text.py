"""Text that XML can hold: what a user pasted may have characters that no XML file may."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def readable(text: str) -> str:
    """`text` with each character that XML forbids replaced."""
    return _FORBIDDEN.sub("\ufffd", text)
