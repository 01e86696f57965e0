"""What a command says on stdout."""

from __future__ import annotations

import sys


def show(text: str) -> None:
    """Write `text` with one end of line after it, and nothing of it is read as markup."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
