"""Settings of what monitoring asks."""

from pydantic import BaseModel, Field


class WatchSettings(BaseModel):
    """Monitoring"""

    metrics_host: str = Field(
        "127.0.0.1", description="Address on which a dashboard tells Prometheus its numbers."
    )
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65_535,
        description="Port of them, at /metrics; 0: none. Everyone who reaches it may read it.",
        json_schema_extra={"default_in_words": "`NOCS_PORT` + 1000"},
    )
