"""Numbers for Prometheus, on a port of their own that listens on this machine alone.

A path of the dashboard's port cannot tell a caller of this machine from the whole world behind a
proxy on it; a port can. What concerns the cache is read from it, so every dashboard tells the
same; sessions and latency are this process's own.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nocs.cache.statistics import RefreshStatistics
from nocs.dashboard import Dashboard
from nocs.errors import NocsError
from nocs.freshness import STALE_AFTER_INTERVALS, age
from nocs.settings import Settings

log = logging.getLogger("nocs.web")

DURATIONS = (1.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
PAGE_SOCKET = "/_stcore/stream"

_own = CollectorRegistry()
SESSIONS = Gauge("nocs_sessions", "Open pages of this dashboard.", registry=_own)
API_LATENCY = Histogram(
    "nocs_api_latency_seconds", "Time to answer a call of the API.", ["status"], registry=_own
)


class Measured:
    """ASGI middleware: counts open pages and times the API."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] == "websocket" and path.endswith(PAGE_SOCKET):
            with SESSIONS.track_inprogress():
                await self.app(scope, receive, send)
        elif scope["type"] == "http" and "/api/" in path:
            await self._time(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _time(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            API_LATENCY.labels(status).observe(time.perf_counter() - began)


class CacheMetrics:
    """What the cache tells, from memory and, for the counts, from PostgreSQL."""

    def __init__(self, board: Dashboard) -> None:
        self._board = board
        self._known: RefreshStatistics | None = None
        self._lock = threading.Lock()

    def collect(self) -> Iterable[Metric]:
        """Called by each scrape. When PostgreSQL is away the last counts stay."""
        yield from self._from_memory()
        if statistics := self._statistics():
            yield from _refreshes(statistics)

    def _from_memory(self) -> Iterator[Metric]:
        state, now, interval = (
            self._board.state(),
            self._board.now(),
            self._board.settings.interval,
        )
        yield _gauge("nocs_cache_up", "1: the cache can be read.", not state.problem)
        limit = (interval * STALE_AFTER_INTERVALS).total_seconds()
        yield _gauge("nocs_cache_age_limit_seconds", "Age from which figures are stale.", limit)
        if state.snapshot:
            seconds = age(state.snapshot.as_of, now).total_seconds()
            yield _gauge("nocs_cache_age_seconds", "Age of the published figures.", seconds)
            if finished := state.snapshot.run.finished_at:
                yield _gauge(
                    "nocs_last_success_timestamp_seconds",
                    "When figures were last published.",
                    finished.timestamp(),
                )
        running = state.open_run is not None
        yield _gauge("nocs_refresh_open", "1: a refresh is queued or running.", running)
        if state.standby_lag is not None:
            lag = state.standby_lag.total_seconds()
            yield _gauge("nocs_standby_lag_seconds", "Lag of the standby read from.", lag)
        leader = GaugeMetricFamily(
            "nocs_scheduler_leader",
            "Living schedulers: 1 for the one that has served longest, 0 for those beside it.",
            labels=["scheduler"],
        )
        for place, scheduler in enumerate(state.schedulers):
            leader.add_metric([scheduler.name], float(place == 0))
        yield leader

    def _statistics(self) -> RefreshStatistics | None:
        with self._lock:
            if not self._board.state().problem:
                try:
                    self._known = self._board.refresh_statistics(DURATIONS)
                except NocsError as error:
                    log.warning("The counts of refreshes stay as they were: %s", error)
            return self._known


@contextmanager
def serving(settings: Settings, board: Dashboard) -> Iterator[None]:
    """Serve the numbers on `settings.metrics_address`; a taken port costs the numbers only."""
    if settings.metrics_address is None:
        yield
        return
    host, port = settings.metrics_address
    server: WSGIServer | None = None
    try:
        server, thread = start_http_server(port, host, _registry(board))
    except OSError as error:
        log.warning(
            "Metrics are not served: cannot listen on %s:%d (%s). Set NOCS_METRICS_PORT.",
            host,
            port,
            error.strerror,
        )
    try:
        yield
    finally:
        if server:
            server.shutdown()
            server.server_close()
            thread.join()


def _registry(board: Dashboard) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(CacheMetrics(board))
    registry.register(_own)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


def _gauge(name: str, description: str, value: float) -> Metric:
    return GaugeMetricFamily(name, description, value=float(value))


def _refreshes(statistics: RefreshStatistics) -> Iterator[Metric]:
    ended = CounterMetricFamily(
        "nocs_refresh", "Refreshes that have ended.", labels=["result", "trigger"]
    )
    for (result, trigger), count in statistics.ended.items():
        ended.add_metric([result.value, trigger.value], count)
    yield ended
    buckets = [(str(bound), float(count)) for bound, count in statistics.within]
    yield HistogramMetricFamily(
        "nocs_refresh_duration_seconds",
        "Duration of refreshes that published.",
        buckets=[*buckets, ("+Inf", float(statistics.successes))],
        sum_value=statistics.seconds,
    )
