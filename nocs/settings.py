"""Every setting, declared once: name, unit in the name, default, accepted form, help.

Values come from the environment as NOCS_<NAME>; a secret may also come from the file that
NOCS_<NAME>_FILE names. An unknown NOCS_ variable is an error, because a misspelt password
setting would otherwise turn a production machine into a demo without a word.
"""

import difflib
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from nocs.errors import SettingsError
from nocs.model import SourceKind

PREFIX = "NOCS_"
ROOT = Path(__file__).resolve().parent.parent
SECRETS = ("database_url", "oracle_password")
HARD_RULE_NAMES = ("area_count", "vanished_area", "moved_customers", "moved_amount")


def default_data_dir() -> Path:
    """The data folder: outside homes for root (see nocs.demo.postgres), else the user's own."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/nocs")
    import platformdirs

    return Path(platformdirs.user_data_dir("nocs", appauthor=False))


class Settings(BaseModel):
    """All settings. Build with `load_settings`, which turns faults into one clear line each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL that holds the cache, as a libpq URL: "
        "postgresql://user:password@host:5432/nocs. Empty: an embedded PostgreSQL is started.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder of the embedded PostgreSQL and of the logs.",
    )
    demo: bool = Field(
        False,
        description="Allow demo data in the PostgreSQL that NOCS_DATABASE_URL names.",
    )
    demo_customers: int = Field(
        50_000, ge=1_000, le=2_000_000, description="Customers of the synthetic CC&B."
    )
    oracle_dsn: str = Field(
        "", description="Oracle CC&B: EZConnect string (host:1521/CCB) or full descriptor."
    )
    oracle_user: str = Field("", description="Oracle user with READ on the report's tables.")
    oracle_password: SecretStr | None = Field(None, description="Password of the Oracle user.")
    oracle_schema: str = Field(
        "CISADM",
        pattern=r"^[A-Za-z][A-Za-z0-9_$#]{0,127}$",
        description="Schema that owns the CC&B tables.",
    )
    oracle_call_timeout_seconds: int = Field(
        1500, ge=1, le=86_400, description="Longest wait for one answer of Oracle."
    )
    credit_sign: Literal[1, -1] = Field(
        1,
        description="1: a positive TOT_AMT is credit; -1: a positive TOT_AMT is due, "
        "as CC&B is shipped.",
    )
    report_file: Path = Field(
        ROOT / "sql" / "nocs_balance_summary.sql", description="The report, one SELECT."
    )
    refresh_interval_minutes: int = Field(
        60, ge=1, le=1440, description="Time between scheduled refreshes; must divide a day."
    )
    refresh_deadline_minutes: float = Field(
        30, gt=0, le=1440, description="A refresh that still asks the source by then is ended."
    )
    refresh_cooldown_minutes: float = Field(
        5, ge=0, le=1440, description="Rest after a refresh before a person may ask for another."
    )
    refresh_attempts: int = Field(
        3, ge=1, le=10, description="Tries of one refresh while the fault is a passing one."
    )
    expected_areas: int = Field(17, ge=1, le=100_000, description="Number of NOCS areas.")
    max_move_percent: float = Field(
        20, gt=0, description="Warn when an area's customers or amounts move more than this."
    )
    hard_rules: tuple[str, ...] = Field(
        (),
        description="Warnings that reject a refresh instead: a comma-separated list of "
        + ", ".join(HARD_RULE_NAMES)
        + ".",
    )
    timezone: str = Field("Asia/Dhaka", description="Time zone of pages, workbook and logs.")
    currency_symbol: str = Field("₹", max_length=5, description="Shown before amounts.")
    number_grouping: Literal["indian", "western"] = Field(
        "indian", description="indian: 12,34,567.00 and Cr/L; western: 1,234,567.00 and B/M."
    )
    host: str = Field("127.0.0.1", description="Address on which the dashboard listens.")
    port: int = Field(8501, ge=1, le=65_535, description="Port of the dashboard.")
    log_format: Literal["text", "json"] = Field("text", description="Form of the log lines.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe log line that is written."
    )

    @field_validator("credit_sign", mode="before")
    @classmethod
    def _sign_number(cls, value: Any) -> Any:
        return int(value) if str(value).strip() in ("1", "+1", "-1") else value

    @field_validator("refresh_interval_minutes")
    @classmethod
    def _divides_a_day(cls, minutes: int) -> int:
        if 1440 % minutes:
            raise ValueError("must divide a day of 1440 minutes: 5, 15, 30, 60, 120, 1440 …")
        return minutes

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("must be the name of a time zone such as Asia/Dhaka or UTC")
        return name

    @field_validator("hard_rules", mode="before")
    @classmethod
    def _split_rules(cls, value: Any) -> Any:
        names = value.split(",") if isinstance(value, str) else value
        rules = tuple(name.strip() for name in names if name.strip())
        if unknown := sorted(set(rules) - set(HARD_RULE_NAMES)):
            raise ValueError(f"{unknown[0]} is not one of {', '.join(HARD_RULE_NAMES)}")
        return rules

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def interval(self) -> timedelta:
        return timedelta(minutes=self.refresh_interval_minutes)

    @property
    def cooldown(self) -> timedelta:
        return timedelta(minutes=self.refresh_cooldown_minutes)

    @property
    def is_embedded(self) -> bool:
        return self.database_url is None

    def source_kind(self) -> SourceKind:
        """Oracle when all of its settings are there, the demo when none is; else SettingsError."""
        given = {
            "ORACLE_DSN": bool(self.oracle_dsn),
            "ORACLE_USER": bool(self.oracle_user),
            "ORACLE_PASSWORD": self.oracle_password is not None,
        }
        if all(given.values()):
            return SourceKind.ORACLE
        if any(given.values()):
            missing = next(name for name, there in given.items() if not there)
            raise SettingsError(
                f"{PREFIX}{missing} is missing while other {PREFIX}ORACLE_ settings are there.",
                f"Set {PREFIX}{missing}, or unset all of them for demo data.",
            )
        if self.is_embedded or self.demo:
            return SourceKind.DEMO
        raise SettingsError(
            f"No source: {PREFIX}DATABASE_URL is set but no {PREFIX}ORACLE_ setting is.",
            f"Set {PREFIX}ORACLE_DSN, _USER and _PASSWORD, or {PREFIX}DEMO=true for demo data.",
        )


