"""Messages on their way: real mail and web servers, and everything that can go wrong there."""

import io
import logging
import shlex
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from nocs.alerts import outbox, report
from nocs.alerts.addresses import Address, addresses, without_secrets
from nocs.alerts.markdown import as_markdown
from nocs.alerts.message import Content, Kind, Message, Outcome
from nocs.alerts.postman import Postman
from nocs.alerts.sender import Sender
from nocs.alerts.service import require_addresses
from nocs.alerts.watch import Watcher
from nocs.cache import balances
from nocs.cache.database import Database
from nocs.errors import SettingsError
from nocs.model import Snapshot, SourceKind
from nocs.settings import ROOT, Settings, load_settings
from tests.postbox import (
    Mailbox,
    Webhook,
    free_port,
    mail_server,
    mute_server,
    self_signed,
    web_server,
)
from tests.records import area, fail, publish
from tests.waiting import until

SECRETS = ("p4ss!word", "p4ss%21word", "s3cr3tpath", "t0ken-of-hook")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with web_server() as hook:
        yield hook


def settings(**values: str) -> Settings:
    return load_settings({f"NOCS_{name}": value for name, value in values.items()})


def postman(database: Database, values: Settings, attempt_seconds: float = 30) -> Postman:
    return Postman(database, values, "here", threading.Event(), attempt_seconds)


@pytest.fixture(scope="module")
def sender() -> Iterator[Sender]:
    """One process that sends, for all tests that do not end it."""
    with Sender(settings()) as sender:
        yield sender


Deliver = Callable[[Settings], int]


@pytest.fixture
def deliver(database: Database, sender: Sender) -> Deliver:
    """Send what is due, as a postman does each time he wakes."""
    return lambda values: postman(database, values).deliver_with(sender)


def mail_url(port: int, to: str = "") -> str:
    people = f"&to={to}" if to else ""
    return f"mailto://nocs:p4ss%21word@127.0.0.1:{port}?from=nocs@example.com&mode=insecure{people}"


def rows(database: Database) -> list[tuple[str, str, int, str]]:
    with database.reading() as connection:
        found = connection.execute(
            text("SELECT target, status, attempts, error FROM nocs_delivery ORDER BY id")
        )
        return [(r.target, r.status, r.attempts, r.error) for r in found]


