"""Who the customer is, where the site around the widget proved it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("customer", sa.String(200)))
    op.create_index("ix_conversations_customer", "conversations", ["customer"])