def load_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings; `overrides` (from the command line) win. SettingsError names the fault."""
    environment = os.environ if environment is None else environment
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and value != ""
    }
    for secret in SECRETS:
        if path := values.pop(f"{secret}_file", None):
            if secret in values:
                raise SettingsError(
                    f"{PREFIX}{secret.upper()} and {PREFIX}{secret.upper()}_FILE are both set.",
                    "Keep one of them.",
                )
            values[secret] = _secret_from(path, f"{PREFIX}{secret.upper()}_FILE")
    for name in values:
        if name not in Settings.model_fields:
            raise SettingsError(f"Unknown setting {PREFIX}{name.upper()}.", _did_you_mean(name))
    values.update({name: value for name, value in overrides.items() if value is not None})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise _first_fault(error) from None


def _secret_from(path: str, setting: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise SettingsError(
            f"{setting}: cannot read {path} ({reason}).", "Name a readable file."
        ) from None


def _did_you_mean(name: str) -> str:
    close = difflib.get_close_matches(name, Settings.model_fields, n=1)
    hint = f"Did you mean {PREFIX}{close[0].upper()}?" if close else "Unset it."
    return f"{hint} All settings are listed in README.md."


def _first_fault(error: ValidationError) -> SettingsError:
    """One line without the value itself, which may be a secret."""
    fault = error.errors(include_input=False, include_url=False)[0]
    name = str(fault["loc"][0]) if fault["loc"] else ""
    message = str(fault["msg"]).removeprefix("Value error, ")
    help_text = Settings.model_fields[name].description if name in Settings.model_fields else ""
    return SettingsError(f"{PREFIX}{name.upper()}: {message}.", f"Meaning: {help_text}")


def settings_table() -> str:
    """The table of settings in README.md."""
    lines = ["| Setting | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        if name == "data_dir":
            default = "`/var/lib/nocs` for root, else the user's data folder"
        elif name == "report_file":
            default = "`sql/nocs_balance_summary.sql`"
        else:
            value = field.get_default()
            default = "" if value in (None, "", ()) else f"`{value}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(settings_table())  # noqa: T201