def make_due(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE nocs_delivery SET next_try_at = now()"))


def put(database: Database, values: Settings, kind: Kind, key: str = "k") -> None:
    message = Message(
        kind=kind,
        key=key,
        content=Content(title="Title", text="Net: −₹ 2,61,36,044.55\nA *b* <c> $d"),
        patience=timedelta(hours=1),
    )
    targets = [address.name for address in addresses(values, kind)]
    with database.transaction() as connection:
        outbox.put(connection, message, targets, datetime.now(UTC))


def test_an_alert_reaches_mail_and_a_web_address(
    database: Database, deliver: Deliver, mailbox: Mailbox, hook: Webhook
) -> None:
    urls = f"{mail_url(mailbox.port, 'asha@example.com')} json://127.0.0.1:{hook.port}/s3cr3tpath"
    values = settings(ALERT_URLS=urls, PUBLIC_URL="https://nocs.example.com")
    fail(database, "ORA-12514")
    fail(database, "ORA-12514")
    assert Watcher(database, values).look() == 1
    assert deliver(values) == 2
    (mail,) = mailbox.mails
    assert mailbox.logins == [("nocs", "p4ss!word")]
    assert mail["Subject"] == "[Demo data] NOCS alert: The refresh fails"
    assert mail["To"] == "asha@example.com" and "nocs@example.com" in mail["From"]
    body = mail.get_content()
    assert "Last reason: ORA-12514" in body and "https://nocs.example.com" in body
    assert "made-up figures" in body
    assert hook.titles == [mail["Subject"]] and "ORA-12514" in hook.texts[0]
    assert {status for _, status, _, _ in rows(database)} == {"sent"}
    assert deliver(values) == 0


@pytest.fixture
def snapshot(database: Database) -> Snapshot:
    publish(
        database,
        area("001", "224703188.91", "-250839233.46", name="Adabor"),
        area("002", "100.00", "0.00", name="=1+1 <b>"),
        as_of=datetime.now(UTC),
        source=SourceKind.DEMO,
    )
    with database.reading() as connection:
        snapshot = balances.read_snapshot(connection)
    assert snapshot is not None
    return snapshot


def test_the_report_is_a_workbook_with_the_cards_as_html_and_as_text(
    database: Database, deliver: Deliver, mailbox: Mailbox, snapshot: Snapshot
) -> None:
    values = settings(
        REPORT_MAIL_URL=mail_url(mailbox.port),
        REPORT_TO="asha@example.com, rafi@example.com",
        REPORT_AT="daily 08:00",
        PUBLIC_URL="https://nocs.example.com",
    )
    now = datetime.now(UTC)
    message = report.message(snapshot, values, slot=now, now=now)
    with database.transaction() as connection:
        assert outbox.put(connection, message, ["asha@example.com", "rafi@example.com"], now)
        assert not outbox.put(connection, message, ["asha@example.com"], now)
    assert deliver(values) == 2
    assert sorted(mailbox.readers) == ["asha@example.com", "rafi@example.com"]
    for mail in mailbox.mails:
        assert mail["Subject"].startswith("[Demo data] NOCS balance summary, ")
        plain, html = (mail.get_body((form,)) for form in ("plain", "html"))
        assert plain is not None and html is not None
        for part in (plain.get_content(), html.get_content()):
            for figure in ("+₹ 22,47,03,288.91", "−₹ 25,08,39,233.46", "−₹ 2,61,35,944.55"):
                assert figure in part
            assert "overall due" in part and "https://nocs.example.com" in part
            assert "made-up figures" in part
        assert "<" not in plain.get_content()
        (file,) = mail.iter_attachments()
        assert file.get_filename() == message.content.file_name
        content = file.get_content()
        assert content == message.content.file
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert book.sheetnames[0] == "Summary"
    with database.transaction() as connection:
        outbox.forget_old(connection, now)
        assert connection.execute(text("SELECT count(file) FROM nocs_message")).scalar() == 0


def test_one_refused_mailbox_is_tried_again_and_nobody_gets_two(
    database: Database, deliver: Deliver, mailbox: Mailbox
) -> None:
    values = settings(ALERT_URLS=mail_url(mailbox.port, "asha@example.com,rafi@example.com"))
    mailbox.refused.add("rafi@example.com")
    put(database, values, Kind.ALERT)
    assert deliver(values) == 2
    (asha, rafi) = rows(database)
    assert asha[1:3] == ("sent", 1) and rafi[1:3] == ("waiting", 1)
    assert "mailbox busy" in rafi[3]
    assert deliver(values) == 0  # not before its pause
    mailbox.refused.clear()
    make_due(database)
    assert deliver(values) == 1
    assert mailbox.readers == ["asha@example.com", "rafi@example.com"]


def test_a_wrong_password_and_a_closed_port_are_told_without_any_secret(
    database: Database, deliver: Deliver, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    closed = free_port()
    urls = (
        f"mailto://nocs:t0ken-of-hook@127.0.0.1:{mailbox.port}"  # no secret
        "?from=a@example.com&mode=insecure\n"
        f"json://nocs:p4ss%21word@127.0.0.1:{closed}/s3cr3tpath?+Auth=t0ken-of-hook"
    )
    values = settings(ALERT_URLS=urls)
    put(database, values, Kind.ALERT)
    deliver(values)
    (mail, web) = rows(database)
    assert mail[1] == web[1] == "waiting"
    assert "535" in mail[3] and "refused" in web[3] and str(closed) in web[3]
    for secret in SECRETS:
        assert secret not in caplog.text + mail[3] + web[3] + repr(values)


def test_a_delivery_is_given_up_aloud_and_the_other_address_learns_of_it(
    database: Database, deliver: Deliver, hook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    urls = f"json://127.0.0.1:{free_port()}/a json://127.0.0.1:{hook.port}/b"
    values = settings(ALERT_URLS=urls)
    put(database, values, Kind.ALERT)
    with database.transaction() as connection:
        connection.execute(text("UPDATE nocs_message SET give_up_at = now() + interval '20 s'"))
    deliver(values)
    assert [row[1] for row in rows(database)] == ["failed", "sent"]
    assert "Not sent, failed" in caplog.text
    watcher = Watcher(database, values)
    assert watcher.look() == 1
    deliver(values)
    assert "The alert to 1 (json) is failed after 1 try" in hook.texts[-1]
    assert watcher.look() == 0


def test_a_server_that_drips_for_ever_holds_up_neither_the_look_nor_the_next_message(
    database: Database, hook: Webhook
) -> None:
    with mute_server() as port:
        values = settings(
            ALERT_URLS=mail_url(port, "asha@example.com"),
            SUMMARY_URLS=f"json://127.0.0.1:{hook.port}/",
        )
        put(database, values, Kind.ALERT)
        put(database, values, Kind.SUMMARY)
        sender = postman(database, values, attempt_seconds=3)
        worker = threading.Thread(target=sender.deliver_due)
        worker.start()
        until(lambda: rows(database)[0][1] == "sending", "the attempt")
        began = time.monotonic()
        Watcher(database, values).look()
        assert time.monotonic() - began < 2
        worker.join(30)
        assert not worker.is_alive()
    (mail, web) = rows(database)
    assert mail[1] == "waiting" and mail[3] == "no answer within 3 s"
    assert web[1] == "sent" and len(hook.got) == 1


def test_a_stop_cuts_a_hanging_attempt_short_and_leaves_it_in_doubt(database: Database) -> None:
    with mute_server() as port:
        values = settings(ALERT_URLS=mail_url(port, "asha@example.com"))
        put(database, values, Kind.ALERT)
        stop = threading.Event()
        sender = Postman(database, values, "here", stop)
        sender.start()
        until(lambda: rows(database)[0][1] == "sending", "the attempt")
        stop.set()
        sender.wake()
        sender.join(20)
        assert not sender.is_alive()
    assert rows(database)[0][1] == "doubtful"


def test_an_alert_whose_scheduler_died_while_sending_is_not_sent_twice_but_reminded_of(
    database: Database, deliver: Deliver, hook: Webhook
) -> None:
    values = settings(ALERT_URLS=f"json://127.0.0.1:{hook.port}/", NUMBER_GROUPING="indian")
    fail(database, "no")
    fail(database, "no")
    now = datetime.now(UTC)
    watcher = Watcher(database, values)
    assert watcher.look(now) == 1
    with database.transaction() as connection:
        assert outbox.claim(connection, "one that dies here", now)
    assert watcher.look(now + outbox.CLAIM_LASTS) == 0
    assert deliver(values) == 0
    assert watcher.look(now + outbox.CLAIM_LASTS + timedelta(seconds=1)) == 2
    assert rows(database)[0][1] == "doubtful"
    make_due(database)
    assert deliver(values) == 2
    assert sorted(hook.titles) == [
        "[Demo data] NOCS alert: A message was not delivered",
        "[Demo data] NOCS reminder: The refresh fails",
    ]


def test_several_postmen_send_each_message_once(database: Database, hook: Webhook) -> None:
    values = settings(SUMMARY_URLS=f"json://127.0.0.1:{hook.port}/")
    for number in range(12):
        put(database, values, Kind.SUMMARY, f"run {number}")
    workers = [threading.Thread(target=postman(database, values).deliver_due) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(hook.got) == 12
    assert {row[1:3] for row in rows(database)} == {("sent", 1)}


def test_the_pause_between_tries_doubles_up_to_a_cap(database: Database) -> None:
    values = settings(SUMMARY_URLS="json://127.0.0.1:9/")
    put(database, values, Kind.SUMMARY)
    with database.transaction() as connection:
        connection.execute(text("UPDATE nocs_message SET give_up_at = now() + interval '9 days'"))
    now, pauses = datetime.now(UTC) + timedelta(seconds=1), []
    for _ in range(9):
        with database.transaction() as connection:
            delivery = outbox.claim(connection, "here", now)
            assert delivery is not None
            outbox.finish(connection, delivery, Outcome(False, "no"), now)
            next_try: datetime = connection.execute(
                text("SELECT next_try_at FROM nocs_delivery")
            ).scalar_one()
        pauses.append((next_try - now).total_seconds())
        now = next_try
    assert pauses == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]


def test_each_published_run_pings_the_dead_mans_switch_once_and_a_failure_is_only_logged(
    database: Database, deliver: Deliver, hook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    values = settings(PING_URL=f"http://127.0.0.1:{hook.port}/s3cr3tpath")
    watcher = Watcher(database, values)
    fail(database, "no")
    assert watcher.look() == 0
    publish(database, area(), as_of=datetime.now(UTC))
    assert watcher.look() == 1 and watcher.look() == 0
    deliver(values)
    assert hook.got == [("GET", "/s3cr3tpath", None)]
    hook.status = 500
    publish(database, area(), as_of=datetime.now(UTC))
    watcher.look()
    deliver(values)
    assert len(hook.got) == 2
    assert rows(database)[-1][1] == "failed"
    assert "The dead man's switch was not reached: HTTPError: HTTP Error 500" in caplog.text
    assert "s3cr3tpath" not in caplog.text
    make_due(database)
    assert deliver(values) == 0 and watcher.look() == 0


def test_teams_gets_a_list_with_a_link_and_data_that_do_not_act_as_markup(
    tmp_path: Path, sender: Sender
) -> None:
    content = Content(title="NOCS", text="Area *A* <b> [x](y)\nhttps://nocs.example.com")
    with web_server(self_signed(tmp_path)) as hook:
        url = f"workflows://127.0.0.1:{hook.port}/w0rkflow/s1gnature?verify=no"
        outcome = sender.send(Address("1", url), content)
        assert outcome.is_sent, outcome.error
    ((method, path, body),) = hook.got
    assert method == "POST" and "w0rkflow" in path
    shown = str(body)
    assert "[https://nocs.example.com](https://nocs.example.com)" in shown
    assert r"- Area \\*A\\* \\<b\\> \\[x\\]\\(y\\)" in shown


def test_markdown_shows_every_line_and_every_sign_as_typed() -> None:
    assert as_markdown("a_b\n\nDue: −₹ 5.00 (2)\nhttps://x.example/?a=1") == (
        "- a\\_b\n- Due: −₹ 5\\.00 \\(2\\)\n\n[https://x.example/?a=1](https://x.example/?a=1)"
    )


def test_mails_to_several_people_are_one_each_and_the_rest_of_the_address_stays() -> None:
    url = "mailtos://u:p%40w@smtp.example.com:465/zia@example.com?+X-A=b&to=asha@example.com,r@x.org&cc=c@x.org"
    found = addresses(settings(ALERT_URLS=f"{url}, slack://A/B/C"), Kind.ALERT)
    assert [address.name for address in found] == [
        "1 (mailtos zia@example.com)",
        "1 (mailtos asha@example.com)",
        "1 (mailtos r@x.org)",
        "2 (slack)",
    ]
    assert found[1].url == (
        "mailtos://u:p%40w@smtp.example.com:465?+X-A=b&cc=c@x.org&to=asha@example.com"
    )
    assert "p%40w" not in repr(found)


@pytest.mark.parametrize(
    ("url", "told", "is_shown_as"),
    [
        ("slack://T0KEN1/T0KEN2/T0KEN3", "no T0KEN1 of T0KEN3", "no *** of ***"),
        ("mailto://u:p4ss@smtp.example.com", "p4ss at smtp.example.com", "*** at smtp.example.com"),
        ("json://h.example/a%20bcd?x=1234", "/a bcd /a%20bcd 1234", "/*** /*** ***"),
    ],
)
def test_an_error_shows_no_part_of_an_address_that_may_be_secret(
    url: str, told: str, is_shown_as: str
) -> None:
    assert without_secrets(told, url) == is_shown_as


@pytest.mark.parametrize(
    ("name", "url"),
    [("ALERT_URLS", "nonsense://t0ken-of-hook"), ("SUMMARY_URLS", "slack://t0ken-of-hook")],
)
def test_an_address_that_apprise_does_not_know_stops_the_start(name: str, url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        require_addresses(settings(**{name: url}))
    assert str(caught.value).startswith(f"NOCS_{name}: address 1 ({url.split(':', maxsplit=1)[0]})")
    assert "t0ken-of-hook" not in str(caught.value)


def test_the_addresses_that_the_readme_shows_are_known_to_apprise(sender: Sender) -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Alerts, summary")[1]
    examples = section.split("```")[1]
    found = addresses(settings(ALERT_URLS=examples), Kind.ALERT)
    assert [address.name for address in found] == [
        "1 (mailtos asha@example.com)", "1 (mailtos rafi@example.com)", "2 (workflows)",
        "3 (slack)",
    ]  # fmt: skip
    assert [sender.check(address) for address in found] == [Outcome(True)] * 4


def test_the_settings_that_the_readme_shows_are_accepted(
    tmp_path: Path,
) -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Alerts, summary")[1]
    lines = [line for line in section.split("```")[3].splitlines() if line]
    values = {}
    for line in lines:
        (word,) = shlex.split(line, comments=True)[1:]
        name, _, value = word.partition("=")
        file = tmp_path / name
        file.write_text("json://h.example/", encoding="utf-8")
        values[name] = str(file) if name.endswith("_FILE") else value
    found = load_settings(values)
    assert found.require_whole_report() and len(lines) == 10
    assert all(addresses(found, kind) for kind in Kind)


def test_the_child_that_sends_dies_with_its_input_and_holds_no_setting() -> None:
    with Sender(settings()) as sender:
        assert sender.check(Address("1", "json://127.0.0.1/")).is_sent
        child = sender._child
        assert child is not None and child.poll() is None
    assert child.poll() == 0
