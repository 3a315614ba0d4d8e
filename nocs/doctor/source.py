"""Check of the source: a sign of life, never the report itself, which may take ten minutes."""

import threading
from dataclasses import replace

import psycopg

from nocs.demo import ccb
from nocs.doctor.finding import Finding, failure, ok, warning
from nocs.errors import NocsError
from nocs.model import SourceKind
from nocs.settings import Settings
from nocs.source.child import extract
from nocs.source.order import make_job

PATIENCE_SECONDS = 20
SIGN_OF_LIFE = "SELECT :credit_sign FROM dual"
NOTHING_LEFT_OVER = "SELECT 0, 0, 0 FROM dual"


def examine(settings: Settings, url: str) -> Finding:
    """Log in to Oracle once, or look for the demo's tables; a dashboard's host needs neither."""
    if settings.is_for_dashboards_only:
        return ok("source", "None is set here, as is right where only a dashboard runs.")
    try:
        kind = settings.source_kind()
        job = make_job(settings, url)
        if kind is SourceKind.DEMO:
            return _demo(url)
        extract(
            replace(job, report=SIGN_OF_LIFE, control=NOTHING_LEFT_OVER, sign=""),
            deadline_seconds=PATIENCE_SECONDS,
            reached=lambda _phase: None,
            tick=lambda: None,
            stop=threading.Event(),
        )
    except NocsError as error:
        return failure("source", error)
    return ok("source", f"Oracle at {settings.oracle_dsn} lets {settings.oracle_user} in.")


def _demo(url: str) -> Finding:
    with psycopg.connect(url) as connection:
        if ccb.exists(connection):
            return ok("source", f"Demo data of {ccb.customers(connection):,} customers.")
    return warning("source", "Demo data is not made yet.", "Start nocs up, or run nocs refresh.")
