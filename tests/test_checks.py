"""The checks of `make check` that are this project's own: they find what they are for."""

import importlib.util
import json
from types import ModuleType

import pytest

from nocs.settings import ROOT


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


secrets, packages = load("find_secrets"), load("audit_packages")
RANDOM = "Zx9" + "Qw7Lk2Vb8Nm4Ty6Rp1"  # in two parts, or the check would find this file


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "private key"),
        ("key = AKIA" + "ABCDEFGHIJKLMNOP", "cloud or forge token"),
        ("TOKEN=nocs_" + "a1" * 21 + "b", "token of this API"),
        (f"postgresql://nocs:{RANDOM}@db/nocs", "password in an address"),
        (f'client_secret = "{RANDOM}"', "secret in a setting"),
        (f'"oracle_password": "{RANDOM}"', "secret in a setting"),
    ],
)
def test_a_secret_is_found_and_not_repeated(
    line: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(secrets.secrets_in(f"first\n{line}\n")) == [(2, form)]
    assert RANDOM not in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        "postgresql://nocs:password@db.example:5432/nocs",
        "postgresql://u:hunter2@db/nocs",
        'f"postgresql://{user}:{password}@{host}"',
        'password = os.environ["DB_PASSWORD"]',
        'client_secret = ""',
        'token_name = "finance-robot-of-dpdc"',
        f'secret = "{RANDOM}"  # no secret',
    ],
)
def test_what_only_looks_like_a_secret_is_let_through(line: str) -> None:
    assert list(secrets.secrets_in(line)) == []


def test_the_kept_files_hold_no_secret() -> None:
    assert secrets.main() == 0


def answer(**package: object) -> str:
    clean = {"name": "a", "version": "1", "vulns": []}
    return json.dumps({"dependencies": [clean, {"name": "b", "version": "2", **package}]})


def test_a_vulnerable_package_fails_with_what_mends_it(capsys: pytest.CaptureFixture[str]) -> None:
    fault = {"id": "CVE-2026-1", "fix_versions": ["2.1"]}
    assert packages.judge(answer(vulns=[fault]), "") == 1
    assert "b 2: CVE-2026-1, fixed in 2.1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "errors"),
    [("", "requests.exceptions.ConnectionError: no network"), (answer(skip_reason="x"), "")],
)
def test_without_a_network_it_says_so_and_does_not_fail(
    text: str, errors: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert packages.judge(text, errors) == 0
    assert "NOT audited" in capsys.readouterr().err


def test_a_clean_answer_holds_for_a_day(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stamp = packages.Path(str(tmp_path)) / "stamp"
    monkeypatch.setattr(packages, "STAMP", stamp)
    assert not packages._is_recent()
    assert packages.judge(answer(vulns=[]), "") == 0
    assert "2 packages, none known" in capsys.readouterr().out
    assert packages._is_recent()
    day_later = stamp.stat().st_mtime + packages.DAY_SECONDS
    monkeypatch.setattr(packages.time, "time", lambda: day_later)
    assert not packages._is_recent()
