"""Which article an answer shows, as a column of its own: what each article did is counted in an index."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("messages", sa.Column("article", sa.String(200)))
    messages = sa.table(
        "messages",
        sa.column("id", sa.String),
        sa.column("author", sa.String),
        sa.column("payload", sa.JSON),
        sa.column("article", sa.String),
    )
    shown = messages.c.payload["article"].as_string()
    answers = (messages.c.author == "bot", messages.c.payload["kind"].as_string() == "answer")
    op.execute(sa.update(messages).where(*answers).values(article=shown))
    op.create_index(
        "ix_messages_article",
        "messages",
        ["article", "created_at"],
        postgresql_where=sa.text("article IS NOT NULL"),
        sqlite_where=sa.text("article IS NOT NULL"),
    )
    op.create_index("ix_messages_created_at", "messages", ["created_at"])
    op.add_column("feedback", sa.Column("article", sa.String(200)))
    feedback = sa.table("feedback", sa.column("message_id", sa.String), sa.column("article", sa.String))
    of_message = sa.select(messages.c.article).where(messages.c.id == feedback.c.message_id).scalar_subquery()
    op.execute(sa.update(feedback).values(article=of_message))
    op.create_index("ix_feedback_article", "feedback", ["article", "created_at", "helpful"])
