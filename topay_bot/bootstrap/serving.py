"""Settings to a whole desk, the parts that a server runs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from topay_bot.bootstrap.editions import draft_edition, live_edition
from topay_bot.builds.live import EditionSource
from topay_bot.chat.cases import Records
from topay_bot.chat.changes import Changes, Glances
from topay_bot.chat.model import CaseKind
from topay_bot.chat.service import ChatService
from topay_bot.chat.store import ConversationStore
from topay_bot.chat.usage import UseStore
from topay_bot.chat.voice import Voice
from topay_bot.desk.attendance import Attendance
from topay_bot.desk.background import Background
from topay_bot.desk.channels import couriers_of, notifier_of
from topay_bot.desk.outbox import OutboxStore
from topay_bot.desk.reading import DeskReader
from topay_bot.desk.reviewing import GapStore, LabelStore
from topay_bot.desk.service import DeskService, DeskStores
from topay_bot.desk.signing import SignIn
from topay_bot.desk.supervising import Supervising
from topay_bot.hours import read_hours
from topay_bot.learning.apart import GapsApart
from topay_bot.learning.insights import InsightStore
from topay_bot.learning.listing import GapListing
from topay_bot.learning.recent import RecentInsights
from topay_bot.settings import Settings
from topay_bot.storage.agent_store import SqlAgentStore
from topay_bot.storage.desk_store import SqlDeskStore
from topay_bot.storage.glances import SqlGlances
from topay_bot.storage.insights import SqlInsights
from topay_bot.storage.learning_store import SqlLearningStore
from topay_bot.storage.outbox_store import SqlOutbox
from topay_bot.storage.service_store import SqlServiceStore
from topay_bot.storage.sql_store import SqlStore
from topay_bot.storage.usage import SqlUse

_OVERDUE_EVERY_SECONDS = 5.0
_CLEAR_EVERY_SECONDS = 3600.0


@dataclass(frozen=True)
class AgentsParts:
    """The agents' side of a server."""

    sign_in: SignIn
    service: DeskService
    reader: DeskReader


@dataclass(frozen=True)
class CareParts:
    """The service rules: who is there, what customers tell us, what supervisors do, and what goes on by itself."""

    attendance: Attendance
    voice: Voice
    supervising: Supervising
    outbox: OutboxStore
    background: tuple[Background, ...]  # started with the server, closed with it


@dataclass(frozen=True)
class LearningParts:
    """What editors learn from: gaps, agents' labels, what articles did, and the numbers of the whole desk."""

    gaps: GapStore
    labels: LabelStore
    usage: UseStore
    insights: InsightStore
    listing: GapListing  # closed with the server, before the store


@dataclass(frozen=True)
class DeskParts:
    """What a server runs on. `edition` gives the build in use, or raises ArtefactError."""

    chat: ChatService
    store: ConversationStore
    edition: EditionSource
    changes: Changes
    glances: Glances
    agents: AgentsParts
    care: CareParts
    learning: LearningParts


def open_desk(settings: Settings, drafts: Path | None = None) -> DeskParts:
    """Store, chat and edition for a server. Without a usable index it runs too: people can still be asked for.

    With a folder for `drafts` it answers from the knowledge folder as it is written.
    """

    live: EditionSource = live_edition(settings)
    if drafts is not None:
        live = draft_edition(settings, live, drafts)
    store = SqlStore(settings.database())
    changes = Changes()
    stores = DeskStores(store, SqlDeskStore(store.engine), SqlAgentStore(store.engine))
    cases, outbox = SqlServiceStore(store.engine), SqlOutbox(store.engine)
    sign_in = SignIn(stores.agents)
    hours = read_hours(settings.opening_hours, settings.time_zone, settings.holidays)
    attendance = Attendance(hours, lambda: len(sign_in.online()))
    notifier, forms, chars = notifier_of(settings), _forms(settings), settings.max_message_chars
    longest_wait_seconds = 60.0 * settings.longest_wait_minutes
    chat = ChatService(
        store,
        live,
        max_message_chars=chars,
        longest_wait_seconds=longest_wait_seconds,
        notifier=notifier,
        changed=changes.publish,
        availability=attendance,
        records=Records(cases, hours.zone),
        forms=forms,
    )
    service = DeskService(
        stores,
        max_message_chars=chars,
        longest_wait_seconds=longest_wait_seconds,
        notifier=notifier,
        changed=changes.publish,
    )

    def watch_over_waits() -> None:
        if attendance().open:  # nobody hurries while the desk is closed; then it is the first thing in the morning
            service.raise_overdue()

    agents = AgentsParts(sign_in, service, DeskReader(stores, sign_in, live))
    care = CareParts(
        attendance,
        Voice(chat, cases, max_message_chars=chars, forms=forms, notifier=notifier),
        Supervising(cases, chat.fact, hours.zone, max_message_chars=chars, changed=changes.publish),
        outbox,
        (
            *(courier.background() for courier in couriers_of(settings, outbox)),
            Background("watch over long waits", _once(watch_over_waits), _OVERDUE_EVERY_SECONDS),
            Background("clearing of the outbox", _once(outbox.clear), _CLEAR_EVERY_SECONDS),
        ),
    )
    learned, apart = SqlLearningStore(store.engine), GapsApart(settings)
    listing = GapListing(learned, apart, apart.close)
    learning = LearningParts(learned, learned, SqlUse(store.engine), RecentInsights(SqlInsights(store.engine)), listing)
    return DeskParts(chat, store, live, changes, SqlGlances(store.engine), agents, care, learning)


def _once(work: Callable[[], object]) -> Callable[[], bool]:
    """A look that does all there is to do."""

    def look() -> bool:
        work()
        return False

    return look


def _forms(settings: Settings) -> dict[str, CaseKind]:
    """The articles that answer a complaint or a suggestion."""
    complaints = dict.fromkeys(settings.complaint_articles, CaseKind.COMPLAINT)
    return complaints | dict.fromkeys(settings.suggestion_articles, CaseKind.SUGGESTION)
