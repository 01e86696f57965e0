"""The query asks for what is read of a timeline, and holds no text of anybody's."""

from __future__ import annotations

import re

from agent.github.timeline_query import timeline_query
from agent.issues.timeline import read_history


def test_each_thread_has_its_own_cursor() -> None:
    query = timeline_query({7: None, 9: "abc"})
    assert "$a7: String, $a9: String" in query
    assert "n7: issueOrPullRequest(number: 7)" in query
    assert "abc" not in query
    assert query.count("{") == query.count("}")
    assert query.count("(") == query.count(")")


def test_every_kind_that_is_asked_for_is_read() -> None:
    query = timeline_query({7: None})
    asked = {name.replace("_", "").lower() for name in re.findall(r"[A-Z_]+_EVENT", query)}
    selected = {name.lower() for name in re.findall(r"on (\w+Event)", query)}
    assert asked == selected
    rows = [{"__typename": name, "id": name} for name in re.findall(r"on (\w+Event)", query)]
    assert len(read_history(rows, ("o/n", 7)).events) == len(rows)
