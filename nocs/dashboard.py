"""What the pages and the API of one dashboard process share: settings, database, live state.

Made once a process, by whichever comes first: the ASGI lifespan or the first script run.
"""

from dataclasses import dataclass

from nocs.live import LiveState
from nocs.model import Run, Trigger
from nocs.settings import Settings


@dataclass(frozen=True)
class RefreshAnswer:
    """What became of a wish to refresh: `run` is the queued or joined one, else `refused` says why."""

    run: Run | None
    joined: bool = False
    refused: str = ""


class Dashboard:
    settings: Settings

    def state(self) -> LiveState: ...
    def now(self): ...
    def request_refresh(self, trigger: Trigger, requested_by: str) -> RefreshAnswer: ...
    def recent_runs(self, limit: int = 100) -> tuple[Run, ...]: ...


def dashboard() -> Dashboard: ...
