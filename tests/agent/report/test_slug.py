from __future__ import annotations

from agent.report.slug import slug


def test_ids_numbers_and_quoted_names_do_not_change_a_slug() -> None:
    one = slug("tools.3: name 'abc' clashes, see req_011CZqwT95fczsmYtLxPyNk9 at /a/b/c.ts")
    two = slug("tools.17: name 'xyz' clashes, see req_011CZqxrUSWBLWuWZcTtRKiB at /d/e.ts")
    assert one == two == "tools-name-clashes-see-at"


def test_nothing_but_numbers_has_no_slug() -> None:
    assert slug("404 500") is None
