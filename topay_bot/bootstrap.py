"""Settings to wired parts: the only place that chooses which implementation is used."""

from __future__ import annotations

import contextlib
import datetime
import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topay_bot import edition
from topay_bot.chat.cases import Records
from topay_bot.chat.changes import Changes, Glances
from topay_bot.chat.missed import Missed
from topay_bot.chat.model import CaseKind
from topay_bot.chat.past import PastQuestion
from topay_bot.chat.service import ChatService
from topay_bot.chat.store import ConversationStore
from topay_bot.chat.usage import UseStore
from topay_bot.chat.voice import Voice
from topay_bot.desk.attendance import Attendance
from topay_bot.desk.background import Background
from topay_bot.desk.channels import couriers_of, mail_of, notifier_of
from topay_bot.desk.outbox import DeliveryFailed, OutboxStore
from topay_bot.desk.reading import DeskReader
from topay_bot.desk.reviewing import GapStore, LabelStore
from topay_bot.desk.service import DeskService, DeskStores
from topay_bot.desk.signing import SignIn
from topay_bot.desk.supervising import Supervising
from topay_bot.drafts import DraftEdition, Rebuild, lint_apart
from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError, BuildError, KnowledgeError, ReportError, SettingsError
from topay_bot.hours import read_hours
from topay_bot.learning.apart import GapsApart
from topay_bot.learning.insights import DayRange, Insights, InsightStore
from topay_bot.learning.listing import GapListing
from topay_bot.learning.recent import RecentInsights
from topay_bot.live import EditionSource, LiveEdition
from topay_bot.retrieval.index import Build, BuildStore
from topay_bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from topay_bot.revision import Reviser
    from topay_bot.storage.learning_store import SqlLearningStore

_log = logging.getLogger(__name__)
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


def open_edition(settings: Settings | None = None, build: str | None = None) -> Edition:
    """A build of `settings.index`, the current one by default, ready to answer."""
    settings = settings or load_settings()
    return edition.open_edition(
        BuildStore(settings.index), build, max_choices=settings.max_choices, human_article=settings.human_article
    )


def live_edition(settings: Settings) -> LiveEdition:
    """The current build of `settings.index`, loaded where it can be; it watches once it is started."""

    def load(build: Build, before: Edition | None) -> Edition:
        return edition.load_edition(
            build, max_choices=settings.max_choices, human_article=settings.human_article, before=before
        )

    live = LiveEdition(BuildStore(settings.index), load)
    live.look()
    if live.status.build is None and live.status.failure is None:
        _log.error("no index in %s; make one with scripts/rebuild-index or `topay-bot build`", settings.index)
    return live


def open_desk(settings: Settings, drafts: Path | None = None) -> DeskParts:
    """Store, chat and edition for a server. Without a usable index it runs too: people can still be asked for.

    With a folder for `drafts` it answers from the knowledge folder as it is written.
    """
    # Imported here: the command line's other commands need no database.
    from topay_bot.storage.agent_store import SqlAgentStore
    from topay_bot.storage.desk_store import SqlDeskStore
    from topay_bot.storage.glances import SqlGlances
    from topay_bot.storage.insights import SqlInsights
    from topay_bot.storage.learning_store import SqlLearningStore
    from topay_bot.storage.outbox_store import SqlOutbox
    from topay_bot.storage.service_store import SqlServiceStore
    from topay_bot.storage.sql_store import SqlStore
    from topay_bot.storage.usage import SqlUse

    live: EditionSource = live_edition(settings)
    if drafts is not None:
        live = DraftEdition(live, settings.knowledge, _rebuild(settings, drafts), lint_apart)
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


def open_agents(settings: Settings) -> SignIn:
    """The agents of the database, for the command line."""
    from topay_bot.storage.agent_store import SqlAgentStore
    from topay_bot.storage.database import open_engine

    return SignIn(SqlAgentStore(open_engine(settings.database())))


def _rebuild(settings: Settings, drafts: Path) -> Rebuild:
    """Changes are revised in memory; what changes too much is built in a folder of its own.

    That folder begins with a copy of the current build: most is taken over.
    """
    published, store = BuildStore(settings.index), BuildStore(drafts)
    with contextlib.suppress(ArtefactError):
        current = published.open()
        shutil.copytree(current.folder, drafts / current.id)
        store.publish(current.id)

    reviser: Reviser | None = None

    def rebuild(before: Edition | None, knowledge: Path) -> Edition:
        from topay_bot.building import make_build  # brings what only builds need
        from topay_bot.revision import Reviser

        nonlocal reviser
        if before is not None and (reviser is None or reviser.edition.id != before.id):
            reviser = Reviser(settings, before)
        if reviser is not None:
            try:
                revised = reviser(knowledge)
            except (KnowledgeError, BuildError):
                raise
            except Exception:
                reviser = None  # it may have stopped half-way
                raise
            if revised is not None:
                return revised
        reviser = None  # too much changed for it: begin again with what is built now
        draft = settings.model_copy(update={"knowledge": knowledge, "index": drafts, "keep_builds": 2})
        build = store.open(make_build(draft).build)
        return edition.load_edition(
            build, max_choices=settings.max_choices, human_article=settings.human_article, before=before
        )

    return rebuild


def mail_page(settings: Settings, subject: str, text: str, page: str) -> None:
    """Send an e-mail to whoever is notified.

    Raises SettingsError when nobody is, ReportError when it does not go out.
    """
    mail = mail_of(settings)
    if mail is None:
        raise SettingsError("mail_to names nobody; set it, with smtp_host and mail_from, to have e-mails sent")
    try:
        mail.send_page(subject, text, page)
    except DeliveryFailed as error:
        raise ReportError(f"the e-mail did not go out: {error}; see smtp_host and the other smtp settings") from error


def past_questions(settings: Settings, since: datetime.datetime, limit: int) -> list[PastQuestion]:
    """What customers asked and the bot decided on, for a replay."""
    from topay_bot.storage.past import past_questions as read

    return read(settings.database(), since, limit)


def missed_questions(settings: Settings, since: datetime.datetime, limit: int) -> list[Missed]:
    """What customers asked in vain, for the learning loop."""
    from topay_bot.storage.missed import missed_questions as read

    return read(settings.database(), since, limit)


def read_insights(settings: Settings, days: DayRange, category_of: Callable[[str], str | None]) -> Insights:
    """The numbers of a range of days, for a command. Raises SettingsError when there is no database."""
    from topay_bot.storage.insights import SqlInsights

    with _existing_database(settings) as engine:
        return SqlInsights(engine).insights(days, category_of)


@contextlib.contextmanager
def learning_store(settings: Settings) -> Iterator[SqlLearningStore]:
    """What editors decide of gaps and labels, for a command. Raises SettingsError when there is no database."""
    from topay_bot.storage.learning_store import SqlLearningStore

    with _existing_database(settings) as engine:
        yield SqlLearningStore(engine)


@contextlib.contextmanager
def _existing_database(settings: Settings) -> Iterator[Any]:
    """The engine of the settings' database, which is there already: a wrong folder must not become an empty one."""
    from topay_bot.storage.database import open_engine, open_to_read

    open_to_read(settings.database()).dispose()
    engine = open_engine(settings.database())
    try:
        yield engine
    finally:
        engine.dispose()


def prepare_database(settings: Settings) -> None:
    """Bring the database to the present schema. Raises SettingsError when it cannot be used."""
    from topay_bot.storage.sql_store import SqlStore

    SqlStore(settings.database()).close()
