"""What was copied out of a case, so that whoever wipes it is told of it; days such as that of its making."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Kinds of copies, and dates."""
    op.add_column("exports", sa.Column("kind", sa.Text, nullable=False, server_default="export"))
    op.create_table(
        "dates",
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, nullable=False),
    )
