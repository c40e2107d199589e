"""What belongs to a seat and to no record: its private notes, and the links by which somebody sits in it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """A link is known by its hash alone. `phrase` is the hash of a pass-phrase, empty where none is asked;
    `used` is 0 until somebody came."""
    op.create_table(
        "notes",
        sa.Column("role", sa.Text, primary_key=True),
        sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("seat", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False, unique=True),
        sa.Column("phrase", sa.Text, nullable=False),
        sa.Column("made", sa.Integer, nullable=False),
        sa.Column("expires", sa.Integer, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.Column("revoked", sa.Integer, nullable=False),
    )
