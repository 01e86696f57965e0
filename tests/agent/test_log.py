from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from agent.log import configure_logging


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_logs_go_to_stderr_from_the_level_up(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning")
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("heard", rows=3)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "quiet" not in shown.err
    assert "event=heard" in shown.err
    assert "rows=3" in shown.err


def test_what_a_user_wrote_is_shown_at_debug_only(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("debug")
    structlog.get_logger().info("read", text="my secret plan")
    shown = capsys.readouterr().err
    assert "secret" not in shown
    assert "14 characters" in shown
    structlog.get_logger().debug("read", text="my secret plan")
    assert "secret" in capsys.readouterr().err


def test_an_unknown_level_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="debug, info, warning, error"):
        configure_logging("loud")
