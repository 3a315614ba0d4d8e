"""Alerts, summary and report as an operator meets them: the scheduler process and the commands."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest

from nocs.alerts.outbox import CLAIM_LASTS
from nocs.alerts.watch import Watcher
from nocs.cache import runs
from nocs.cache.database import Database
from nocs.demo import ccb
from nocs.model import SourceKind
from nocs.settings import ROOT, load_settings
from tests.postbox import Mailbox, Webhook, free_port, mail_server, mute_server, web_server
from tests.records import area, fail, publish
from tests.test_commands import SECRET, assert_one_line, nocs
from tests.waiting import until


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with web_server() as hook:
        yield hook


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def environment(cache_url: str, tmp_path: Path) -> dict[str, str]:
    with psycopg.connect(cache_url) as connection:
        ccb.create(connection, 1_000)
    return {
        "NOCS_DATABASE_URL": cache_url,
        "NOCS_DEMO": "true",
        "NOCS_DATA_DIR": str(tmp_path),
    }


def phase(database: Database) -> str | None:
    with database.reading() as connection:
        run = runs.open_run(connection)
    return run.phase if run else None


def test_a_scheduler_sums_up_a_refresh_and_a_stale_alert_comes_while_the_next_one_hangs(
    environment: dict[str, str], database: Database, hook: Webhook
) -> None:
    old = datetime.now(UTC) - timedelta(hours=4)
    publish(database, area(), as_of=old, source=SourceKind.DEMO)
    address = f"http://127.0.0.1:{hook.port}"
    values = environment | {
        "NOCS_ALERT_URLS": f"json://127.0.0.1:{hook.port}/alerts",
        "NOCS_SUMMARY_URLS": f"json://127.0.0.1:{hook.port}/team",
        "NOCS_PING_URL": f"{address}/ping",
        "NOCS_PUBLIC_URL": "https://nocs.example.com",
    }

    def told(path: str) -> list[str]:
        return [body["title"] if body else "ping" for _, at, body in hook.got if at == path]

    def summaries() -> list[dict[str, str]]:
        """Those of the new figures; the old ones were published a moment ago and are told too."""
        bodies = [body for _, at, body in hook.got if at == "/team"]
        return [body for body in bodies if "17 areas" in body["message"]]

    with database.transaction() as connection:
        # The query of the refresh waits for this lock: the refresh hangs.
        connection.exec_driver_sql("LOCK TABLE cisadm.ci_char_val_l IN ACCESS EXCLUSIVE MODE")
        process = subprocess.Popen(
            [sys.executable, "-m", "nocs.scheduler"],
            env=values,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            until(lambda: told("/alerts"), "the alert", 60)
            assert told("/alerts") == ["[Demo data] NOCS alert: The figures are stale"]
            until(lambda: phase(database) == "querying", "the hanging refresh")
            hook.got.clear()
            connection.rollback()
            until(lambda: told("/alerts") and told("/ping") and summaries(), "all messages", 60)
        finally:
            process.terminate()
            output, _ = process.communicate(timeout=20)
    # A gate warning of the demo may have begun beside it.
    assert "[Demo data] NOCS recovered: The figures are stale" in told("/alerts")
    (body,) = summaries()
    assert body["title"] == "[Demo data] NOCS balance summary"
    assert body["message"].endswith("\nhttps://nocs.example.com")
    assert process.returncode == 0 and "Traceback" not in output
    assert "Sent: summary (run " in output


def test_a_scheduler_killed_while_it_sends_leaves_a_message_in_doubt_and_no_process(
    environment: dict[str, str], database: Database
) -> None:
    def statuses() -> list[str]:
        with database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT status FROM nocs_delivery ORDER BY id")
            return list(rows.scalars())

    with mute_server() as port:
        values = environment | {
            "NOCS_ALERT_URLS": f"mailto://127.0.0.1:{port}/asha@example.com?from=n@example.com",
            "NOCS_ALERT_DUE_ABOVE": "total=0",
        }
        publish(database, area(), as_of=datetime.now(UTC), source=SourceKind.DEMO)
        process = subprocess.Popen([sys.executable, "-m", "nocs.scheduler"], env=values, cwd=ROOT)
        try:
            until(lambda: statuses() == ["sending"], "the attempt", 60)
            children = psutil.Process(process.pid).children()
        finally:
            process.kill()
            process.wait()
    assert len(children) == 1
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
    later = datetime.now(UTC) + CLAIM_LASTS + timedelta(seconds=1)
    names = ("NOCS_ALERT_URLS", "NOCS_ALERT_DUE_ABOVE", "NOCS_DATABASE_URL", "NOCS_DEMO")
    assert Watcher(database, load_settings({name: values[name] for name in names})).look(later)
    assert statuses() == ["doubtful", "waiting", "waiting"]
    with database.reading() as connection:
        titles = connection.exec_driver_sql("SELECT title FROM nocs_message ORDER BY id").scalars()
        assert [title.removeprefix("[Demo data] ") for title in titles] == [
            "NOCS alert: The due of all areas together is above its limit",
            "NOCS alert: A message was not delivered",
            "NOCS reminder: The due of all areas together is above its limit",
        ]


def test_a_wrong_address_or_half_a_report_stops_the_scheduler_with_one_line(
    environment: dict[str, str],
) -> None:
    done = nocs("scheduler", **environment, NOCS_ALERT_URLS=f"slack://{SECRET}")
    assert_one_line(done, "NOCS_ALERT_URLS: address 1 (slack)")
    done = nocs("scheduler", **environment, NOCS_REPORT_AT="daily 08:00")
    assert_one_line(done, "NOCS_REPORT_MAIL_URL is missing")


def test_the_test_command_tries_every_address_and_tells_each_result(
    mailbox: Mailbox, hook: Webhook
) -> None:
    dead = free_port()
    done = nocs(
        "alerts",
        "test",
        NOCS_ALERT_URLS=f"mailto://127.0.0.1:{mailbox.port}/asha@example.com?from=n@example.com"
        f" json://127.0.0.1:{dead}/{SECRET}",
        NOCS_SUMMARY_URLS=f"json://127.0.0.1:{hook.port}/{SECRET}",
        NOCS_PING_URL=f"http://127.0.0.1:{hook.port}/{SECRET}",
    )
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "alert to 1 (mailto): sent"
    assert lines[1].startswith("alert to 2 (json): not sent: ") and "refused" in lines[1]
    assert lines[2:] == ["summary to 1 (json): sent", "ping to ping: sent"]
    assert mailbox.mails[0]["Subject"] == "NOCS test message"
    assert len(hook.got) == 2
    assert SECRET not in done.stdout + done.stderr


def test_the_test_command_without_an_address_says_what_to_set() -> None:
    assert_one_line(nocs("alerts", "test"), "No address is set", "NOCS_ALERT_URLS")


def test_the_list_tells_what_is_wrong_and_what_did_not_arrive(
    environment: dict[str, str], database: Database
) -> None:
    assert nocs("alerts", "list", **environment).stdout == "No alert is open.\n"
    fail(database, "ORA-12514")
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "INSERT INTO nocs_alert (key, title, text, opened_at, remind_at)"
            " VALUES ('failing', 'x', 'The refresh failed twice', now() - interval '3 h', now())"
        )
        connection.exec_driver_sql(
            "WITH m AS (INSERT INTO nocs_message (kind, key, created_at, give_up_at)"
            " VALUES ('report', 'k', now(), now()) RETURNING id)"
            " INSERT INTO nocs_delivery (message_id, target, status, attempts, next_try_at,"
            " claimed_at, ended_at, error) SELECT id, 'asha@example.com', 'failed', 4, now(),"
            " now(), now(), 'mailbox busy' FROM m"
        )
    assert nocs("alerts", "list", **environment).stdout.splitlines() == [
        "since 3 h, 0 reminders: The refresh failed twice",
        "report to asha@example.com: failed, attempt 4: mailbox busy",
    ]


def test_the_report_can_be_sent_now(
    environment: dict[str, str], database: Database, mailbox: Mailbox
) -> None:
    values = environment | {
        "NOCS_REPORT_MAIL_URL": f"mailto://127.0.0.1:{mailbox.port}?from=nocs@example.com",
        "NOCS_REPORT_TO": "asha@example.com,rafi@example.com",
        "NOCS_REPORT_AT": "weekly sun 08:00",
    }
    assert_one_line(nocs("report", "send", **environment), "No report is set")
    publish(database, area(), as_of=datetime.now(UTC), source=SourceKind.DEMO)
    done = nocs("report", "send", **values)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "report to asha@example.com: sent",
        "report to rafi@example.com: sent",
    ]
    assert mailbox.readers == ["asha@example.com", "rafi@example.com"]
    mailbox.refused.add("rafi@example.com")
    done = nocs("report", "send", **values)
    assert done.returncode == 1 and "mailbox busy" in done.stdout
