from __future__ import annotations

import json

from api.problem import PREFIX, problem_line


def test_a_problem_is_one_line_that_begins_as_no_answer_does() -> None:
    line = problem_line(7, "two\nlines", "mine")
    assert line.startswith(PREFIX)
    assert b"\n" not in line
    found = json.loads(line)
    assert (found["status"], found["line"], found["client_id"], found["detail"]) == (
        422,
        7,
        "mine",
        "two\nlines",
    )
