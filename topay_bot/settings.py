"""All settings in one frozen value: `topay.toml`, overridden by `TOPAY_*` environment variables.

Each field is documented in docs/settings.md; a test holds the two together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from topay_bot.errors import SettingsError
from topay_bot.text import Language

SETTINGS_FILE = "topay.toml"


class Settings(BaseSettings):
    """What an operator can choose. Paths are relative to the working directory."""

    # An empty variable counts as unset: compose files pass `TOPAY_X=${TOPAY_X:-}`.
    model_config = SettingsConfigDict(env_prefix="TOPAY_", env_ignore_empty=True, frozen=True, extra="forbid")

    knowledge: Path = Field(Path("knowledge"), description="Folder of articles.")
    index: Path = Field(Path("index"), description="Folder of builds.")
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
    gate_cases: tuple[Path, ...] = Field(
        (), description="Files of judging questions that a build must not be worse on than the current one."
    )
    gate_tolerance: dict[Language, Annotated[float, Field(ge=0, le=1)]] = Field(
        {"zh": 0.02, "en": 0.02}, description="The fall of a share on those questions that is let pass, by language."
    )
    keep_builds: int = Field(5, ge=1, le=1000, description="Builds kept on disk, the current one included.")
    seed: int = Field(7, ge=0, description="Seed of everything random in a build.")

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
    shown = "(secret)" if "SecretStr" in str(field.annotation) else repr(item["input"])
    return f"setting {key!r} (TOPAY_{name.upper()}) is {shown}: {item['msg'][:1].lower()}{item['msg'][1:]}"
