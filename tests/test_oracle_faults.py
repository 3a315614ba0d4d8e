"""Every way in which Oracle can fail a refresh, through the real driver.

Each leaves the old figures, a run that says what happened and what to do, and the right retry.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import psycopg
import pytest

from nocs.cache.database import Database
from nocs.model import Run, RunStatus, Snapshot
from nocs.refresh import retry
from tests.oracle import (
    PASSWORD,
    USER,
    refresh,
    settings_for,
    small_ccb,
    snapshot_of,
)
from tests.records import area, publish
from tests.wire import Cut, OracleWire, OraError, Silent, Slow
from tests.wire.auth import Status


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 0.05)


@dataclass
class Kept:
    """A cache with figures in it, and the wire that they came from."""

    database: Database
    wire: OracleWire
    figures: Snapshot

    def refresh(self, **changed: str) -> Run:
        return refresh(self.database, settings_for(self.wire, **changed))

    def assert_failed(self, run: Run, code: str, *parts: str, tries: int) -> None:
        """It failed with the code, in words, after so many tries, and the old figures stand."""
        assert (run.status, run.error_code) == (RunStatus.FAILED, code), run.error
        for part in ("Oracle: ", code, "The figures of the last success are kept.", *parts):
            assert part in run.error
        assert "\n" not in run.error and PASSWORD not in run.error
        assert run.attempt == tries
        assert snapshot_of(self.database) == self.figures


@pytest.fixture
def kept(database: Database, wire: OracleWire) -> Kept:
    publish(database, area())
    return Kept(database, wire, snapshot_of(database))


# Reaching it


def test_a_port_where_nobody_listens(kept: Kept) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    run = kept.refresh(NOCS_ORACLE_DSN=f"127.0.0.1:{port}/CCB", NOCS_REFRESH_ATTEMPTS="2")
    kept.assert_failed(run, "DPY-6005", "Connection refused", "NOCS_ORACLE_DSN", tries=2)


@pytest.fixture
def unreachable() -> Iterator[int]:
    """A port that answers nothing at all, like that of a host that is off: its queue is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = []
        for _ in range(4):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(("127.0.0.1", port))
        yield port
        for one in waiting:
            one.close()


def test_a_host_that_does_not_answer_is_given_up_after_the_connect_timeout(
    kept: Kept, unreachable: int
) -> None:
    run = kept.refresh(
        NOCS_ORACLE_DSN=f"127.0.0.1:{unreachable}/CCB",
        NOCS_ORACLE_CONNECT_TIMEOUT_SECONDS="0.3",
        NOCS_REFRESH_ATTEMPTS="2",
    )
    kept.assert_failed(run, "DPY-6005", "timed out", "firewall", tries=2)


def test_a_listener_that_says_nothing_is_ended_at_the_deadline(kept: Kept) -> None:
    kept.wire.fail_with(Silent.ON_CONNECT)
    children = set(psutil.Process().children())
    run = kept.refresh(NOCS_REFRESH_DEADLINE_MINUTES="0.03")
    assert (run.status, run.error_code) == (RunStatus.FAILED, "deadline")
    assert "NOCS_REFRESH_DEADLINE_MINUTES" in run.error and "kept" in run.error
    assert set(psutil.Process().children()) == children
    assert snapshot_of(kept.database) == kept.figures


def test_a_service_that_the_listener_does_not_know(kept: Kept) -> None:
    run = kept.refresh(NOCS_ORACLE_DSN=f"127.0.0.1:{kept.wire.port}/ELSEWHERE")
    kept.assert_failed(run, "DPY-6001", "ELSEWHERE", "check the service", tries=1)


@pytest.mark.parametrize(
    ("dsn", "code"), [("(DESCRIPTION=(ADDRESS=", "DPY-2049"), ("(DESCRIPTION", "DPY-4017")]
)
def test_a_descriptor_that_is_none_is_not_tried_again(kept: Kept, dsn: str, code: str) -> None:
    run = kept.refresh(NOCS_ORACLE_DSN=dsn)
    kept.assert_failed(run, code, "Correct the descriptor", tries=1)


# Logging in (that the scheduler then rests is in test_rest)


def test_a_wrong_password_is_never_tried_again(kept: Kept) -> None:
    run = kept.refresh(NOCS_ORACLE_PASSWORD="not-it", NOCS_REFRESH_ATTEMPTS="5")
    kept.assert_failed(run, "ORA-01017", "NOCS_ORACLE_USER", "lock the account", tries=1)
    assert len(kept.wire.sessions) == 1
    assert "not-it" not in run.error


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        ("locked", "ORA-28000", "ask the DBA to unlock it"),
        ("expired", "ORA-28001", "have it changed"),
        ("without create session", "ORA-01045", "CREATE SESSION"),
    ],
)
def test_an_account_that_may_not_log_in_is_never_tried_again(
    kept: Kept, status: Status, code: str, remedy: str
) -> None:
    kept.wire.set_account(USER, status=status)
    run = kept.refresh(NOCS_REFRESH_ATTEMPTS="5")
    kept.assert_failed(run, code, remedy, tries=1)
    assert len(kept.wire.sessions) == 1


def test_a_password_about_to_expire_is_published_as_a_warning(kept: Kept) -> None:
    kept.wire.set_account(USER, status="expiring")
    run = kept.refresh()
    assert run.status is RunStatus.SUCCEEDED
    (warning,) = [text for text in run.warnings if "ORA-28002" in text]
    assert "will expire within 7 days" in warning and "NOCS_ORACLE_USER" in warning
    assert warning in snapshot_of(kept.database).run.warnings


