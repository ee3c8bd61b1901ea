"""The learning loop: the gaps list and what editors dismiss from it, and their verdicts on agents' labels."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def _time(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "gap_lists",
        sa.Column("id", sa.Integer, nullable=False),
        _time("begun_at", nullable=True),
        _time("made_at", nullable=True),
        sa.Column("found", sa.JSON),
        sa.Column("failure", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_gap_lists"),
    )
    op.create_table(
        "dismissals",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("wordings", sa.JSON, nullable=False),
        sa.Column("customers", sa.Integer, nullable=False),
        sa.Column("dismissed_by", sa.String(80), nullable=False),
        _time("dismissed_at"),
        sa.Column("restored_by", sa.String(80)),
        _time("restored_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dismissals"),
    )
    op.create_index("ix_dismissals_dismissed_at", "dismissals", ["dismissed_at"])
    op.create_table(
        "verdicts",
        sa.Column("label_id", sa.String(40), nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("agent_id", sa.String(40), nullable=False),
        _time("given_at"),
        sa.PrimaryKeyConstraint("label_id", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name="fk_verdicts_label_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_verdicts_agent_id"),
    )
