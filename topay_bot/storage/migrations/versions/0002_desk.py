"""The agents' side: agents and sessions, owners of conversations, queues, notes, labels and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _agents()
    _conversations()
    _handoffs()
    _desk()


def _time(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("presence", sa.String(16), nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("name", name="uq_agents_name"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.String(40), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        _time("created_at"),
        _time("seen_at"),
        _time("expires_at"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_sessions_agent_id"),
    )
    op.create_index("ix_sessions_agent_id", "sessions", ["agent_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "sign_in_failures",
        sa.Column("name_hash", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        _time("last_at"),
        sa.PrimaryKeyConstraint("name_hash", name="pk_sign_in_failures"),
    )
    op.create_index("ix_sign_in_failures_last_at", "sign_in_failures", ["last_at"])


def _conversations() -> None:
    # In plain SQL: SQLite takes a constraint with a new column, but not after it.
    op.execute(
        "ALTER TABLE conversations ADD COLUMN agent_id VARCHAR(40) "
        "CONSTRAINT fk_conversations_agent_id REFERENCES agents (id) "
        "CONSTRAINT ck_conversations_agent_only_while_open CHECK (agent_id IS NULL OR state = 'open')"
    )
    op.add_column("conversations", _time("owned_since", nullable=True))
    op.add_column("conversations", _time("waiting_since", nullable=True))
    op.add_column("conversations", sa.Column("handoff_id", sa.String(40)))
    op.create_index("ix_conversations_agent_id", "conversations", ["agent_id"])
    op.execute(
        "UPDATE conversations SET handoff_id = (SELECT id FROM handoffs "
        "WHERE conversation_id = conversations.id ORDER BY created_at DESC LIMIT 1)"
    )
    op.execute(
        "UPDATE conversations SET waiting_since = (SELECT created_at FROM handoffs "
        "WHERE handoffs.id = conversations.handoff_id) WHERE state = 'open'"
    )


def _handoffs() -> None:
    op.add_column("handoffs", sa.Column("queue", sa.String(80), nullable=False, server_default=""))
    op.add_column("handoffs", _time("due_at", nullable=True))
    op.add_column("handoffs", _time("claimed_at", nullable=True))
    op.execute(
        "ALTER TABLE handoffs ADD COLUMN claimed_by VARCHAR(40) "
        "CONSTRAINT fk_handoffs_claimed_by REFERENCES agents (id)"
    )
    op.add_column("handoffs", _time("closed_at", nullable=True))
    op.execute("UPDATE handoffs SET queue = 'general-' || language")
    # Closed are those of conversations that no person has any more, and all but the newest of the others.
    op.execute(
        "UPDATE handoffs SET closed_at = created_at WHERE id NOT IN "
        "(SELECT handoff_id FROM conversations WHERE state = 'open' AND handoff_id IS NOT NULL)"
    )
    op.create_index("ix_handoffs_created_at", "handoffs", ["created_at"])
    op.create_index("ix_handoffs_due_at", "handoffs", ["due_at"])
    op.create_index("ix_handoffs_closed_at", "handoffs", ["closed_at"])


def _desk() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("conversation_id", sa.String(40), nullable=False),
        sa.Column("after_seq", sa.Integer, nullable=False),
        sa.Column("agent_id", sa.String(40), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_notes_conversation_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_notes_agent_id"),
    )
    op.create_index("ix_notes_conversation_id", "notes", ["conversation_id"])
    op.create_table(
        "labels",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("message_id", sa.String(40), nullable=False),
        sa.Column("article", sa.String(200), nullable=False),
        sa.Column("agent_id", sa.String(40), nullable=False),
        _time("created_at"),
        sa.Column("reviewed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_labels_message_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_labels_agent_id"),
        sa.UniqueConstraint("message_id", name="uq_labels_message_id"),
    )
    op.create_index("ix_labels_created_at", "labels", ["created_at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        _time("created_at"),
        _time("next_try_at", nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        _time("delivered_at", nullable=True),
        sa.Column("failure", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_next_try_at", "outbox", ["next_try_at"])
