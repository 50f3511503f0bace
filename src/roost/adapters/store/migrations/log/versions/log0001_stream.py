"""A stream's file: its events, its vault, its writer's epoch."""

import sqlalchemy as sa
from alembic import op

revision = "log0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("contact", sa.Text),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "vault",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("vault_by_id", "vault", ["id"])
    op.create_table(
        "writer",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("writer", "vault", "events"):
        op.drop_table(table)
