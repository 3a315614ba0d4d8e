"""All settings in one frozen record, and what only several groups together can tell."""

from pydantic import ConfigDict

from nocs.errors import SettingsError
from nocs.model import SourceKind
from nocs.settings.access import AccessSettings
from nocs.settings.alerts import AlertSettings
from nocs.settings.cache import CacheSettings
from nocs.settings.display import DisplaySettings
from nocs.settings.history import HistorySettings
from nocs.settings.refresh import RefreshSettings
from nocs.settings.source import SourceSettings
from nocs.settings.watch import WatchSettings

PREFIX = "NOCS_"
GROUPS = (
    CacheSettings,
    SourceSettings,
    RefreshSettings,
    HistorySettings,
    AlertSettings,
    DisplaySettings,
    AccessSettings,
    WatchSettings,
)


class Settings(
    WatchSettings,
    AccessSettings,
    DisplaySettings,
    AlertSettings,
    HistorySettings,
    RefreshSettings,
    SourceSettings,
    CacheSettings,
):
    """All settings. Build with `load_settings`, which turns faults into one clear line each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """Where metrics are served, None when they are not."""
        port = self.port + 1000 if self.metrics_port is None else self.metrics_port
        return (self.metrics_host, port) if 0 < port <= 65_535 else None

    @property
    def is_for_dashboards_only(self) -> bool:
        """Whether a cache is named and no source: so a host is set up that only shows figures."""
        oracle = self.oracle_dsn or self.oracle_user or self.oracle_password
        return not (oracle or self.is_embedded or self.demo)

    @property
    def page_url(self) -> str:
        """The address of the dashboard as people type it; empty when it is not set."""
        return self.public_url + self.base_path if self.public_url else ""

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
