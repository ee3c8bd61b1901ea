from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from topay_bot.errors import SettingsError
from topay_bot.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields:
        monkeypatch.delenv(f"TOPAY_{field.upper()}", raising=False)


def _toml(text: str | bytes) -> None:
    Path("topay.toml").write_bytes(text if isinstance(text, bytes) else text.encode())


def test_command_line_over_environment_over_file_over_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().port == 8000
    _toml('port = 8001\nhost = "0.0.0.0"\n')
    assert load_settings().port == 8001
    monkeypatch.setenv("TOPAY_PORT", "8002")
    assert load_settings().port == 8002
    assert load_settings(port=8003).port == 8003
    settings = load_settings(port=None)
    assert (settings.port, settings.host) == (8002, "0.0.0.0")


def test_an_empty_variable_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPAY_PORT", "")
    monkeypatch.setenv("TOPAY_DATABASE_URL", "")
    assert load_settings().port == 8000
    assert load_settings().database() == "sqlite:///var/topay.sqlite3"


def test_the_database_lies_in_the_data_folder_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(data=Path("/srv/desk")).database() == "sqlite:////srv/desk/topay.sqlite3"
    monkeypatch.setenv("TOPAY_DATABASE_URL", "postgresql://desk:secret@db/desk")
    assert load_settings().database() == "postgresql://desk:secret@db/desk"


def test_settings_are_frozen_and_show_no_secret() -> None:
    settings = Settings(database_url="postgresql://desk:hunter2@db/desk")  # type: ignore[arg-type]  # as from a file
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert "hunter2" not in shown
    with pytest.raises(ValidationError):
        settings.port = 1


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("port", "70000", "setting 'port' (TOPAY_PORT) is '70000': input should be less than or equal to 65535"),
        ("port", "http", "setting 'port' (TOPAY_PORT) is 'http': input should be a valid integer"),
        ("answer_precision", "1.0", "(TOPAY_ANSWER_PRECISION) is '1.0': input should be less than 1"),
        ("answer_precision", "nan", "(TOPAY_ANSWER_PRECISION) is 'nan'"),
        ("max_choices", "0", "input should be greater than or equal to 1"),
        ("max_question_chars", "10", "input should be greater than or equal to 50"),
        ("keep_builds", "-1", "(TOPAY_KEEP_BUILDS)"),
    ],
)
def test_a_bad_value_is_told_with_key_value_and_what_is_expected(
    key: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"TOPAY_{key.upper()}", value)
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert says in str(told.value)
    assert "Mend it in topay.toml or the environment" in str(told.value)


def test_every_bad_value_is_told() -> None:
    _toml("port = 0\nkeep_builds = 0\nmax_choices = true\n")
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert str(told.value).count("setting '") >= 2


def test_an_unknown_key_is_told_without_its_value() -> None:
    _toml('databse_url = "postgresql://desk:hunter2@db/desk"\n')
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert "unknown setting 'databse_url'; known ones: answer_precision, " in str(told.value)
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("value", ["[1]", '["hunter2"]', "{ a = 'hunter2' }"])
def test_a_secret_of_another_shape_is_not_shown(value: str) -> None:
    _toml(f"database_url = {value}\n")
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert "setting 'database_url' (TOPAY_DATABASE_URL) is (secret)" in str(told.value)
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("text", ["port = ", b"\xff\xfe", "port = 1\nport = 2\n"])
def test_a_file_that_is_not_toml(text: str | bytes) -> None:
    _toml(text)
    with pytest.raises(SettingsError, match=r"topay\.toml cannot be read as TOML"):
        load_settings()


def test_the_code_of_the_error() -> None:
    assert SettingsError.code == "settings"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('opening_hours = "daily"', "(TOPAY_OPENING_HOURS) is 'daily': no days 'daily'; expected 24/7 or rules"),
        ('time_zone = "Mars"', "no time zone 'Mars'; expected a name such as 'Asia/Shanghai'"),
        ('holidays = ["soon"]', "no date 'soon'"),
        ("longest_wait_minutes = 0", "input should be greater than 0"),
        ('public_url = "desk.example"', "expected an address that begins with https:// or http://"),
        (
            'mail_to = ["a@b.example"]\nmail_from = "c@b.example"',
            "'smtp_host' (TOPAY_SMTP_HOST) is None: mail_to needs it",
        ),
        ('mail_events = ["lunch"]', "input should be 'handoff', 'urgent', 'complaint' or 'long_wait'"),
        ('webhook_urls = ["https://x.example/hunter2"]', "webhook_urls needs at least one"),
        ('webhook_urls = ["ftp://x.example/hunter2"]', "(TOPAY_WEBHOOK_URLS) is (secret): expected an address"),
        ('webhook_secrets = ["whsec_hunter2"]', "(secret): expected whsec_ and the base64 of 24 to 64 bytes"),
    ],
)
def test_hours_mail_and_webhooks_are_checked_at_the_start(text: str, says: str) -> None:
    _toml(text + "\n")
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert says in str(told.value)
    assert "hunter2" not in str(told.value)


def test_the_secrets_of_notifications_are_not_shown() -> None:
    secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    settings = load_settings(
        webhook_urls=["https://x.example/hunter2"], webhook_secrets=[secret], smtp_password="hunter2"
    )
    for shown in (repr(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert "hunter2" not in shown
        assert secret not in shown
