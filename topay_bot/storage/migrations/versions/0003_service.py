"""The service rules: complaints and suggestions, contacts and ratings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _time(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("conversation_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        _time("received_at"),
        _time("updated_at"),
        sa.Column("answer", sa.Text),
        sa.Column("agent_id", sa.String(40)),
        sa.PrimaryKeyConstraint("reference", name="pk_cases"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_cases_conversation_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_cases_agent_id"),
    )
    op.create_index("ix_cases_conversation_id", "cases", ["conversation_id"])
    op.create_index("ix_cases_state_received_at", "cases", ["state", "received_at"])
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("conversation_id", sa.String(40), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_contacts_conversation_id"),
    )
    op.create_index("ix_contacts_conversation_id", "contacts", ["conversation_id"])
    op.create_table(
        "ratings",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("conversation_id", sa.String(40), nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("agent_id", sa.String(40)),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text),
        _time("created_at"),
        _time("followed_up_at", nullable=True),
        sa.Column("followed_up_by", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_ratings"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_ratings_conversation_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_ratings_agent_id"),
        sa.ForeignKeyConstraint(["followed_up_by"], ["agents.id"], name="fk_ratings_followed_up_by"),
        sa.UniqueConstraint("conversation_id", "part", name="uq_ratings_conversation_id_part"),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="ck_ratings_stars"),
    )
    op.create_index("ix_ratings_created_at", "ratings", ["created_at"])
    op.create_index("ix_outbox_delivered_at", "outbox", ["delivered_at"])
