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


NAMES = (
    "AccessDenied", "Validation", "Throttling", "ResourceNotFound", "ModelNotReady", "ModelTimeout",
    "ServiceQuotaExceeded", "ServiceUnavailable", "ModelStreamError", "ModelError", "ExpiredToken",
    "UnrecognizedClient", "InternalServer", "CredentialsProvider",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_named_exception_is_found(name: str) -> None:
    (found,) = cloud_texts(plain(f"it said {name}Exception: something is wrong here"), [])
    assert found.type == f"{name}Exception"


@pytest.mark.parametrize(
    ("text", "cloud"),
    [
        ("BedrockException - no such thing", "bedrock"),
        ("Vertex_aiException BadRequest - no such thing", "vertex"),
        ("VertexaiError - no such thing", "vertex"),
        ("VertexAIException - no such thing", "vertex"),
        ("Vertex_AIBetaException - no such thing", "vertex"),
        ("AnthropicError - no such thing", None),
        ("An error occurred (XException) when calling the Y operation: no such thing", "bedrock"),
    ],
)
def test_every_way_of_a_gateway_is_found(text: str, cloud: str | None) -> None:
    (found,) = cloud_texts(plain(text), [])
    assert (found.cloud, found.message) == (cloud, "no such thing")


def test_prose_about_errors_is_none() -> None:
    assert cloud_texts(plain("Error: nothing known. Exception: neither"), []) == []
