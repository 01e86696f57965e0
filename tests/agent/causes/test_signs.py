"""The closed set: every module's signs, and arguments that are checked."""

from __future__ import annotations

import pytest

from agent.causes import account_signs, client_signs, error_signs, said_signs
from agent.causes.signs import SIGNS, check_use, read_sign
from tests.agent.causes.readings import NOTHING


def test_no_name_is_given_twice() -> None:
    modules = [error_signs, client_signs, account_signs, said_signs]
    assert len(SIGNS) == sum(len(module.SIGNS) for module in modules)


def test_arguments_are_checked() -> None:
    assert check_use("says", {"any": ["x"]}) is None
    assert "any" in (check_use("says", {}) or "")
    assert "takes no below" in (check_use("says", {"any": [], "below": 1}) or "")
    assert "list" in (check_use("says", {"any": "x"}) or "")
    assert check_use("client.version", {}) is not None


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        read_sign("no.such.sign", {}, NOTHING)
