from __future__ import annotations

import pytest

from agent.report.surroundings import before, request_id_after


@pytest.mark.parametrize(
    ("lead", "status"),
    [
        ("API Error: 400 ", 400), ("API Error (529 ", 529), ("Error code: 404 - ", 404), ("HTTP 502: ", 502),
        ("429 429 ", 429), ("400 Bad Request ", 400), ("line 400 of the file is long and then ", None), 
        ("v1.400 ", None),
    ],
)  # fmt: skip
def test_the_status_before_a_body(lead: str, status: int | None) -> None:
    assert before(lead + "{", len(lead)).status == status


def test_headers_above_a_body() -> None:
    text = "HTTP/1.1 429 Too Many Requests\nrequest-id: req_011CZqwT95f\nretry-after: 3\n\n{"
    found = before(text, len(text) - 1)
    assert (found.status, found.request_id, found.start) == (429, "req_011CZqwT95f", 0)


def test_a_request_id_after_a_body() -> None:
    assert request_id_after("{} (request_id: req_011CZqwT95f) x", 2) == ("req_011CZqwT95f", 31)
    assert request_id_after("{} nothing", 2) is None
