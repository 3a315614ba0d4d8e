"""Commands about access: tokens with limits, and a dashboard that will not listen elsewhere."""

import os
import subprocess
import sys

import psycopg
import pytest

from nocs.cache import tokens
from nocs.cache.database import Database
from nocs.cache.tokens import Scope
from nocs.settings import ROOT
from tests.records import area, publish
from tests.test_commands import SECRET, assert_one_line, nocs


@pytest.fixture
def there(cache_url: str) -> dict[str, str]:
    return {"NOCS_DATABASE_URL": cache_url}


def test_a_token_is_made_with_scope_areas_and_an_end(
    there: dict[str, str], database: Database
) -> None:
    publish(database, area("001"), area("006"))
    made = nocs(
        *("token", "create", "--name", "office", "--scope", "refresh"),
        *("--area", "001", "--area", "006", "--expires", "90d"),
        **there,
    )
    assert made.returncode == 0, made.stderr
    with database.transaction() as connection:
        token = tokens.find(tokens.living(connection), made.stdout.strip())
    assert token and token.expires_at
    assert (token.name, token.scope, token.areas) == ("office", Scope.REFRESH, {"001", "006"})
    assert (token.expires_at - token.created_at).days in (89, 90)
    listed = nocs("token", "list", **there).stdout
    assert "refresh" in listed and "001 006" in listed and f"{token.expires_at:%Y-%m-%d}" in listed
    assert "last used never" in listed
    with database.transaction() as connection:
        tokens.note_use(connection, token.id)
        row = connection.exec_driver_sql("SELECT who, detail FROM nocs_audit").one()
    assert " at " in row.who and row.detail.startswith("office: scope refresh, areas 001, 006, for")
    assert "last used 20" in nocs("token", "list", **there).stdout


def test_a_token_may_live_for_ever_and_an_expired_one_is_listed_so(
    there: dict[str, str], database: Database, cache_url: str
) -> None:
    assert nocs("token", "create", "--name", "a", "--expires", "never", **there).returncode == 0
    assert "expires never" in nocs("token", "list", **there).stdout
    with psycopg.connect(cache_url) as connection:
        connection.execute("UPDATE nocs_api_token SET expires_at = now() - interval '1 s'")
    assert "expired" in nocs("token", "list", **there).stdout


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--scope", "write"),
        ("--expires", "90"),
        ("--expires", "0d"),
        ("--expires", "tomorrow"),
        ("--area", "999"),
        ("--name", " "),
    ],
)
def test_a_wrong_wish_for_a_token_is_one_line(
    there: dict[str, str], database: Database, option: str, value: str
) -> None:
    publish(database, area("001"))
    assert_one_line(nocs("token", "create", "--name", "x", option, value, **there), f"{option}: ")


def test_without_sign_in_neither_serve_nor_up_listens_elsewhere(there: dict[str, str]) -> None:
    for command in ("serve", "up"):
        done = nocs(command, **there, NOCS_HOST="0.0.0.0", NOCS_DEMO="true")
        assert_one_line(done, "NOCS_HOST", "loopback address only", "NOCS_ALLOW_ANONYMOUS=true")


def test_a_half_set_sign_in_stops_the_start_without_its_secret(there: dict[str, str]) -> None:
    done = nocs("serve", **there, NOCS_HOST="0.0.0.0", NOCS_OIDC_CLIENT_SECRET=SECRET)
    assert_one_line(done, "NOCS_OIDC_METADATA_URL is missing")


def test_streamlit_run_stops_as_well_when_it_is_to_listen_elsewhere(there: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0"],
        check=False, capture_output=True, text=True, timeout=60, cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **there},
    )  # fmt: skip
    assert done.returncode == 2
    assert "nocs: NOCS_HOST: without sign-in" in done.stderr and "Traceback" not in done.stderr
