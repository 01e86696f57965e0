"""What is known of a report's own thread: the stored issues that are duplicates of it or linked with it."""

from __future__ import annotations

from sqlalchemy import Connection, text

from agent.issues.issue import OwnLink
from agent.issues.references import Thread, parse_thread, same_thread

MOST = 40
"""Issues that are told: what hundreds refer to has said enough with so many."""
_READ = 400
_MOST_CHAIN = 20
_LINKED = text("""
    WITH own AS (
        SELECT id, duplicate_of FROM issues
        WHERE tenant = :tenant AND number = :number AND lower(repository) = :repository
    )
    SELECT i.id, i.repository, i.number, i.duplicate_of, own.duplicate_of AS own_duplicate_of, 1 AS direct,
        l.at AS at
    FROM own CROSS JOIN issue_links AS l CROSS JOIN issues AS i
    WHERE l.tenant = :tenant AND l.issue_id = own.id
        AND i.tenant = :tenant AND i.number = l.target_number
        AND lower(i.repository) = lower(l.target_repository)
    UNION
    SELECT i.id, i.repository, i.number, i.duplicate_of, NULL, 1, l.at
    FROM issue_links AS l CROSS JOIN issues AS i
    WHERE l.tenant = :tenant AND l.target_number = :number AND lower(l.target_repository) = :repository
        AND i.tenant = :tenant AND i.id = l.issue_id
    UNION
    SELECT i.id, i.repository, i.number, i.duplicate_of, own.duplicate_of, 0, o.at
    FROM own CROSS JOIN issue_links AS l CROSS JOIN issue_links AS o CROSS JOIN issues AS i
    WHERE l.tenant = :tenant AND l.issue_id = own.id AND l.kind = 'duplicate_of'
        AND o.tenant = :tenant AND o.target_number = l.target_number AND o.kind = 'duplicate_of'
        AND lower(o.target_repository) = lower(l.target_repository)
        AND i.tenant = :tenant AND i.id = o.issue_id AND i.id <> own.id
    ORDER BY 7 DESC NULLS LAST, 1
    LIMIT :most
""")
"""What the thread refers to, what refers to it, and what is a duplicate of the same issue as it is, the
latest first. SQLite joins in the order of a CROSS JOIN; in another it would read the links of a tenant from
end to end, and so it would without the time, in an index that holds all else of a link."""
_ONE = text("""
    SELECT id, duplicate_of FROM issues
    WHERE tenant = :tenant AND number = :number AND lower(repository) = :repository
""")


def own_links(connection: Connection, own: Thread) -> dict[int, OwnLink]:
    """Ids of stored issues with how each belongs to the thread `own`, at most `MOST`: duplicates before
    links, of either the latest first.

    Duplicates are those that are marked as such: one of the other, or both of the same issue, and what
    that is a duplicate of in turn. `own` need not be stored. One statement, and one for each such step.
    """
    repository, number = own
    bound = {"repository": repository.lower(), "number": number, "most": _READ}
    found: dict[int, OwnLink] = {}
    ahead: Thread | None = None
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
        if same_thread(other, (row.repository, row.number)):
            ahead = one
    seen = {(repository.lower(), number)}
    while ahead and (thread := (ahead[0].lower(), ahead[1])) not in seen and len(seen) <= _MOST_CHAIN:
        seen.add(thread)
        step = connection.execute(_ONE, {"repository": thread[0], "number": thread[1]}).first()
        if step is None:
            break
        found[step.id] = "duplicate"
        ahead = parse_thread(step.duplicate_of)
    order = sorted(found, key=lambda issue_id: found[issue_id] != "duplicate")
    return {issue_id: found[issue_id] for issue_id in order[:MOST]}
