"""`changelog import`: a product's changelog, kept so that a diagnosis can name later versions."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from agent.causes.changelog_text import MOST_BYTES, ChangelogLine, decode, parse_changelog
from agent.compose import open_changelogs
from agent.errors import BadInput
from api.environment import load_settings

PRODUCTS = ("claude-code",)
_SOURCE = re.compile(r"https?://[^\s<>\"'`]{3,500}")


def import_changelog(file: Path, product: str, source: str | None) -> str:
    """Keep the changelog in `file`; what was kept, in words. Raises `BadInput` and `StoreUnavailable`.

    A version that was imported before gets the lines of the file; the versions that it does not name stay.
    """
    if product not in PRODUCTS:
        raise BadInput(f"No product is called {product[:60]!r}; known: {', '.join(PRODUCTS)}.")
    if source is not None and not _SOURCE.fullmatch(source):
        raise BadInput("--source must be a web address such as https://example.com/CHANGELOG.md.")
    lines = parse_changelog(decode(_read(file), str(file)), str(file))
    kept = asyncio.run(_kept(product, lines, source or f"imported changelog of {product}"))
    versions = len({line.version for line in lines})
    return f"{file}: {kept} lines of {versions} version{'s' if versions != 1 else ''} of {product} kept"


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            size = file.stat().st_size
            raw = opened.read(MOST_BYTES + 1)
    except OSError as bad:
        raise BadInput(f"{file} cannot be read: {bad.strerror}.") from None
    if len(raw) > MOST_BYTES:
        raise BadInput(
            f"{file} has {max(size, len(raw))} bytes; a changelog of at most {MOST_BYTES} is read."
        )
    return raw


async def _kept(product: str, lines: list[ChangelogLine], source: str) -> int:
    async with open_changelogs(load_settings()) as changelogs:
        return await changelogs.replace(product, lines, source)
