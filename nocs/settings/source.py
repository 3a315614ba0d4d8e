"""Settings of the source: how Oracle CC&B is reached, and what its signs mean."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

ROOT = Path(__file__).resolve().parent.parent.parent


class SourceSettings(BaseModel):
    """Oracle CC&B"""

    oracle_dsn: str = Field(
        "",
        description="Oracle CC&B: EZConnect string (host:1521/CCB), full descriptor, or alias of "
        "tnsnames.ora.",
    )
    oracle_user: str = Field("", description="Oracle user with READ on the report's tables.")
    oracle_password: SecretStr | None = Field(None, description="Password of the Oracle user.")
    oracle_schema: str = Field(
        "CISADM",
        pattern=r"^[A-Za-z][A-Za-z0-9_$#]{0,127}$",
        description="Schema that owns the CC&B tables.",
    )
    oracle_config_dir: Path | None = Field(
        None, description="Folder of tnsnames.ora, for an alias in NOCS_ORACLE_DSN."
    )
    oracle_wallet_dir: Path | None = Field(
        None, description="Folder of ewallet.pem, for TLS with a certificate of one's own."
    )
    oracle_wallet_password: SecretStr | None = Field(
        None, description="Password of the private key in ewallet.pem, where it has one."
    )
    oracle_client_dir: Path | None = Field(
        None,
        description="Folder of Oracle Instant Client: turns thick mode on. Empty: thin mode.",
    )
    oracle_connect_timeout_seconds: float = Field(
        20, gt=0, le=3600, description="Longest wait for each address of NOCS_ORACLE_DSN."
    )
    oracle_expire_time_minutes: int = Field(
        2,
        ge=0,
        le=1440,
        description="A quiet connection is probed this often, so that a firewall does not forget "
        "it and a dead server is noticed; 0: never.",
    )
    oracle_call_timeout_seconds: int = Field(
        1500, ge=1, le=86_400, description="Longest wait for one answer of Oracle."
    )
    credit_sign: Literal[1, -1] = Field(
        1,
        description="1: a positive TOT_AMT is credit; -1: a positive TOT_AMT is due, "
        "as CC&B is shipped.",
    )
    credit_sign_confirmed: bool = Field(
        False,
        description="Publish although payments and bills in CI_FT contradict NOCS_CREDIT_SIGN.",
    )
    report_file: Path = Field(
        ROOT / "sql" / "nocs_balance_summary.sql",
        description="The report, one SELECT.",
        json_schema_extra={"default_in_words": "`sql/nocs_balance_summary.sql`"},
    )

    @field_validator("oracle_dsn")
    @classmethod
    def _without_password(cls, dsn: str) -> str:
        if "@" in dsn and not dsn.lstrip().startswith("("):
            raise ValueError(
                "must not hold user and password; they have settings of their own, "
                "NOCS_ORACLE_USER and NOCS_ORACLE_PASSWORD"
            )
        return dsn.strip()

    @field_validator("credit_sign", mode="before")
    @classmethod
    def _sign_number(cls, value: Any) -> Any:
        return int(value) if str(value).strip() in ("1", "+1", "-1") else value
