"""Settings of the source: how Oracle CC&B is reached, and what its signs mean."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

ROOT = Path(__file__).resolve().parent.parent.parent


class SourceSettings(BaseModel):
    """Oracle CC&B"""

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
        ROOT / "sql" / "nocs_balance_summary.sql",
        description="The report, one SELECT.",
        json_schema_extra={"default_in_words": "`sql/nocs_balance_summary.sql`"},
    )

    @field_validator("credit_sign", mode="before")
    @classmethod
    def _sign_number(cls, value: Any) -> Any:
        return int(value) if str(value).strip() in ("1", "+1", "-1") else value