# Asking


def test_a_table_that_is_missing(kept: Kept) -> None:
    run = kept.refresh(NOCS_ORACLE_SCHEMA="NOWHERE")
    kept.assert_failed(run, "ORA-00942", "NOCS_ORACLE_SCHEMA", tries=1)


def test_a_table_that_the_user_may_not_read(database: Database, cache_url: str) -> None:
    small_ccb(cache_url)
    with psycopg.connect(cache_url, autocommit=True) as admin:
        admin.execute("CREATE ROLE half_blind")
        admin.execute("GRANT USAGE ON SCHEMA cisadm TO half_blind")
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA cisadm TO half_blind")
        admin.execute("REVOKE SELECT ON cisadm.ci_ft FROM half_blind")
        with OracleWire(cache_url, {USER: PASSWORD}, "CCB", roles={USER: "half_blind"}) as wire:
            run = refresh(database, settings_for(wire))
        admin.execute("DROP OWNED BY half_blind")
        admin.execute("DROP ROLE half_blind")
    assert (run.status, run.error_code, run.attempt) == (RunStatus.FAILED, "ORA-00942", 1)
    assert "ci_ft" in run.error and "sql/source_grants.sql" in run.error


def test_a_privilege_that_is_missing(kept: Kept) -> None:
    kept.wire.fail_with(OraError(1031, "insufficient privileges"), sql="NOCS_CODE")
    kept.assert_failed(kept.refresh(), "ORA-01031", "READ", "source_grants", tries=1)


@pytest.mark.parametrize("attempts", ["1", "2", "5"])
def test_a_snapshot_too_old_is_tried_exactly_once_more(kept: Kept, attempts: str) -> None:
    rule = kept.wire.fail_with(OraError(1555, "snapshot too old"), sql="NOCS_CODE")
    run = kept.refresh(NOCS_REFRESH_ATTEMPTS=attempts)
    kept.assert_failed(run, "ORA-01555", "undo_retention", tries=2)
    assert rule.struck == 2


@pytest.mark.parametrize("attempts", ["1", "5"])
def test_a_snapshot_too_old_that_passes_is_published(kept: Kept, attempts: str) -> None:
    kept.wire.fail_with(OraError(1555, "snapshot too old"), sql="NOCS_CODE", on=1)
    run = kept.refresh(NOCS_REFRESH_ATTEMPTS=attempts)
    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 2)


def test_the_one_more_try_leaves_the_tries_of_another_fault_alone(kept: Kept) -> None:
    kept.wire.fail_with(OraError(1555, "snapshot too old"), sql="NOCS_CODE", on=1)
    kept.wire.fail_with(OraError(3172, "standby lags"), sql="NOCS_CODE", on=2)
    run = kept.refresh(NOCS_REFRESH_ATTEMPTS="2")
    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 3)


@pytest.mark.parametrize(
    "fault",
    [
        OraError(3172, "standby lags"),
        OraError(1034, "ORACLE not available"),
        Cut.BEFORE_FIRST_ROW,
        Cut.IN_A_ROW,
        Cut.AFTER_LAST_ROW,
    ],
)
def test_a_passing_fault_is_tried_again_and_then_publishes(
    kept: Kept, fault: OraError | Cut
) -> None:
    rule = kept.wire.fail_with(fault, sql="NOCS_CODE", on=1)
    run = kept.refresh()
    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 2)
    assert rule.struck == 1


@pytest.mark.parametrize(
    ("fault", "code", "remedy"),
    [
        (OraError(3172, "standby lags"), "ORA-03172", "The standby lags"),
        (Cut.AT_LOGIN, "DPY-4011", "The connection was cut"),
        (Cut.BEFORE_FIRST_ROW, "DPY-4011", "The connection was cut"),
        (Cut.IN_A_ROW, "DPY-4011", "The connection was cut"),
        (Cut.AFTER_LAST_ROW, "DPY-4011", "The connection was cut"),
    ],
)
def test_a_passing_fault_that_stays_fails_after_the_last_try(
    kept: Kept, fault: OraError | Cut, code: str, remedy: str
) -> None:
    rule = kept.wire.fail_with(fault, sql="" if fault is Cut.AT_LOGIN else "NOCS_CODE")
    run = kept.refresh(NOCS_REFRESH_ATTEMPTS="2")
    kept.assert_failed(run, code, remedy, tries=2)
    assert rule.struck == 2


def test_an_error_after_some_rows_publishes_none_of_them(kept: Kept) -> None:
    late = OraError(1555, "snapshot too old", after_rows=2)
    kept.wire.fail_with(late, sql="NOCS_CODE")
    kept.assert_failed(kept.refresh(), "ORA-01555", tries=2)


def test_a_query_beyond_the_call_timeout_is_cancelled_and_not_asked_again(kept: Kept) -> None:
    rule = kept.wire.fail_with(Slow(60), sql="NOCS_CODE")
    run = kept.refresh(NOCS_ORACLE_CALL_TIMEOUT_SECONDS="1")
    kept.assert_failed(run, "DPY-4024", "NOCS_ORACLE_CALL_TIMEOUT_SECONDS", tries=1)
    assert rule.struck == 1
    assert kept.wire.sessions[-1].breaks == 1


def test_a_fault_of_the_control_query_publishes_nothing(kept: Kept) -> None:
    kept.wire.fail_with(OraError(942, "table or view does not exist"), sql="UNASSIGNED_CUSTOMERS")
    kept.assert_failed(kept.refresh(), "ORA-00942", tries=1)
