"""`serve` and `keys` on the command line."""

from __future__ import annotations

from typing import Any

import pytest

from api import serve_command


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(run: Any) -> None:
    made = run("keys", "create", "desk 4", "--role", "agent")
    assert made.code == 0
    key, says = made.out.splitlines()
    key_id = says.split()[3].rstrip(",")
    listed = run("keys", "list").out
    prefix, secret = key.split("_")[1:]
    assert f"{key_id}  cw_{prefix}_..." in listed
    assert "desk 4" in listed
    assert secret not in listed
    assert run("keys", "revoke", key_id).out.startswith(f"Key {key_id} is revoked. It was the last")
    assert "revoked" in run("keys", "list").out
    again = run("keys", "revoke", key_id)
    assert (again.code, again.out) == (2, "")
    assert "No key in force" in again.err


@pytest.mark.parametrize(
    "args",
    [("keys", "create", "x", "--role", "boss"), ("serve", "--port", "70000"), ("serve", "--workers", "0")],
)
def test_what_is_out_of_range_is_refused(run: Any, args: tuple[str, ...]) -> None:
    shown = run(*args)
    assert (shown.code, shown.out) == (2, "")
    assert args[-1] in shown.err


def test_serve_passes_on_what_it_was_told(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int, int, str | None]] = []
    monkeypatch.setattr(serve_command, "serve", lambda *given: told.append(given))
    assert run("serve").code == 0
    assert run("serve", "--host", "::1", "--port", "0", "--workers", "3", "--model", "live").code == 0
    assert told == [("127.0.0.1", 8700, 1, None), ("::1", 0, 3, "live")]


def test_a_refusal_to_serve_is_one_line_and_exit_2(run: Any) -> None:
    shown = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert shown.code == 2
    assert "caseworker keys create" in shown.err
    assert shown.err.count("\n") == 1
