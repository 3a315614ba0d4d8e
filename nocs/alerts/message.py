"""What is sent: messages, and the deliveries of one to its addresses."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    ALERT = "alert"
    SUMMARY = "summary"
    REPORT = "report"
    PING = "ping"


class Severity(StrEnum):
    """The names are apprise's own."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a reader sees. `text` always says everything; `html` is for mail that shows it."""

    title: str
    text: str
    html: str = ""
    severity: Severity = Severity.INFO
    file: bytes | None = None
    file_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A content with the key under which it may be queued once, ever."""

    kind: Kind
    key: str
    content: Content
    patience: timedelta
    run_id: int | None = None
    alert_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message on its way to one address; `attempts` counts the present one."""

    id: int
    message_id: int
    kind: Kind
    key: str
    target: str
    attempts: int
    give_up_at: datetime
    content: Content


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended; doubtful when it was cut short. `error` holds no secret."""

    is_sent: bool
    error: str = ""
    is_doubtful: bool = False
