"""Keys on the command line: the secret is seen once, a revoked key opens nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app

SHOWN = re.compile(r"cw_([0-9a-f]{12})_([0-9a-f]{64})")
ID = re.compile(r"\bkey_[0-9a-f]{16}\b")


def made(run: Any, *args: str) -> tuple[str, str]:
    """A new key as it is sent, and its id."""
    shown = run("keys", "create", *args)
    assert (shown.code, shown.err) == (0, "")
    first = shown.out.splitlines()[0]
    assert SHOWN.fullmatch(first)
    return first, ID.findall(shown.out)[0]


def status(key: str, path: str = "/v1/causes") -> int:
    """What a service that starts now answers to this key."""
    with TestClient(create_app(), base_url="http://box", client=("10.0.0.9", 1)) as http:
        return http.get(path, headers={"authorization": f"Bearer {key}"}).status_code


def test_the_secret_is_shown_once_and_never_stored(run: Any, database: Path) -> None:
    key, key_id = made(run, "ticket robot", "--role", "agent")
    prefix, secret = key.split("_")[1:]
    listed = run("keys", "list").out
    assert secret not in listed
    for part in (key_id, prefix, "agent", "ticket robot", "never used"):
        assert part in listed
    stored = b"".join(file.read_bytes() for file in database.parent.iterdir())
    assert secret.encode() not in stored
    assert prefix.encode() in stored


def test_a_key_is_a_reader_unless_said_otherwise(run: Any) -> None:
    reader, _ = made(run, "a")
    agent, _ = made(run, "b", "--role", "agent")
    assert (status(reader), status(reader, "/metrics")) == (200, 403)
    assert status(agent, "/metrics") == 200
    assert "used 2" in run("keys", "list").out


def test_a_revoked_key_is_refused_and_the_others_are_not(run: Any) -> None:
    (gone, gone_id), (kept, _) = made(run, "gone"), made(run, "kept")
    assert status(gone) == 200
    assert run("keys", "revoke", gone_id).out == f"Key {gone_id} is revoked.\n"
    assert (status(gone), status(kept)) == (401, 200)
    lines = {line.split()[0]: line for line in run("keys", "list").out.splitlines()}
    assert [", revoked " in line for key_id, line in lines.items() if key_id == gone_id] == [True]
    assert sum(", revoked " in line for line in lines.values()) == 1


def test_only_a_key_in_force_can_be_revoked(run: Any) -> None:
    _, key_id = made(run, "x")
    run("keys", "revoke", key_id)
    for wrong in (key_id, "key_0"):
        refused = run("keys", "revoke", wrong)
        assert (refused.code, refused.out) == (2, "")
        assert wrong in refused.err
        assert "caseworker keys list" in refused.err


def test_to_revoke_the_last_key_lets_nobody_in(run: Any) -> None:
    """On this machine too: who had no key before must not become an admin by it."""
    key, key_id = made(run, "only")
    said = run("keys", "revoke", key_id).out
    assert "It was the last" in said
    assert "caseworker keys create" in said
    with TestClient(create_app(), base_url="http://localhost", client=("127.0.0.1", 1)) as http:
        for headers in ({}, {"authorization": f"Bearer {key}"}):
            assert http.get("/v1/causes", headers=headers).status_code == 401
            assert http.post("/v1/issues:import", json={"issues": []}, headers=headers).status_code == 401
    another, _ = made(run, "next", "--role", "admin")
    assert status(another) == 200


def test_a_new_pepper_voids_every_key(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_KEY_PEPPER", "first" + "-pepper")
    key, _ = made(run, "x")
    assert status(key) == 200
    monkeypatch.setenv("CASEWORKER_KEY_PEPPER", "second" + "-pepper")
    assert status(key) == 401


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines", "\x1b[31m"])
def test_a_name_that_would_break_the_list_is_refused(run: Any, name: str) -> None:
    refused = run("keys", "create", name)
    assert (refused.code, refused.out) == (2, "")
    assert "name" in refused.err
    assert run("keys", "list").out == "No API key is defined.\n"


def test_an_unknown_role_is_refused(run: Any) -> None:
    assert run("keys", "create", "x", "--role", "owner").code == 2
    assert run("keys", "list").out == "No API key is defined.\n"
