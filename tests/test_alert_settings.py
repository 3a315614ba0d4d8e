"""Settings of alerts, summary and report: what is accepted, and one line for what is not."""

from decimal import Decimal
from pathlib import Path

import pytest

from nocs.errors import SettingsError
from nocs.settings import load_settings
from nocs.settings.alerts import split_addresses

SECRET = "hunter2-secret"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOCS_ALERT_URLS", "asha@example.com"),
        ("NOCS_ALERT_URLS", f"json://h/ {SECRET}"),
        ("NOCS_ALERT_URLS", " , "),
        ("NOCS_SUMMARY_URLS", f"/{SECRET}"),
        ("NOCS_ALERT_REMIND_HOURS", "0"),
        ("NOCS_ALERT_REMIND_HOURS", "169"),
        ("NOCS_ALERT_REMIND_HOURS", "never"),
        ("NOCS_ALERT_DUE_ABOVE", "25"),
        ("NOCS_ALERT_DUE_ABOVE", "total=much"),
        ("NOCS_ALERT_DUE_ABOVE", "total=-1"),
        ("NOCS_ALERT_DUE_ABOVE", "total=NaN"),
        ("NOCS_ALERT_DUE_ABOVE", "total=Infinity"),
        ("NOCS_ALERT_DUE_ABOVE", "total=1; total=2"),
        ("NOCS_ALERT_MOVED_PERCENT", "=5"),
        ("NOCS_PING_URL", f"ftp://{SECRET}"),
        ("NOCS_PING_URL", "http://"),
        ("NOCS_SUMMARY_EVERY", "0"),
        ("NOCS_SUMMARY_AT", "9:00"),
        ("NOCS_SUMMARY_AT", "09:00,24:00"),
        ("NOCS_REPORT_MAIL_URL", f"json://{SECRET}"),
        ("NOCS_REPORT_TO", "asha"),
        ("NOCS_REPORT_TO", "asha@example.com, a b@example.com"),
        ("NOCS_REPORT_AT", "hourly 08:00"),
        ("NOCS_REPORT_AT", "daily 8:00"),
        ("NOCS_REPORT_AT", "weekly sunday 08:00"),
        ("NOCS_REPORT_AT", "monthly 0 08:00"),
        ("NOCS_REPORT_AT", "monthly 32 08:00"),
        ("NOCS_PUBLIC_URL", "nocs.example.com"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_its_setting_and_holds_no_secret(
    name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({name: value})
    told = str(caught.value)
    assert told.startswith(f"{name}: ") and "\n" not in told and SECRET not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOCS_ALERT_REMIND_HOURS", "168"),
        ("NOCS_ALERT_REMIND_HOURS", "0.5"),
        ("NOCS_ALERT_DUE_ABOVE", "total=0"),
        ("NOCS_SUMMARY_AT", "00:00,23:59"),
        ("NOCS_REPORT_AT", "Weekly  SUN 23:59"),
        ("NOCS_REPORT_AT", "monthly 31 00:00"),
        ("NOCS_PUBLIC_URL", "https://nocs.example.com/"),
        ("NOCS_PING_URL", "https://hc.example.com/uuid"),
    ],
)
def test_a_value_at_the_edge_is_accepted(name: str, value: str) -> None:
    load_settings({name: value})


def test_limits_are_exact_decimals_and_may_be_written_with_grouping() -> None:
    settings = load_settings({"NOCS_ALERT_DUE_ABOVE": "total = 25,00,00,000.50; A=1=2;"})
    assert settings.alert_due_above == (("total", Decimal("250000000.50")), ("A=1", Decimal(2)))


def test_a_list_is_divided_between_addresses_and_never_within_one() -> None:
    text = "mailto://a@h?to=x@h,y@h, slack://A/B/C\njson://h/?u=http://x"
    settings = load_settings({"NOCS_ALERT_URLS": text})
    assert split_addresses(settings.alert_urls) == [
        "mailto://a@h?to=x@h,y@h", "slack://A/B/C", "json://h/?u=http://x",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["ALERT_URLS", "SUMMARY_URLS", "REPORT_MAIL_URL", "PING_URL"])
def test_every_address_may_come_from_a_file_and_is_never_shown(name: str, tmp_path: Path) -> None:
    url = f"http://{SECRET}" if name == "PING_URL" else f"mailto://u:{SECRET}@smtp.example.com"
    file = tmp_path / "addresses"
    file.write_text(url + "\n", encoding="utf-8")
    settings = load_settings({f"NOCS_{name}_FILE": str(file)})
    secret = getattr(settings, name.lower())
    assert secret.get_secret_value() == url
    assert SECRET not in repr(settings)


@pytest.mark.parametrize("missing", ["REPORT_MAIL_URL", "REPORT_TO", "REPORT_AT"])
def test_half_a_report_is_an_error(missing: str) -> None:
    whole = {
        "NOCS_REPORT_MAIL_URL": "mailto://smtp.example.com",
        "NOCS_REPORT_TO": "asha@example.com",
        "NOCS_REPORT_AT": "daily 08:00",
    }
    assert load_settings(whole).require_whole_report()
    assert not load_settings({}).require_whole_report()
    half = {name: value for name, value in whole.items() if name != f"NOCS_{missing}"}
    with pytest.raises(SettingsError, match=f"NOCS_{missing} is missing"):
        load_settings(half).require_whole_report()
