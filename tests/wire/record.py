"""What one client told the server about itself, for a test to read.

What would surprise: the driver sends module, action, client identifier and current schema only
together with its next call, so they appear here after that call and not when they are set.
"""

from dataclasses import dataclass, field


@dataclass
class ClientSession:
    """One login. `statements` are the SQL texts as sent, in order of execution."""

    user: str = ""
    program: str = ""
    machine: str = ""
    osuser: str = ""
    driver: str = ""
    module: str | None = None
    action: str | None = None
    client_identifier: str | None = None
    client_info: str | None = None
    current_schema: str | None = None
    statements: list[str] = field(default_factory=list)
    backend_pid: int | None = None  # of its PostgreSQL connection
    breaks: int = 0  # how often the client asked to stop what was running
    open: bool = True
