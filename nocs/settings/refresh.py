"""Settings of the refresh: when it runs, how long it may take, what its gate lets through."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field, field_validator

HARD_RULE_NAMES = ("area_count", "vanished_area", "moved_customers", "moved_amount")


class RefreshSettings(BaseModel):
    """Refresh"""

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

    @field_validator("refresh_interval_minutes")
    @classmethod
    def _divides_a_day(cls, minutes: int) -> int:
        if 1440 % minutes:
            raise ValueError("must divide a day of 1440 minutes: 5, 15, 30, 60, 120, 1440 …")
        return minutes

    @field_validator("hard_rules", mode="before")
    @classmethod
    def _split_rules(cls, value: Any) -> Any:
        names = value.split(",") if isinstance(value, str) else value
        rules = tuple(name.strip() for name in names if name.strip())
        if unknown := sorted(set(rules) - set(HARD_RULE_NAMES)):
            raise ValueError(f"{unknown[0]} is not one of {', '.join(HARD_RULE_NAMES)}")
        return rules

    @property
    def interval(self) -> timedelta:
        return timedelta(minutes=self.refresh_interval_minutes)

    @property
    def cooldown(self) -> timedelta:
        return timedelta(minutes=self.refresh_cooldown_minutes)
