"""Settings of the cache: where the figures are kept, and the demo that may stand in."""

import os
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr


def default_data_dir() -> Path:
    """The data folder: outside homes for root (see nocs.demo.postgres), else the user's own."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/nocs")
    import platformdirs

    return Path(platformdirs.user_data_dir("nocs", appauthor=False))


class CacheSettings(BaseModel):
    """Cache and demo"""

    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL that holds the cache, as a libpq URL: "
        "postgresql://user:password@host:5432/nocs. Empty: an embedded PostgreSQL is started.",
    )
    database_listen_url: SecretStr | None = Field(
        None,
        description="The same PostgreSQL reached directly, where NOCS_DATABASE_URL names a pooler "
        "such as PgBouncer, through which LISTEN does not work.",
    )
    database_read_url: SecretStr | None = Field(
        None,
        description="A standby from which dashboards read; they say how far it lags.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder of the embedded PostgreSQL and of the logs.",
        json_schema_extra={"default_in_words": "`/var/lib/nocs` for root, else the user's own"},
    )
    demo: bool = Field(
        False,
        description="Allow demo data in the PostgreSQL that NOCS_DATABASE_URL names.",
    )
    demo_customers: int = Field(
        50_000, ge=1_000, le=2_000_000, description="Customers of the synthetic CC&B."
    )

    @property
    def is_embedded(self) -> bool:
        return self.database_url is None
