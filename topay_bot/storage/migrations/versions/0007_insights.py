"""What the bot decided, in columns of their own with an index: the numbers of a range of days are read from it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    columns = (
        sa.Column("decision", sa.String(16)),
        sa.Column("tapped", sa.Boolean),
        sa.Column("language", sa.String(8)),
        sa.Column("build", sa.String(80)),
    )
    for column in columns:
        op.add_column("messages", column)
    messages = sa.table(
        "messages",
        sa.column("author", sa.String),
        sa.column("payload", sa.JSON),
        *(sa.column(column.name, column.type) for column in columns),
    )
    told = messages.c.payload
    tapped = sa.and_(
        told[("candidates", 1)].as_string().is_(None),
        sa.func.coalesce(told[("candidates", 0, 1)].as_float(), 0) == 1,
    )
    decided = told["kind"].as_string().in_(["answer", "clarify", "offer", "handoff"])
    op.execute(
        sa.update(messages)
        .where(messages.c.author == "bot", decided)
        .values(
            decision=told["kind"].as_string(),
            tapped=tapped,
            language=told["language"].as_string(),
            build=told["build"].as_string(),
        )
    )
    op.create_index(
        "ix_messages_decision",
        "messages",
        ["created_at", "decision", "tapped", "language", "build", "article", "conversation_id"],
        postgresql_where=sa.text("decision IS NOT NULL"),
        sqlite_where=sa.text("decision IS NOT NULL"),
    )
    op.create_index(
        "ix_messages_conversation_decision",
        "messages",
        ["conversation_id", "created_at", "decision"],
        postgresql_where=sa.text("decision IS NOT NULL"),
        sqlite_where=sa.text("decision IS NOT NULL"),
    )
    op.create_index("ix_feedback_created_at", "feedback", ["created_at", "article", "helpful"])
