from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.report.redact import redact

SECRETS = {
    "anthropic-key": "sk-" + "ant-api03-" + "Ab9_" * 10,
    "api-key": "sk-" + "proj-" + "a1B2" * 8,
    "github-token": "gh" + "p_" + "a1B2c3" * 6,
    "aws-key": "AK" + "IA" + "ABCD1234EFGH5678",
    "jwt": "ey" + "JhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0." + "abc_123",
    "email": "jane.doe" + "@" + "example.com",
}


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items())
def test_a_secret_is_replaced_by_its_kind(kind: str, secret: str) -> None:
    text, replaced = redact(f"before {secret} after")
    assert text == f"before [redacted:{kind}] after"
    assert replaced == 1


def test_a_header_a_password_a_cookie_and_a_private_key_are_replaced() -> None:
    block = "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIabc\n-----END " + "RSA PRIVATE KEY-----"
    source = (
        "Authorization: Bearer " + "abcdef1234567890xyz\n"
        "proxy http://user:" + "hunter2@proxy.local:8080\n"
        "cookie: sessionKey=" + "abc123def456; other=1\n" + block
    )
    text, replaced = redact(source)
    assert replaced == 4
    for secret in ("abcdef1234567890xyz", "hunter2", "abc123def456", "MIIabc"):
        assert secret not in text


def test_a_key_that_a_terminal_wrapped_leaves_no_rest() -> None:
    secret = "sk-" + "ant-api03-" + "Ab9xYz01" * 10
    text, _ = redact(f"key {secret[:40]}\n   {secret[40:]} end")
    assert secret[40:] not in text


@pytest.mark.parametrize(
    "kept",
    [
        "req_011CZqwT95fczsmYtLxPyNk9",
        "toolu_01VvuB4e6jtoFgQyst53mL1h",
        "84fd6641-4060-4104-a7f2-c29475ad5091",
    ],
)
def test_ids_that_support_needs_are_kept(kept: str) -> None:
    assert redact(f"id {kept}.") == (f"id {kept}.", 0)


@given(st.lists(st.sampled_from([*SECRETS.values(), "word", "password=", "Bearer ", "://", "\n", ": ", '"'])))
def test_a_second_pass_changes_nothing(parts: list[str]) -> None:
    once = redact(" ".join(parts)).text
    assert redact(once) == (once, 0)


@pytest.mark.parametrize(
    "secret",
    [
        "AIza" + "a1" * 20, "xox" + "b-" + "1a" * 8, "glpat" + "-" + "a1" * 10, "npm" + "_" + "a1" * 18,
        "hf" + "_" + "a1" * 12, "gsk" + "_" + "a1" * 12, "sk_" + "live_" + "a1" * 10, "ghp" + "_" + "a1" * 12,
        "ghs" + "_" + "a1" * 12, "github" + "_pat_" + "a1" * 12, "AKIA" + "ABCD" * 4, "ASIA" + "ABCD" * 4,
        "AWS_SECRET_" + "ACCESS_KEY=" + "a1" * 12, "aws_session_" + "token: " + "a1" * 12,
        "eyJ" + "a1" * 6 + "." + "b2" * 6, "Bearer " + "a1" * 8, "BASIC " + "a1" * 8, "Cookie: a=" + "b1" * 4,
        "sessionKey=" + "a1" * 6, '"SessionKey": "' + "a1" * 6, "API-KEY=" + "a1" * 8, "Api_Key: " + "a1" * 8,
        "oauth_" + "token=" + "a1" * 8, "ACCESS_" + "TOKEN=" + "a1" * 8, "client-" + "secret: " + "a1" * 8,
        "Password=" + "a1" * 8, "PASSWD: " + "a1" * 8, "https://me:" + "a1" * 5 + "@h.example",
        "Some.One@Example.com",
    ],
)  # fmt: skip
def test_no_kind_of_secret_is_missed_by_its_hints(secret: str) -> None:
    assert redact(f"a {secret} b").replaced == 1
