"""The tables, as SQLAlchemy sees them. Every change is a migration too; a test compares the two."""

from __future__ import annotations

import datetime

import sqlalchemy as sa


class UtcDateTime(sa.TypeDecorator[datetime.datetime]):
    """Times in UTC, aware in Python whatever the database keeps."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: sa.Dialect) -> datetime.datetime | None:
        """Aware times only, turned to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware time")
        return value.astimezone(datetime.UTC)

    def process_result_value(self, value: datetime.datetime | None, dialect: sa.Dialect) -> datetime.datetime | None:
        """SQLite forgets the zone, which is UTC; PostgreSQL gives the session's."""
        if value is None:
            return None
        return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value.astimezone(datetime.UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# Agents are never removed, only disabled: what they said and did keeps its author.
agents = sa.Table(
    "agents",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("languages", sa.JSON, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("presence", sa.String(16), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("agent_id", sa.ForeignKey("agents.id"), nullable=False, index=True),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
)

sign_in_failures = sa.Table(
    "sign_in_failures",
    metadata,
    sa.Column("name_hash", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", UtcDateTime, nullable=False, index=True),
)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("agent_id", sa.ForeignKey("agents.id"), index=True),
    sa.Column("owned_since", UtcDateTime),
    sa.Column("waiting_since", UtcDateTime),
    # Who the customer is, as the site around the widget proved; shown to agents only.
    sa.Column("customer", sa.String(200), index=True),
    # The newest hand-off. No foreign key: the two tables would need one another to be made.
    sa.Column("handoff_id", sa.String(40)),
    # Only a person's conversation has an agent: the bot, which compares the state, compares the owner with it.
    sa.CheckConstraint("agent_id IS NULL OR state = 'open'", name="agent_only_while_open"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    # The seq of the first message stored in the same transaction: a turn is found whole.
    sa.Column("turn_seq", sa.Integer, nullable=False),
    sa.Column("author", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("client_id", sa.String(100)),
    sa.Column("created_at", UtcDateTime, nullable=False, index=True),
    # What an answer of the bot shows; the payload has it too, where no index finds it.
    sa.Column("article", sa.String(200)),
    # What the bot decided on a customer's message (answer, clarify, offer, handoff), and by which build; no other
    # message has these. The payload has them too, where counting would have to read every answer's page.
    sa.Column("decision", sa.String(16)),
    sa.Column("tapped", sa.Boolean),  # the customer tapped an article rather than wrote
    sa.Column("language", sa.String(8)),
    sa.Column("build", sa.String(80)),
    sa.UniqueConstraint("conversation_id", "seq"),
    sa.UniqueConstraint("conversation_id", "client_id"),
    sa.Index(
        "ix_messages_article",
        "article",
        "created_at",
        postgresql_where=sa.text("article IS NOT NULL"),
        sqlite_where=sa.text("article IS NOT NULL"),
    ),
    # Holds all that is counted of decisions, so that a range of days is read from the index alone.
    sa.Index(
        "ix_messages_decision",
        "created_at",
        "decision",
        "tapped",
        "language",
        "build",
        "article",
        "conversation_id",
        postgresql_where=sa.text("decision IS NOT NULL"),
        sqlite_where=sa.text("decision IS NOT NULL"),
    ),
    # ... and those of one conversation, whose answers' pages would else be read through.
    sa.Index(
        "ix_messages_conversation_decision",
        "conversation_id",
        "created_at",
        "decision",
        postgresql_where=sa.text("decision IS NOT NULL"),
        sqlite_where=sa.text("decision IS NOT NULL"),
    ),
)

handoffs = sa.Table(
    "handoffs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("reference", sa.String(16), nullable=False, unique=True),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("priority", sa.String(16), nullable=False),
    sa.Column("article", sa.String(200)),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("queue", sa.String(80), nullable=False),
    sa.Column("due_at", UtcDateTime, index=True),
    sa.Column("claimed_at", UtcDateTime),
    sa.Column("claimed_by", sa.ForeignKey("agents.id")),
    sa.Column("closed_at", UtcDateTime, index=True),
    sa.Index(None, "conversation_id"),
    sa.Index(None, "created_at"),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("message_id", sa.ForeignKey("messages.id"), primary_key=True),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("article", sa.String(200)),  # the message's: what is thought of an article is counted in the index
    sa.Index("ix_feedback_article", "article", "created_at", "helpful"),
    sa.Index("ix_feedback_created_at", "created_at", "article", "helpful"),
)

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("after_seq", sa.Integer, nullable=False),
    sa.Column("agent_id", sa.ForeignKey("agents.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

labels = sa.Table(
    "labels",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("message_id", sa.ForeignKey("messages.id"), nullable=False, unique=True),
    sa.Column("article", sa.String(200), nullable=False),
    sa.Column("agent_id", sa.ForeignKey("agents.id"), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False, index=True),
    sa.Column("reviewed", sa.Boolean, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("event", sa.String(32), nullable=False),
    sa.Column("channel", sa.String(80), nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # None once it is delivered, or given up.
    sa.Column("next_try_at", UtcDateTime, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("delivered_at", UtcDateTime, index=True),
    sa.Column("failure", sa.Text),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("reference", sa.String(16), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("answer", sa.Text),
    sa.Column("agent_id", sa.ForeignKey("agents.id")),  # who changed its state last
    sa.Index(None, "state", "received_at"),
)

# Where customers can be reached, as they gave it: not masked, and shown to agents only.
contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("contact", sa.String(200), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

ratings = sa.Table(
    "ratings",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id"), nullable=False),
    # The id of the hand-off whose handling is rated, or "bot".
    sa.Column("part", sa.String(40), nullable=False),
    sa.Column("agent_id", sa.ForeignKey("agents.id")),
    sa.Column("stars", sa.Integer, nullable=False),
    sa.Column("comment", sa.Text),
    sa.Column("created_at", UtcDateTime, nullable=False, index=True),
    sa.Column("followed_up_at", UtcDateTime),
    sa.Column("followed_up_by", sa.ForeignKey("agents.id")),
    sa.UniqueConstraint("conversation_id", "part"),
    sa.CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
)

# One row: what was found last, so that every worker shows the same and a restart loses nothing.
gap_lists = sa.Table(
    "gap_lists",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("begun_at", UtcDateTime),  # of the work that is going on; None when none is
    sa.Column("made_at", UtcDateTime),
    sa.Column("found", sa.JSON(none_as_null=True)),
    sa.Column("failure", sa.Text),
)

# Kept for good: who set what aside, and who brought it back.
dismissals = sa.Table(
    "dismissals",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("wordings", sa.JSON, nullable=False),
    sa.Column("customers", sa.Integer, nullable=False),
    sa.Column("dismissed_by", sa.String(80), nullable=False),  # a name: on a terminal there is no agent
    sa.Column("dismissed_at", UtcDateTime, nullable=False, index=True),
    sa.Column("restored_by", sa.String(80)),
    sa.Column("restored_at", UtcDateTime),
)

# One older than its label is void: the agent has labelled the question anew.
verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("label_id", sa.ForeignKey("labels.id"), primary_key=True),
    sa.Column("accepted", sa.Boolean, nullable=False),
    sa.Column("agent_id", sa.ForeignKey("agents.id"), nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
)
