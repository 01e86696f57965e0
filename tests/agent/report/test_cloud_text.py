from __future__ import annotations

import pytest

from agent.report.cloud_text import cloud_texts
from agent.report.terminal import plain


@pytest.mark.parametrize(
    ("text", "kind", "message", "cloud"),
    [
        (
            "An error occurred (ThrottlingException) when calling the Converse operation: slow",
            "ThrottlingException",
            "slow",
            "bedrock",
        ),
        ("AccessDeniedException: no access", "AccessDeniedException", "no access", "bedrock"),
        ("litellm.BadRequestError: Vertex_aiException BadRequestError - no", None, "no", "vertex"),
    ],
)
def test_cloud_errors(text: str, kind: str | None, message: str, cloud: str) -> None:
    (found,) = cloud_texts(plain(text), [])
    assert (found.type, found.message, found.cloud) == (kind, message, cloud)


def test_prose_and_covered_text_raise_none() -> None:
    assert cloud_texts(plain("An Exception to the rule."), []) == []
    assert cloud_texts(plain("AccessDeniedException: no access"), [(0, 10)]) == []
