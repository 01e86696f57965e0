"""Reads SQL as it was sent: does every use of a tenants' table filter by tenant?"""

from __future__ import annotations

import re
from collections import Counter

from agent.store.index.tables import metadata

TABLES = {table.name for table in metadata.sorted_tables if "tenant" in table.c}
_DDL = re.compile(r"\s*(?:CREATE|ALTER|DROP|ANALYZE|PRAGMA|BEGIN|COMMIT|ROLLBACK)\b", re.I)
_INSERT = re.compile(r"\s*INSERT INTO \"?(\w+)\"? \(([^)]*)\)", re.I)
_USE = re.compile(
    r"(?:\b(?:FROM|JOIN|UPDATE)\s+|,\s+)\"?(\w+)\b\"?(?!\.)"
    r"(?:\s+AS\s+\"?(\w+)\"?|\s+(?!WHERE|SET|ON|JOIN|ORDER|GROUP|LIMIT|AS)(\w+))?",
    re.I,
)
_FILTER = re.compile(r"(?:\"?(\w+)\"?\.)?\btenant = ", re.I)


def unscoped(statement: str) -> list[str]:
    """The tables that the statement uses more often than it filters them by tenant."""
    if _DDL.match(statement):
        return []
    if inserted := _INSERT.match(statement):
        columns = {column.strip(' "') for column in inserted[2].split(",")}
        return [inserted[1]] if inserted[1] in TABLES and "tenant" not in columns else []
    used: Counter[str] = Counter()
    names: dict[str, str] = {}
    for table, alias, short in _USE.findall(statement):
        if table in TABLES:
            used[alias or short or table] += 1
            names[alias or short or table] = table
    filtered = Counter(match[1] or "" for match in _FILTER.finditer(statement))
    free = filtered.pop("", 0)
    left = {name: count - filtered[name] for name, count in used.items()}
    missing = {name: count for name, count in left.items() if count > 0}
    return [] if sum(missing.values()) <= free else [names[name] for name in missing]
