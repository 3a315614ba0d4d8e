"""Checks of this machine: settings, time zone, disk, port, and who may look."""

import json
import platform
import shutil
import tempfile
import urllib.error
import urllib.request
from datetime import datetime
from http import HTTPStatus

from nocs import __version__
from nocs.doctor.finding import Finding, failed, failure, ok, warning
from nocs.errors import NocsError
from nocs.settings import Settings
from nocs.settings.exposure import has_sign_in, require_safe_address
from nocs.web.serving import require_free_port

MEGABYTE = 1_000_000
SCARCE_BYTES = 1_000 * MEGABYTE
FULL_BYTES = 100 * MEGABYTE
ANSWER_SECONDS = 5


def settings_read(settings: Settings) -> Finding:
    """The settings are of the accepted form; a half-set source is told by the source's check."""
    python = platform.python_version()
    every = f"every {settings.refresh_interval_minutes} min"
    return ok("settings", f"Accepted. NOCS {__version__} on Python {python}, refreshes {every}.")


def time_zone(settings: Settings) -> Finding:
    now = datetime.now(settings.zone)
    offset = now.strftime("%z")
    return ok(
        "time zone", f"{settings.timezone}, where it is {now:%H:%M} (UTC{offset[:3]}:{offset[3:]})."
    )


def disk(settings: Settings) -> Finding:
    """Room for logs and the embedded PostgreSQL, and whether they can be written at all."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return failed(
            "disk",
            f"NOCS_DATA_DIR: cannot write {folder} ({error.strerror}).",
            "Name a folder that the service may write.",
        )
    return disk_grade(str(folder), free)


def disk_grade(folder: str, free: int) -> Finding:
    text = f"{free // MEGABYTE:,} MB free in {folder}."
    if free < FULL_BYTES:
        return failed("disk", text, "Free some space: logs and PostgreSQL cannot be written soon.")
    if free < SCARCE_BYTES:
        return warning("disk", text, "Free some space; 1,000 MB or more is comfortable.")
    return ok("disk", text)


def port(settings: Settings) -> Finding:
    """Free, or taken by a dashboard of ours."""
    where = f"{settings.host}:{settings.port}"
    try:
        require_free_port(settings)
    except NocsError as error:
        answer = _api_answer(settings)
        return ok("port", f"A dashboard answers on {where}.") if answer else failure("port", error)
    return ok("port", f"{where} is free; no dashboard runs here now.")


def _api_answer(settings: Settings) -> bool:
    """Whether what listens on the port is our API: it refuses in its own form."""
    host = _reachable(settings.host)
    url = f"http://{host}:{settings.port}{settings.base_path}/api/reports/nocs_balance_summary"
    try:
        urllib.request.urlopen(url, timeout=ANSWER_SECONDS)
    except urllib.error.HTTPError as refusal:
        try:
            body = json.load(refusal)
        except ValueError:
            return False
        is_ours = isinstance(body, dict) and body.get("success") is False
        return refusal.code == HTTPStatus.UNAUTHORIZED and is_ours
    except OSError:
        return False
    return False


def _reachable(host: str) -> str:
    """The address at which a server listening on `host` answers on this machine."""
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
    return here.get(host) or (f"[{host}]" if ":" in host else host)


def sign_in(settings: Settings) -> Finding:
    """Who may look: this machine, those who sign in, or everyone who reaches the address."""
    try:
        require_safe_address(settings)
        signs_in = has_sign_in(settings)
    except NocsError as error:
        return failure("sign-in", error)
    if signs_in:
        return ok("sign-in", f"People sign in at {settings.public_url or 'the provider'}.")
    if settings.allow_anonymous:
        return warning(
            "sign-in",
            f"Everyone who reaches {settings.host}:{settings.port} sees all figures.",
            "Set NOCS_OIDC_ settings, and unset NOCS_ALLOW_ANONYMOUS.",
        )
    return ok("sign-in", f"Only this machine reaches {settings.host}: none is needed.")
