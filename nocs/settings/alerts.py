"""Settings of what is sent: alerts, the summary in the team's channel, the report by mail.

Addresses are those of apprise. They hold passwords and tokens, so each list is a secret.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel, Field, SecretStr, field_validator

from nocs.errors import SettingsError

TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
SCHEDULE = re.compile(
    rf"(daily|weekly (mon|tue|wed|thu|fri|sat|sun)|monthly ([1-9]|[12]\d|3[01])) {TIME.pattern}"
)
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
MAIL = re.compile(r"[^@\s,;/]+@[^@\s,;/]+")
Limits = tuple[tuple[str, Decimal], ...]
LIMITS_FORM = (
    "Limits like total=25,00,00,000; any=3,00,00,000; 001=2,00,00,000: all areas together, "
    "each area, one area by its code."
)


class AlertSettings(BaseModel):
    """Alerts, summary and report"""

    alert_urls: SecretStr | None = Field(
        None, description="Where alerts go: apprise addresses, one a line or with spaces between."
    )
    alert_remind_hours: float = Field(
        24, gt=0, le=168, description="Time after which an alert that goes on is sent again."
    )
    alert_due_above: Limits = Field(
        (), description=f"Alert when the due is above an amount. {LIMITS_FORM}"
    )
    alert_moved_percent: Limits = Field(
        (),
        description="Alert when credit or due moved more than this share in a day, in the same "
        "form: total=5; any=15.",
    )
    ping_url: SecretStr | None = Field(
        None,
        description="Dead man's switch: asked (GET) after each published refresh, so that its "
        "keeper raises the alarm when it is not.",
    )
    summary_urls: SecretStr | None = Field(
        None, description="Where the short summary goes: apprise addresses."
    )
    summary_every: int = Field(
        1, ge=1, le=1000, description="Send the summary after each so many published refreshes."
    )
    summary_at: tuple[str, ...] = Field(
        (),
        description="Send the summary at these local times instead: a comma-separated list "
        "like 09:00, 17:00.",
    )
    report_mail_url: SecretStr | None = Field(
        None,
        description="Mail server of the report: mailtos://user:password@smtp.example.com"
        "?from=nocs@example.com.",
    )
    report_to: tuple[str, ...] = Field(
        (), description="Who gets the report: a comma-separated list of mail addresses."
    )
    report_at: str = Field(
        "",
        description="When the report goes out, in local time: daily 08:00, weekly sun 08:00 or "
        "monthly 1 08:00 (31 is the last day of a shorter month).",
    )

    @field_validator("alert_urls", "summary_urls")
    @classmethod
    def _are_addresses(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        found = split_addresses(value)
        for number, address in enumerate(found, start=1):
            if not ADDRESS.fullmatch(address):
                raise ValueError(f"address {number} is not like scheme://…")
        if not found:
            raise ValueError("holds no address")
        return value

    @field_validator("report_mail_url")
    @classmethod
    def _is_mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else "mailto://x"
        if not ADDRESS.fullmatch(text) or text.split(":")[0].lower() not in ("mailto", "mailtos"):
            raise ValueError("must begin with mailto:// or mailtos://")
        return value

    @field_validator("ping_url")
    @classmethod
    def _is_web_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"https?://[^/\s]\S*", value.get_secret_value()):
            raise ValueError("must begin with http:// or https://")
        return value

    @field_validator("alert_due_above", "alert_moved_percent", mode="before")
    @classmethod
    def _read_limits(cls, value: Any) -> Any:
        return tuple(_limits(value)) if isinstance(value, str) else value

    @field_validator("summary_at", mode="before")
    @classmethod
    def _split_times(cls, value: Any) -> Any:
        times = _listed(value)
        for time in times:
            if not TIME.fullmatch(time):
                raise ValueError(f"{time} is not a time like 09:00")
        return times

    @field_validator("report_to", mode="before")
    @classmethod
    def _split_people(cls, value: Any) -> Any:
        people = tuple(dict.fromkeys(_listed(value)))
        for person in people:
            if not MAIL.fullmatch(person):
                raise ValueError(f"{person} is not a mail address")
        return people

    @field_validator("report_at")
    @classmethod
    def _is_schedule(cls, value: str) -> str:
        value = " ".join(value.lower().split())
        if value and not SCHEDULE.fullmatch(value):
            raise ValueError("must be like daily 08:00, weekly sun 08:00 or monthly 1 08:00")
        return value

    def require_whole_report(self) -> bool:
        """Whether the report is to be mailed; SettingsError when only a part of it is set."""
        given = {
            "REPORT_MAIL_URL": self.report_mail_url is not None,
            "REPORT_TO": bool(self.report_to),
            "REPORT_AT": bool(self.report_at),
        }
        if any(given.values()) and not all(given.values()):
            missing = next(name for name, there in given.items() if not there)
            raise SettingsError(
                f"NOCS_{missing} is missing while other NOCS_REPORT_ settings are there.",
                f"Set NOCS_{missing}, or unset all of them for no report.",
            )
        return all(given.values())


def split_addresses(value: SecretStr | None) -> list[str]:
    """The addresses of a list; a comma within an address (to=a@x,b@y) does not divide it."""
    text = value.get_secret_value() if value else ""
    parts = re.split(r"\s+|,\s*(?=[a-z][a-z0-9+.-]*://)", text, flags=re.IGNORECASE)
    return [part.strip(",") for part in parts if part.strip(",")]


def _listed(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(part.strip() for part in parts if part.strip())


def _limits(text: str) -> list[tuple[str, Decimal]]:
    limits: dict[str, Decimal] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        where, sign, number = (piece.strip() for piece in part.rpartition("="))
        try:
            limit = Decimal(number.replace(",", ""))
        except InvalidOperation:
            limit = Decimal(-1)
        if not (sign and where and limit.is_finite() and limit >= 0):
            raise ValueError(f"{part} is not like total=25,00,00,000")
        if where in limits:
            raise ValueError(f"{where} comes twice")
        limits[where] = limit
    return list(limits.items())
