"""When, with which client and in which state an error was seen, beside its mark; an index for each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the columns. The diagnoses that are there count from when they were made, each for itself."""
    op.add_column("marks", sa.Column("seen_at", sa.DateTime(timezone=True)))
    for name, length in (
        ("case_key", 64),
        ("client_version", 40),
        ("platform", 20),
        ("plan", 40),
        ("lane", 20),
        ("cause", 120),
    ):
        op.add_column("marks", sa.Column(name, sa.String(length)))
    # Every tenant's rows, each with its own diagnosis: both sides name the tenant.
    op.execute(
        "UPDATE marks SET case_key = diagnosis_id, seen_at = (SELECT d.created_at FROM diagnoses AS d"
        " WHERE marks.tenant = d.tenant AND d.tenant = marks.tenant AND d.id = marks.diagnosis_id)"
        " WHERE kind = 'signature'"
    )
    op.create_index("ix_marks_seen", "marks", ["tenant", "kind", "value", "seen_at", "case_key"])
    seen = ["tenant", "signature", "created_at", "client_version", "kind"]
    op.create_index("ix_issues_seen", "issues", seen)
