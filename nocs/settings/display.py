"""Settings of what people read, and of where it is served."""

import re
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, Field, field_validator

from nocs.language import Code, Language


class DisplaySettings(BaseModel):
    """Pages, workbook and logs"""

    timezone: str = Field("Asia/Dhaka", description="Time zone of pages, workbook and logs.")
    currency_symbol: str = Field("₹", max_length=5, description="Shown before amounts.")
    number_grouping: Literal["indian", "western"] = Field(
        "indian", description="indian: 12,34,567.00 and Cr/L; western: 1,234,567.00 and B/M."
    )
    language: Code = Field(
        "en",
        description="Language of pages and workbook, en or bn; a person may choose another on the "
        "page.",
    )
    bangla_digits: bool = Field(
        False, description="Write digits as ০-৯ where the language is Bangla."
    )
    host: str = Field("127.0.0.1", description="Address on which the dashboard listens.")
    port: int = Field(8501, ge=1, le=65_535, description="Port of the dashboard.")
    base_path: str = Field(
        "",
        description="Path below which a proxy shows the dashboard and the API, such as /nocs.",
    )
    log_format: Literal["text", "json"] = Field("text", description="Form of the log lines.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe log line that is written."
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("must be the name of a time zone such as Asia/Dhaka or UTC")
        return name

    @field_validator("base_path")
    @classmethod
    def _plain_path(cls, path: str) -> str:
        if path and not re.fullmatch(r"(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+", path):
            raise ValueError("must be a path such as /nocs, without a slash at its end")
        return path

    @property
    def spoken(self) -> Language:
        """The language with its digits."""
        return Language(self.language, self.bangla_digits)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
