"""From the settings to the job: the statements read and parsed, the secrets revealed."""

from pydantic import SecretStr

from nocs.errors import SettingsError
from nocs.model import SourceKind
from nocs.settings import Settings
from nocs.source import names, readonly
from nocs.source.job import SIGN, ConnectionOptions, Job
from nocs.source.report import CONTROL_FILE, NAMES_FILE, SIGN_FILE, binds_of, read_select


def make_job(settings: Settings, demo_url: str, *, examine: bool = False) -> Job:
    """The job that `settings` ask for; `demo_url` is the PostgreSQL that holds the demo."""
    report = read_select(settings.report_file)
    _check_binds(report, settings)
    control, sign = read_select(CONTROL_FILE), read_select(SIGN_FILE)
    area_names, doubts = _names()
    is_oracle = settings.source_kind() is SourceKind.ORACLE
    tables = [readonly.tables_of(one) for one in (report, control, sign)] if examine else []
    return Job(
        kind=settings.source_kind(),
        report=report,
        control=control,
        # What is confirmed is not asked for: a report over views of one's own needs no CI_FT.
        sign="" if settings.credit_sign_confirmed and not examine else sign,
        names=area_names,
        notices=doubts,
        credit_sign=settings.credit_sign,
        call_timeout_seconds=settings.oracle_call_timeout_seconds,
        schema=settings.oracle_schema,
        user=settings.oracle_user,
        dsn=settings.oracle_dsn if is_oracle else demo_url,
        password=_revealed(settings.oracle_password),
        connection=ConnectionOptions(
            config_dir=str(settings.oracle_config_dir or ""),
            wallet_dir=str(settings.oracle_wallet_dir or ""),
            wallet_password=_revealed(settings.oracle_wallet_password),
            client_dir=str(settings.oracle_client_dir or ""),
            connect_timeout_seconds=settings.oracle_connect_timeout_seconds,
            expire_time_minutes=settings.oracle_expire_time_minutes,
        ),
        examine=examine,
        tables=tuple(sorted({name for names in tables for name in names})),
    )


def _names() -> tuple[str, tuple[str, ...]]:
    """The statement that asks for names, or why it is not sent: no figure depends on its file."""
    if not NAMES_FILE.exists():
        return "", ()
    try:
        return read_select(NAMES_FILE), ()
    except SettingsError as error:
        why = error.what.removeprefix("NOCS_REPORT_FILE: ").rstrip(".")
        return "", (f"names in other languages were not asked for: {why}; {names.KEPT}",)


def _check_binds(report: str, settings: Settings) -> None:
    binds = binds_of(report)
    if unknown := binds - {SIGN}:
        raise SettingsError(
            f"NOCS_REPORT_FILE: unknown bind :{sorted(unknown)[0]} in {settings.report_file}.",
            "Only :credit_sign is given a value.",
        )
    if settings.credit_sign != 1 and SIGN not in binds:
        raise SettingsError(
            f"NOCS_CREDIT_SIGN: it has no effect, because {settings.report_file} holds no "
            ":credit_sign.",
            "Multiply the balance by :credit_sign in the report, or unset NOCS_CREDIT_SIGN.",
        )


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
