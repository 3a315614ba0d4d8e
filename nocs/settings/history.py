"""Settings of the history: how long each published run, and how long each day, is kept."""

from datetime import timedelta

from pydantic import BaseModel, Field


class HistorySettings(BaseModel):
    """History"""

    history_hourly_days: int = Field(
        90,
        ge=0,
        le=36_500,
        description="Days for which every published run is kept; of older days the last run is. "
        "0: for ever.",
    )
    history_daily_days: int = Field(
        0,
        ge=0,
        le=36_500,
        description="Days for which the last run of a day is kept. 0: for ever.",
    )

    @property
    def keep_hourly(self) -> timedelta | None:
        return timedelta(days=self.history_hourly_days) if self.history_hourly_days else None

    @property
    def keep_daily(self) -> timedelta | None:
        return timedelta(days=self.history_daily_days) if self.history_daily_days else None
