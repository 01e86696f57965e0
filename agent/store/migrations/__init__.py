"""Schema changes. `REVISIONS` names them in order, so that opening a store need not import Alembic."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
