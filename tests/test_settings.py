"""Settings: every fault is one line that names the setting, and no line holds a secret."""

from pathlib import Path

import pytest

from nocs.errors import SettingsError
from nocs.model import SourceKind
from nocs.settings import load_settings

ORACLE = {
    "NOCS_ORACLE_DSN": "db:1521/CCB",
    "NOCS_ORACLE_USER": "nocs_reader",
    "NOCS_ORACLE_PASSWORD": "s3cret",
}


def fault(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environment).source_kind()
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_without_settings_the_source_is_the_demo() -> None:
    settings = load_settings({})
    assert settings.source_kind() is SourceKind.DEMO
    assert settings.is_embedded


def test_with_all_oracle_settings_the_source_is_oracle() -> None:
    assert load_settings(ORACLE).source_kind() is SourceKind.ORACLE


@pytest.mark.parametrize("missing", sorted(ORACLE))
def test_half_set_oracle_settings_are_an_error_and_never_a_silent_demo(missing: str) -> None:
    environment = {name: value for name, value in ORACLE.items() if name != missing}
    assert fault(environment).startswith(f"{missing} is missing")


def test_a_database_without_a_source_is_an_error_unless_demo_data_are_asked_for() -> None:
    environment = {"NOCS_DATABASE_URL": "postgresql://db/nocs"}
    assert "NOCS_DEMO=true" in fault(environment)
    allowed = load_settings(environment | {"NOCS_DEMO": "true"})
    assert allowed.source_kind() is SourceKind.DEMO


def test_a_misspelt_setting_is_an_error_that_names_the_right_one() -> None:
    assert "Did you mean NOCS_ORACLE_PASSWORD?" in fault({"NOCS_ORACLE_PASWORD": "x"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOCS_PORT", "0"),
        ("NOCS_PORT", "65536"),
        ("NOCS_PORT", "eighty"),
        ("NOCS_CREDIT_SIGN", "2"),
        ("NOCS_CREDIT_SIGN", "plus"),
        ("NOCS_REFRESH_INTERVAL_MINUTES", "7"),
        ("NOCS_REFRESH_INTERVAL_MINUTES", "0"),
        ("NOCS_REFRESH_INTERVAL_MINUTES", "1441"),
        ("NOCS_TIMEZONE", "Mars/Base"),
        ("NOCS_HARD_RULES", "area_count,nonsense"),
        ("NOCS_ORACLE_SCHEMA", "a; drop table x"),
        ("NOCS_LOG_FORMAT", "xml"),
        ("NOCS_BASE_PATH", "nocs"),
        ("NOCS_BASE_PATH", "/nocs/"),
        ("NOCS_BASE_PATH", "/../nocs"),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_its_setting(name: str, value: str) -> None:
    assert fault({name: value}).startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOCS_PORT", "1"),
        ("NOCS_PORT", "65535"),
        ("NOCS_CREDIT_SIGN", "-1"),
        ("NOCS_CREDIT_SIGN", "+1"),
        ("NOCS_REFRESH_INTERVAL_MINUTES", "1"),
        ("NOCS_REFRESH_INTERVAL_MINUTES", "1440"),
        ("NOCS_HARD_RULES", " area_count , moved_amount "),
        ("NOCS_BASE_PATH", "/nocs"),
        ("NOCS_BASE_PATH", "/it/nocs-2.0"),
    ],
)
def test_a_value_at_the_edge_is_accepted(name: str, value: str) -> None:
    load_settings({name: value})


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from file\n", encoding="utf-8")
    environment = {k: v for k, v in ORACLE.items() if k != "NOCS_ORACLE_PASSWORD"}
    settings = load_settings(environment | {"NOCS_ORACLE_PASSWORD_FILE": str(file)})
    assert settings.oracle_password is not None
    assert settings.oracle_password.get_secret_value() == "from file"


def test_a_secret_given_twice_is_an_error(tmp_path: Path) -> None:
    assert "both set" in fault(ORACLE | {"NOCS_ORACLE_PASSWORD_FILE": str(tmp_path / "x")})


def test_a_secret_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    text = fault({"NOCS_DATABASE_URL_FILE": str(tmp_path / "none")})
    assert text.startswith("NOCS_DATABASE_URL_FILE: cannot read")


def test_no_secret_is_in_the_settings_text() -> None:
    settings = load_settings(ORACLE | {"NOCS_DATABASE_URL": "postgresql://u:hunter2@db/nocs"})
    assert "s3cret" not in repr(settings)
    assert "hunter2" not in repr(settings)


def test_a_command_line_option_wins_over_the_environment() -> None:
    assert load_settings({"NOCS_PORT": "9000"}, port=9001).port == 9001
    assert load_settings({"NOCS_PORT": "9000"}, port=None).port == 9000
