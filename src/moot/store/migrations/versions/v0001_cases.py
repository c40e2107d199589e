"""A case: its chained records, and beside them what can be erased. No table joins a seat to a paper."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    """The tables of a case; those of papers stay out of the log of a PostgreSQL server."""
    papers = ["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else []
    op.create_table(
        "records",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("commitments", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False, unique=True),
        sa.Column("hash", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "texts",
        sa.Column("record", sa.Integer, sa.ForeignKey("records.number"), primary_key=True),
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    # Kept in the order of their keys, so that the order of voting is nowhere.
    op.create_table(
        "voted",
        sa.Column("question", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("role", sa.Text, primary_key=True),
        sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
        prefixes=papers,
    )
    op.create_table(
        "papers",
        sa.Column("commitment", sa.Text, primary_key=True),
        sa.Column("question", sa.Integer, nullable=False),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sqlite_with_rowid=False,
        prefixes=papers,
    )
    op.create_table(
        "exports",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
    )
