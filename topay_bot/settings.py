"""All settings in one frozen value: `topay.toml`, overridden by `TOPAY_*` environment variables.

Each field is documented in docs/settings.md; a test holds the two together.
"""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from topay_bot.errors import SettingsError
from topay_bot.hours import ALWAYS, read_holiday, read_week, read_zone
from topay_bot.text import Language

SETTINGS_FILE = "topay.toml"
PROGRESS_LINES = "TOPAY_PROGRESS_LINES"  # in the environment, from a server to commands that it runs; not for users
_SECRET_BYTES = range(24, 65)  # of a webhook's secret, as Standard Webhooks asks

NotifiedEvent = Literal["handoff", "urgent", "complaint", "long_wait"]
_EVERY_EVENT: tuple[NotifiedEvent, ...] = ("handoff", "urgent", "complaint", "long_wait")


def _readable(read: Any) -> AfterValidator:
    """A text that `read` can read, which raises ValueError otherwise; it stays a text."""

    def check(text: str) -> str:
        read(text)
        return text

    return AfterValidator(check)


def _web_address(text: str) -> None:
    if not text.startswith(("http://", "https://")) or any(char.isspace() for char in text):
        raise ValueError("expected an address that begins with https:// or http://")


_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")


def _origin(text: str) -> None:
    if not _ORIGIN.fullmatch(text):
        raise ValueError("expected an origin in lower case without a path, such as https://shop.example")


