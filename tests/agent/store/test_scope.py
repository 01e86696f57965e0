"""Tenants are kept apart by one mechanism, and nothing gets round it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, delete, exists, insert, select, text, update

from agent.store import scope
from agent.store.scope import NoTenant, keep_to_tenant
from agent.store.tables import diagnoses, marks, meta, metadata
from tests.agent.store.statements import TABLES, unscoped

STORE = Path(scope.__file__).parent


@pytest.fixture
def connection() -> Any:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    keep_to_tenant(engine)
    with engine.execution_options(tenant="one").connect() as opened:
        yield opened
    engine.dispose()


def test_what_one_tenant_writes_another_neither_sees_nor_changes(connection: Any) -> None:
    connection.execute(insert(meta), [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    connection.execute(insert(meta).values(key="c", value="3"))
    other = connection.execution_options(tenant="two")
    assert other.execute(select(meta)).all() == []
    assert other.execute(update(meta).values(value="x")).rowcount == 0
    assert other.execute(delete(meta)).rowcount == 0
    other.execute(insert(meta), {"key": "a", "value": "9"})
    assert other.scalar(text("SELECT value FROM meta WHERE tenant = :tenant")) == "9"
    one = connection.execution_options(tenant="one")
    assert sorted(one.execute(select(meta.c.tenant, meta.c.value)).all()) == [
        ("one", "1"), ("one", "2"), ("one", "3"),
    ]  # fmt: skip


def test_a_row_cannot_be_given_to_another_tenant(connection: Any) -> None:
    connection.execute(insert(meta), {"tenant": "two", "key": "a", "value": "1"})
    assert connection.execute(select(meta.c.tenant)).all() == [("one",)]
    with pytest.raises(NoTenant, match="moves a row"):
        connection.execute(update(meta).values(tenant="two"))
    with pytest.raises(NoTenant, match="moves a row"):
        connection.execute(update(meta), {"tenant": "two"})


def test_subqueries_joins_and_aliases_are_filtered_too(
    connection: Any, every_statement_names_its_tenant: list[str]
) -> None:
    found = marks.alias("found")
    wanted = (
        select(diagnoses.c.id)
        .join(found, found.c.diagnosis_id == diagnoses.c.id)
        .where(diagnoses.c.id.in_(select(marks.c.diagnosis_id)), exists(select(meta.c.key)))
    )
    connection.execute(wanted)
    sent = every_statement_names_its_tenant[-1]
    assert sent.count("tenant = ") >= 4
    assert "found.tenant = " in sent


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM issues", "UPDATE turns SET content = ''", "SELECT 1 FROM api_keys"]
)
def test_sql_by_hand_must_name_the_tenant(connection: Any, sql: str) -> None:
    with pytest.raises(NoTenant, match=":tenant"):
        connection.execute(text(sql))


def test_a_connection_without_a_tenant_reaches_nothing(connection: Any) -> None:
    nobody = connection.execution_options(tenant="")
    for statement in (select(meta), delete(meta), insert(meta).values(key="a", value="b")):
        with pytest.raises(NoTenant):
            nobody.execute(statement)
    assert nobody.scalar(text("SELECT 1")) == 1


def test_every_table_has_a_tenant_that_no_row_lacks() -> None:
    assert {table.name for table in metadata.sorted_tables} == TABLES
    assert not [t.name for t in metadata.sorted_tables if t.c.tenant.nullable]
    assert not [
        f"{t.name}.{key.name}"
        for t in metadata.sorted_tables
        for key in t.foreign_key_constraints
        if "tenant" not in key.column_keys
    ]


def test_no_store_filters_by_tenant_itself() -> None:
    """One mechanism: outside it only the tables and SQL written by hand speak of tenants."""
    found = []
    for path in sorted(STORE.glob("*.py")):
        if path.name in ("scope.py", "tables.py", "knowledge_tables.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and node.attr == "tenant"
                and isinstance(node.value, ast.Attribute)
            ):
                found.append(f"{path.name}:{node.lineno}")
    assert found == []


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT id FROM issues", ["issues"]),
        ("SELECT id FROM issues WHERE issues.tenant = ?", []),
        ("SELECT i.id FROM issues AS i JOIN meta ON meta.key = i.title WHERE i.tenant = ?", ["meta"]),
        ("SELECT id FROM issues WHERE id IN (SELECT id FROM issues) AND issues.tenant = ?", ["issues"]),
        ("UPDATE turns SET content=? WHERE turns.thread_id = ?", ["turns"]),
        ("DELETE FROM votes", ["votes"]),
        ("INSERT INTO meta (key, value) VALUES (?, ?)", ["meta"]),
        ("INSERT INTO meta (tenant, key, value) VALUES (?, ?, ?)", []),
        ("CREATE TABLE meta (key TEXT)", []),
        ("SELECT version_num FROM alembic_version", []),
    ],
)
def test_the_check_itself_can_fail(sql: str, tables: list[str]) -> None:
    assert unscoped(sql) == tables
