"""What is known of a report's own thread: the stored issues that are duplicates of it or linked with it."""

from __future__ import annotations

from sqlalchemy import Connection, text

from agent.issues.issue import OwnLink
from agent.issues.references import Thread, parse_thread, same_thread

MOST = 40
"""Issues that are told: what hundreds refer to has said enough with so many."""
_READ = 400
_LINKED = text("""
    WITH own AS (
        SELECT id, duplicate_of FROM issues
        WHERE tenant = :tenant AND number = :number AND lower(repository) = :repository
    )
    SELECT i.id, i.repository, i.number, i.duplicate_of, own.duplicate_of AS own_duplicate_of, 1 AS direct
    FROM own JOIN issue_links AS l ON l.tenant = :tenant AND l.issue_id = own.id
    JOIN issues AS i ON i.tenant = :tenant AND i.number = l.target_number
        AND lower(i.repository) = lower(l.target_repository)
    UNION
    SELECT i.id, i.repository, i.number, i.duplicate_of, NULL, 1
    FROM issue_links AS l JOIN issues AS i ON i.tenant = :tenant AND i.id = l.issue_id
    WHERE l.tenant = :tenant AND l.target_number = :number AND lower(l.target_repository) = :repository
    UNION
    SELECT i.id, i.repository, i.number, i.duplicate_of, own.duplicate_of, 0
    FROM own JOIN issue_links AS l ON l.tenant = :tenant AND l.issue_id = own.id AND l.kind = 'duplicate_of'
    JOIN issue_links AS o ON o.tenant = :tenant AND o.target_number = l.target_number
        AND o.kind = 'duplicate_of' AND lower(o.target_repository) = lower(l.target_repository)
    JOIN issues AS i ON i.tenant = :tenant AND i.id = o.issue_id AND i.id <> own.id
    ORDER BY 1, 5, 6
    LIMIT :most
""")
"""What the thread refers to, what refers to it, and what is a duplicate of the same issue as it is."""


def own_links(connection: Connection, own: Thread) -> dict[int, OwnLink]:
    """Ids of stored issues with how each belongs to the thread `own`, duplicates first, at most `MOST`.

    Duplicates are those that are marked as such: one of the other, or both of the same issue. `own` need
    not be stored. One statement.
    """
    repository, number = own
    bound = {"repository": repository.lower(), "number": number, "most": _READ}
    found: dict[int, OwnLink] = {}
    for row in connection.execute(_LINKED, bound):
        one, other = parse_thread(row.duplicate_of), parse_thread(row.own_duplicate_of)
        is_duplicate = (
            same_thread(one, own)
            or same_thread(other, (row.repository, row.number))
            or same_thread(one, other)
        )
        if is_duplicate:
            found[row.id] = "duplicate"
        elif row.direct:
            found.setdefault(row.id, "linked")
    order = sorted(found, key=lambda issue_id: (found[issue_id] != "duplicate", issue_id))
    return {issue_id: found[issue_id] for issue_id in order[:MOST]}
