"""The ways in which utilities reach Oracle: alias, standby, TLS with a wallet, thick mode.

Of thick mode only the refusal can be tried: it needs Oracle's own client libraries.
"""

import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from nocs.cache.database import Database
from nocs.errors import SettingsError
from nocs.model import RunStatus
from nocs.refresh import retry
from nocs.settings import load_settings
from nocs.source.order import make_job
from tests.oracle import environment_for, refresh, settings_for
from tests.wire import OracleWire
from tests.wire.tls import Authority, Terminator

WALLET_PASSWORD = "wallet-7"


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 0.05)


def descriptor(*ports: int, service: str = "CCB", protocol: str = "tcp") -> str:
    addresses = "".join(
        f"(ADDRESS=(PROTOCOL={protocol})(HOST=127.0.0.1)(PORT={port}))" for port in ports
    )
    return f"(DESCRIPTION={addresses}(CONNECT_DATA=(SERVICE_NAME={service})))"


@pytest.fixture
def closed() -> int:
    """A port where nobody listens: the primary that is down."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def config_dir(tmp_path: Path, wire: OracleWire) -> Path:
    text = f"CCB_PROD =\n  {descriptor(wire.port)}\n"
    (tmp_path / "tnsnames.ora").write_text(text, encoding="utf-8")
    return tmp_path


def succeeds(database: Database, wire: OracleWire, **changed: str) -> None:
    run = refresh(database, settings_for(wire, **changed))
    assert run.status is RunStatus.SUCCEEDED, run.error
    assert run.attempt == 1


def test_a_full_descriptor(database: Database, wire: OracleWire) -> None:
    succeeds(database, wire, NOCS_ORACLE_DSN=descriptor(wire.port))


def test_a_standby_is_reached_when_the_first_address_is_down(
    database: Database, wire: OracleWire, closed: int
) -> None:
    succeeds(database, wire, NOCS_ORACLE_DSN=descriptor(closed, wire.port))


def test_several_addresses_in_an_ezconnect_string(
    database: Database, wire: OracleWire, closed: int
) -> None:
    dsn = f"127.0.0.1:{closed},127.0.0.1:{wire.port}/CCB"
    succeeds(database, wire, NOCS_ORACLE_DSN=dsn)


def test_an_alias_of_tnsnames(database: Database, wire: OracleWire, config_dir: Path) -> None:
    succeeds(database, wire, NOCS_ORACLE_DSN="ccb_prod", NOCS_ORACLE_CONFIG_DIR=str(config_dir))


@pytest.mark.parametrize(
    ("dsn", "folder", "code", "remedy"),
    [
        ("ccb_test", "{}", "DPY-4000", "does not hold"),
        ("ccb_prod", "{}/none", "DPY-4026", "must hold tnsnames.ora"),
        ("ccb_prod", "", "DPY-4027", "set NOCS_ORACLE_CONFIG_DIR"),
    ],
)
def test_an_alias_that_cannot_be_found_is_not_tried_again(
    database: Database,
    wire: OracleWire,
    config_dir: Path,
    dsn: str,
    folder: str,
    code: str,
    remedy: str,
) -> None:
    place = {"NOCS_ORACLE_CONFIG_DIR": folder.format(config_dir)} if folder else {}
    run = refresh(database, settings_for(wire, NOCS_ORACLE_DSN=dsn, **place))
    assert (run.status, run.error_code, run.attempt) == (RunStatus.FAILED, code, 1)
    assert remedy in run.error


def test_a_dsn_with_a_password_in_it_is_refused_without_showing_it() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environment_for("nocs/hunter2@db:1521/CCB"))
    assert "NOCS_ORACLE_DSN: must not hold user and password" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_password_and_a_wallet_password_may_come_from_files(
    database: Database, wire: OracleWire, tmp_path: Path
) -> None:
    environment = environment_for(wire.dsn)
    for name in ("NOCS_ORACLE_PASSWORD", "NOCS_ORACLE_WALLET_PASSWORD"):
        file = tmp_path / name
        file.write_text(environment.pop(name, WALLET_PASSWORD) + "\n", encoding="utf-8")
        environment[f"{name}_FILE"] = str(file)
    settings = load_settings(environment)
    job = make_job(settings, "")
    assert job.connection.wallet_password == WALLET_PASSWORD
    for secret in (job.password, WALLET_PASSWORD):
        assert secret not in repr(job) + repr(settings)
    assert refresh(database, settings).status is RunStatus.SUCCEEDED


def test_a_quiet_connection_is_probed_as_often_as_the_setting_says(
    database: Database, wire: OracleWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    import oracledb

    from nocs.source import oracle

    seen: dict[str, object] = {}
    connect = oracledb.connect

    def watched(**arguments: object) -> oracledb.Connection:
        seen.update(arguments)
        return connect(**arguments)

    monkeypatch.setattr(oracledb, "connect", watched)
    settings = settings_for(wire, NOCS_ORACLE_EXPIRE_TIME_MINUTES="3")
    oracle.ask(make_job(settings, ""), lambda _: None, lambda _: None)
    assert seen["expire_time"] == 3
    assert seen["tcp_connect_timeout"] == 20


def test_a_folder_without_a_client_ends_in_one_clear_line(
    database: Database, wire: OracleWire, tmp_path: Path
) -> None:
    children = set(psutil.Process().children())
    run = refresh(database, settings_for(wire, NOCS_ORACLE_CLIENT_DIR=str(tmp_path)))
    assert (run.status, run.error_code, run.attempt) == (RunStatus.FAILED, "DPI-1047", 1)
    assert "NOCS_ORACLE_CLIENT_DIR must be the folder of Oracle Instant Client" in run.error
    assert str(tmp_path) in run.error and "\n" not in run.error
    assert wire.sessions == []  # the mode is chosen before the first connection
    assert set(psutil.Process().children()) == children


# TLS


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path)


@pytest.fixture
def tls(wire: OracleWire, authority: Authority) -> Iterator[Terminator]:
    terminator = Terminator(wire.port, authority.server_context("localhost"))
    yield terminator
    terminator.stop()


def test_tls_with_a_wallet_that_holds_the_authority(
    database: Database, wire: OracleWire, tls: Terminator, authority: Authority
) -> None:
    succeeds(
        database,
        wire,
        NOCS_ORACLE_DSN=f"tcps://localhost:{tls.port}/CCB",
        NOCS_ORACLE_WALLET_DIR=str(authority.wallet()),
    )


def test_tls_with_a_client_certificate_under_a_password(
    database: Database, wire: OracleWire, tls: Terminator, authority: Authority
) -> None:
    tls.demand_certificates()
    succeeds(
        database,
        wire,
        NOCS_ORACLE_DSN=f"tcps://localhost:{tls.port}/CCB",
        NOCS_ORACLE_WALLET_DIR=str(authority.wallet("nocs", password=WALLET_PASSWORD)),
        NOCS_ORACLE_WALLET_PASSWORD=WALLET_PASSWORD,
    )


@pytest.mark.parametrize("wallet", ["none", "of another authority", "without ewallet.pem"])
def test_tls_with_a_server_that_the_wallet_does_not_know_is_refused(
    database: Database,
    wire: OracleWire,
    tls: Terminator,
    tmp_path: Path,
    wallet: str,
) -> None:
    place = {}
    if wallet == "of another authority":
        other = Authority.make(tmp_path, "Other CA")
        place = {"NOCS_ORACLE_WALLET_DIR": str(other.wallet())}
    elif wallet == "without ewallet.pem":
        place = {"NOCS_ORACLE_WALLET_DIR": str(tmp_path)}
    settings = settings_for(
        wire,
        NOCS_ORACLE_DSN=f"tcps://localhost:{tls.port}/CCB",
        NOCS_REFRESH_ATTEMPTS="1",
        **place,
    )
    run = refresh(database, settings)
    assert run.status is RunStatus.FAILED
    assert "wallet" in run.error.casefold() and wire.sessions == []


def test_tls_with_a_server_of_another_name_is_refused(
    database: Database, wire: OracleWire, tls: Terminator, authority: Authority
) -> None:
    settings = settings_for(
        wire,
        NOCS_ORACLE_DSN=f"tcps://127.0.0.1:{tls.port}/CCB",
        NOCS_ORACLE_WALLET_DIR=str(authority.wallet()),
    )
    run = refresh(database, settings)
    assert run.status is RunStatus.FAILED
    assert run.error_code == "DPY-6006" and "certificate" in run.error
    assert wire.sessions == []


@pytest.mark.parametrize("password", ["", "not-it"])
def test_tls_with_a_wallet_that_stays_locked_is_refused_and_asks_nobody(
    database: Database, wire: OracleWire, tls: Terminator, authority: Authority, password: str
) -> None:
    tls.demand_certificates()
    settings = settings_for(
        wire,
        NOCS_ORACLE_DSN=f"tcps://localhost:{tls.port}/CCB",
        NOCS_ORACLE_WALLET_DIR=str(authority.wallet("nocs", password=WALLET_PASSWORD)),
        NOCS_ORACLE_WALLET_PASSWORD=password,
        NOCS_REFRESH_ATTEMPTS="1",
    )
    run = refresh(database, settings)
    assert run.status is RunStatus.FAILED and wire.sessions == []
    assert "wallet" in run.error and "not-it" not in run.error
