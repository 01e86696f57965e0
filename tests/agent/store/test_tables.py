"""Moments keep their zone in a database that knows none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy.dialects import postgresql, sqlite

from agent.store.tables import UtcTime, issues

DIALECT = sqlite.dialect()
NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


def test_moments_go_in_and_come_out_in_utc() -> None:
    kind = UtcTime()
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    assert kind.process_bind_param(east, DIALECT) == NOON
    stored = kind.process_bind_param(east, DIALECT)
    assert stored is not None
    assert stored.utcoffset() == timedelta(0)
    assert kind.process_bind_param(NOON.replace(tzinfo=None), DIALECT) == NOON
    assert kind.process_result_value(NOON.replace(tzinfo=None), DIALECT) == NOON
    assert kind.process_bind_param(None, DIALECT) is kind.process_result_value(None, DIALECT) is None


def test_labels_are_json_of_the_database_at_hand() -> None:
    assert issues.c.labels.type.compile(postgresql.dialect()) == "JSONB"
    assert issues.c.labels.type.compile(DIALECT) == "JSON"
