"""Add a note to orders, and an index for the list of a customer's orders."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Release 1.0.0 names its columns when it writes, and the new one may be empty.
rollback_safe = True


def upgrade() -> None:
    op.add_column("orders", sa.Column("note", sa.String(200)))
    op.create_index("orders_of_customer", "orders", ["customer", "created_at"])


def downgrade() -> None:
    op.drop_index("orders_of_customer", "orders")
    op.drop_column("orders", "note")
