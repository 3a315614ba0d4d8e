"""The process that sends: it reads jobs from its standard input and answers each with one line.

apprise and its 130 services take 30 MB and 0.7 s to load, and a mail server that drips a byte a
minute defeats every timeout of a socket. Both stay in this process, which lives only while there
is something to send and is ended from outside when it takes too long.
"""

import base64
import json
import logging
import os
import re
import sys
import threading
import urllib.request
from typing import Any

from nocs.alerts.addresses import scheme, without_secrets
from nocs.alerts.markdown import as_markdown

APP = "NOCS balance summary"
PING_TIMEOUT_SECONDS = 5
LONGEST_ERROR = 300
READY = "ready"
# The end of a web error that opens with everything that was tried.
CAUSE = re.compile(r"Caused by (.+?)[)'\"]*$")


def main() -> None:
    """Answer every job until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a service prints must not look like an answer
    logging.getLogger("apprise").propagate = False
    logging.getLogger("apprise").setLevel(logging.DEBUG)
    _load_services()
    print(READY, file=answers, flush=True)
    for line in sys.stdin.buffer:
        job = json.loads(line)
        # Nobody may be left to end this process: it ends itself.
        watchdog = threading.Timer(job["deadline_seconds"], os._exit, (3,))
        watchdog.daemon = True
        watchdog.start()
        try:
            error = {"check": _check, "ping": _ping, "send": _send}[job["do"]](job)
        except Exception as fault:  # a service may raise anything: it is this answer, not our end
            error = f"{type(fault).__name__}: {fault}"
        watchdog.cancel()
        answer = json.dumps({"error": _short(without_secrets(error, job["url"]))})
        print(answer, file=answers, flush=True)
    os._exit(0)  # a service may have left a thread behind


def _load_services() -> None:
    """Load what the first message would otherwise wait for, out of its time."""
    import apprise

    apprise.Apprise.instantiate("json://localhost")


def _short(error: str) -> str:
    line = " ".join(error.split())
    return line if len(line) <= LONGEST_ERROR else line[: LONGEST_ERROR - 2] + " …"


def _check(job: dict[str, Any]) -> str:
    return "" if _service(job) is not None else _unknown(job)


def _unknown(job: dict[str, Any]) -> str:
    return f"apprise knows no complete address of the form {scheme(job['url'])}://…"


def _ping(job: dict[str, Any]) -> str:
    request = urllib.request.Request(job["url"], headers={"User-Agent": APP})
    with urllib.request.urlopen(request, timeout=PING_TIMEOUT_SECONDS):
        return ""


def _send(job: dict[str, Any]) -> str:
    import apprise
    from apprise.attachment.memory import AttachMemory

    service = _service(job)
    if service is None:
        return _unknown(job)
    apobj = apprise.Apprise(asset=service.asset)
    apobj.add(service)
    file = None
    if job["file"]:
        content = base64.b64decode(job["file"])
        # apprise gives its constructor no types.
        file = AttachMemory(  # type: ignore[no-untyped-call]
            content=content, name=job["file_name"], mimetype=job["file_type"]
        )
    body, form = _body(job, service)
    with _Heard() as heard:
        done = apobj.notify(
            body=body,
            title=job["title"],
            notify_type=apprise.NotifyType(job["severity"]),
            body_format=form,
            attach=file,
        )
    return "" if done else "; ".join(heard.lines) or "it was not taken"


def _body(job: dict[str, Any], service: Any) -> tuple[str, Any]:
    """The body in the form that the service shows best. Data never act as markup."""
    from apprise import NotifyFormat

    if job["html"] and service.resolve_format(NotifyFormat.HTML) == NotifyFormat.HTML:
        return job["html"], NotifyFormat.HTML
    if service.resolve_format(NotifyFormat.TEXT) == NotifyFormat.MARKDOWN:
        return as_markdown(job["text"]), NotifyFormat.MARKDOWN
    return job["text"], NotifyFormat.TEXT


def _service(job: dict[str, Any]) -> Any:
    import apprise

    asset = apprise.AppriseAsset(
        app_id=APP,
        app_desc=APP,
        app_url=job["public_url"],
        async_mode=False,
        secure_logging=True,
        plugin_paths=[],
    )
    return apprise.Apprise.instantiate(job["url"], asset=asset, suppress_exceptions=True)


class _Heard(logging.Handler):
    """The reasons that apprise logs; those of a socket it tells only at its debug level."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage().rstrip(".")
        is_reason = record.levelno >= logging.WARNING or line.startswith("Socket Exception")
        if cause := CAUSE.search(line):
            line = cause[1]
        if is_reason and line not in self.lines:
            self.lines.append(line)

    def __enter__(self) -> "_Heard":
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)


if __name__ == "__main__":
    main()