class Settings(BaseSettings):
    """What an operator can choose. Paths are relative to the working directory."""

    # An empty variable counts as unset: compose files pass `TOPAY_X=${TOPAY_X:-}`.
    model_config = SettingsConfigDict(env_prefix="TOPAY_", env_ignore_empty=True, frozen=True, extra="forbid")

    knowledge: Path = Field(Path("knowledge"), description="Folder of articles.")
    index: Path = Field(Path("index"), description="Folder of builds.")
    replies: Path = Field(Path("knowledge/replies.toml"), description="File of the agents' saved replies.")
    data: Path = Field(Path("var"), description="Folder of the conversations' database.")
    database_url: SecretStr | None = Field(
        None, description="SQLAlchemy URL of the conversations' database; default SQLite in `data`."
    )
    encoder: str = Field(
        "bundled",
        min_length=1,
        description="`bundled`, `fitted` (learned from the knowledge), a folder or a Sentence Transformers name.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to serve on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to serve on.")
    workers: int = Field(1, ge=1, le=64, description="Processes that serve on that port.")
    answer_precision: float = Field(
        0.95, gt=0.5, lt=1.0, description="Promised share of right ones among the answers given."
    )
    clarify_precision: float = Field(
        0.80, gt=0.2, lt=1.0, description="Wanted share of clarifications whose first three choices hold the right one."
    )
    unknown_share: float = Field(
        0.15, ge=0.01, le=0.9, description="Expected share of questions that no article answers."
    )
    uncovered_answered: float = Field(
        0.07, ge=0.01, le=1.0, description="Most that may be answered of questions on a topic that no article covers."
    )
    promise_level: float = Field(
        0.90, gt=0.5, lt=1.0, description="One-sided confidence level of the bound that proves the promise."
    )
    max_choices: int = Field(4, ge=1, le=6, description="Most choices offered in a clarification.")
    human_article: str = Field(
        "service-human-agent", description="Id of the article on human service: what it answers is a wish for a person."
    )
    max_question_chars: int = Field(
        1000, ge=50, le=20000, description="Longest text taken into account when finding an answer."
    )
    max_message_chars: int = Field(4000, ge=100, le=50000, description="Longest message accepted.")
    widget_sites: tuple[Annotated[str, _readable(_origin)], ...] = Field(
        (), description="Origins of the sites that may show the widget."
    )
    widget_secret: SecretStr | None = Field(
        None, min_length=32, description="Secret with which those sites sign the ids of their customers."
    )
    gate_cases: tuple[Path, ...] = Field(
        (), description="Files of judging questions that a build must not be worse on than the current one."
    )
    gate_tolerance: dict[Language, Annotated[float, Field(ge=0, le=1)]] = Field(
        {"zh": 0.02, "en": 0.02}, description="The fall of a share on those questions that is let pass, by language."
    )
    keep_builds: int = Field(5, ge=1, le=1000, description="Builds kept on disk, the current one included.")
    seed: int = Field(7, ge=0, description="Seed of everything random in a build.")

    time_zone: Annotated[str, _readable(read_zone)] = Field(
        "Asia/Shanghai", description="Time zone of opening hours and holidays."
    )
    opening_hours: Annotated[str, _readable(read_week)] = Field(
        ALWAYS, description="When people are at the desk: `24/7` or `Mo-Fr 09:00-18:00; Sa 10:00-16:00`."
    )
    holidays: tuple[Annotated[str, _readable(read_holiday)], ...] = Field(
        (), description="Days without people: dates, or two dates with a slash between."
    )
    longest_wait_minutes: float = Field(
        10, gt=0, le=24 * 60, description="Wait for a person after which a conversation's priority rises."
    )
    complaint_articles: tuple[str, ...] = Field(
        ("service-complaint-file", "service-complaint-agent"),
        description="Articles that answer a complaint: they offer its form, and a person comes with that reason.",
    )
    suggestion_articles: tuple[str, ...] = Field(
        ("service-suggestion",), description="Articles that answer a suggestion: they offer its form."
    )
    public_url: Annotated[str, _readable(_web_address)] | None = Field(
        None, description="Address of this server as people reach it, for links in notifications and canonical ones."
    )
    notify_tries: int = Field(20, ge=1, le=1000, description="Attempts at a notification before it is given up.")
    mail_to: tuple[str, ...] = Field((), description="Who is notified by e-mail; nobody by default.")
    mail_from: str | None = Field(None, validate_default=True, description="Sender of notifications.")
    mail_events: tuple[NotifiedEvent, ...] = Field(_EVERY_EVENT, description="What is told by e-mail.")
    smtp_host: str | None = Field(None, validate_default=True, description="Mail server that takes the notifications.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="How its connection is secured.")
    smtp_user: str | None = Field(None, description="Name to sign in with there; without one nobody signs in.")
    smtp_password: SecretStr | None = Field(None, description="Password to sign in with there.")
    webhook_urls: tuple[SecretStr, ...] = Field((), description="Addresses that are told of events by webhook.")
    webhook_secrets: tuple[SecretStr, ...] = Field(
        (), max_length=2, validate_default=True, description="Secrets that sign webhooks, two during a rotation."
    )
    webhook_events: tuple[NotifiedEvent, ...] = Field(_EVERY_EVENT, description="What is told by webhook.")

    @field_validator("webhook_urls")
    @classmethod
    def _check_webhook_urls(cls, urls: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for url in urls:
            _web_address(url.get_secret_value())
        return urls

    @field_validator("webhook_secrets")
    @classmethod
    def _check_webhook_secrets(cls, secrets: tuple[SecretStr, ...], info: ValidationInfo) -> tuple[SecretStr, ...]:
        if info.data.get("webhook_urls") and not secrets:
            raise ValueError("webhook_urls needs at least one; docs/notifications.md says how to make it")
        for secret in secrets:
            try:
                key = base64.b64decode(secret.get_secret_value().removeprefix("whsec_"), validate=True)
            except (binascii.Error, ValueError):
                key = b""
            if len(key) not in _SECRET_BYTES:
                raise ValueError(
                    "expected whsec_ and the base64 of 24 to 64 bytes; docs/notifications.md says how to make it"
                )
        return secrets

    @field_validator("smtp_host", "mail_from")
    @classmethod
    def _check_mail(cls, value: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("mail_to") and not value:
            raise ValueError("mail_to needs it")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line over environment over file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(SETTINGS_FILE))

    def database(self) -> str:
        """The database URL in force, secrets included; never to be shown."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.data / 'topay.sqlite3').as_posix()}"


def load_settings(**overrides: Any) -> Settings:
    """Settings from file and environment, `overrides` (those that are not None) on top.

    Raises SettingsError naming each bad key, its value and what is expected.
    """
    try:
        return Settings(**{key: value for key, value in overrides.items() if value is not None})
    except ValidationError as error:
        lines = [_explain(item) for item in error.errors()]
        raise SettingsError("; ".join(lines) + f". Mend it in {SETTINGS_FILE} or the environment.") from None
    except ValueError as error:  # a file that is not TOML or not UTF-8
        raise SettingsError(f"{SETTINGS_FILE} cannot be read as TOML: {error}") from None
    except OSError as error:
        raise SettingsError(f"{SETTINGS_FILE} cannot be read: {error.strerror}") from None


def _explain(item: ErrorDetails) -> str:
    key = ".".join(str(part) for part in item["loc"])
    name = str(item["loc"][0]) if item["loc"] else ""
    field = Settings.model_fields.get(name)
    if field is None:
        # Its value is not shown: a misspelt `database_url` holds a password too.
        return f"unknown setting {key!r}; known ones: {', '.join(sorted(Settings.model_fields))}"
    said = item["msg"].removeprefix("Value error, ")
    shown = "(secret)" if "SecretStr" in str(field.annotation) else repr(item["input"])
    return f"setting {key!r} (TOPAY_{name.upper()}) is {shown}: {said[:1].lower()}{said[1:]}"
