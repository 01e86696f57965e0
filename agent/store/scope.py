"""The one mechanism that keeps tenants apart: every statement is bound to the connection's tenant.

No store names a tenant. A connection carries it as the execution option `tenant`, and before a statement
is sent a filter on it is added for every tenant table that the statement reads or changes, subqueries
too; a row that is inserted gets it as a value. SQL written by hand must use `:tenant`, or it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Alias,
    Delete,
    Engine,
    FromClause,
    Insert,
    Join,
    Select,
    Table,
    TextClause,
    Update,
    bindparam,
    event,
)
from sqlalchemy.sql.selectable import TextualSelect
from sqlalchemy.sql.visitors import cloned_traverse

from agent.store.index.tables import metadata

_PARAMETER = "of_tenant"
_NAMES = re.compile(rf"\b(?:{'|'.join(table.name for table in metadata.sorted_tables)})\b")
_BOUND = re.compile(r"(?<!:):tenant\b")

Parameters = Mapping[str, Any]


class NoTenant(LookupError):
    """A statement on a table of the tenants that is bound to none: a mistake of ours, never a user's."""


def keep_to_tenant(engine: Engine) -> None:
    """From now on no statement of the engine reaches another tenant's rows than the connection's own."""
    filtered: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    @event.listens_for(engine, "before_execute", retval=True)
    def _before_execute(
        _connection: Any, statement: Any, many: Sequence[Parameters], one: Parameters, options: Parameters
    ) -> tuple[Any, Sequence[Parameters], Parameters]:
        name = _parameter_of(statement)
        if name is None:
            return statement, many, one
        tenant = options.get("tenant")
        if not tenant:
            raise NoTenant(f"no tenant is set for this {type(statement).__name__.upper()}")
        if isinstance(statement, Select | Update | Delete):
            if isinstance(statement, Update) and _moves(statement, [*many, one]):
                raise NoTenant(f"this moves a row of {statement.table} to another tenant")
            if statement not in filtered:
                filtered[statement] = _filtered(statement)
            statement = filtered[statement]
        if many:
            return statement, [{**row, name: tenant} for row in many], {}
        return statement, [], {**one, name: tenant}


def _parameter_of(statement: Any) -> str | None:
    """The parameter that takes the tenant; None for a statement that touches no table of the tenants."""
    if isinstance(statement, TextClause | TextualSelect):
        clause = statement.element if isinstance(statement, TextualSelect) else statement
        text = str(getattr(clause, "text", clause))
        if _BOUND.search(text):
            return "tenant"
        if _NAMES.search(text):
            raise NoTenant(f"this SQL names a table but not :tenant: {text}")
        return None
    if isinstance(statement, Insert):
        return "tenant" if _tables(statement.table) else None
    if isinstance(statement, Select | Update | Delete):
        return _PARAMETER
    return None


def _moves(statement: Update, rows: Sequence[Parameters]) -> bool:
    columns = [getattr(column, "key", column) for column in statement._values or ()]
    return "tenant" in columns or any("tenant" in row for row in rows)


def _filtered(statement: Any) -> Any:
    """The statement with a filter for every table of every SELECT, UPDATE and DELETE in it."""

    def add(element: Any) -> None:
        froms = element.get_final_froms() if isinstance(element, Select) else [element.table]
        criteria = (table.c.tenant == bindparam(_PARAMETER) for found in froms for table in _tables(found))
        element._where_criteria += tuple(criteria)

    return cloned_traverse(statement, {}, {"select": add, "update": add, "delete": add})


def _tables(source: FromClause) -> list[Any]:
    """The tables of the tenants in a FROM, under joins and aliases."""
    if isinstance(source, Join):
        return [*_tables(source.left), *_tables(source.right)]
    inner = source.element if isinstance(source, Alias) else source
    return [source] if isinstance(inner, Table) and "tenant" in inner.c else []
