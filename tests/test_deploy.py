"""What an operator copies from deploy/, each checked by the program that will read it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from nocs.settings import PREFIX, ROOT, Settings
from tests.browser.conftest import free_port
from tests.browser.nginx import main_file
from tests.tools import tool

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSURE = 20  # tenths, as systemd-analyze counts them: "OK" begins at 4.9
COMPOSE = DEPLOY / "container" / "compose.yaml"
CONTAINERFILE = DEPLOY / "container" / "Containerfile"


def run(*command: str | Path, **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(part) for part in command], check=False, capture_output=True, text=True, **options
    )


@pytest.fixture
def units(tmp_path: Path) -> dict[str, Path]:
    """The units with their program at a place where it is."""
    program = tmp_path / "nocs"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/nocs/.venv/bin/nocs", str(program))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    return {unit.name: tmp_path / unit.name for unit in UNITS}


@pytest.mark.parametrize("name", [unit.name for unit in UNITS])
def test_systemd_accepts_the_unit_without_a_word(units: dict[str, Path], name: str) -> None:
    done = run(tool("systemd-analyze", package="systemd"), "verify", "--man=no", units[name])
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_systemd_refuses_a_unit_with_a_mistake(units: dict[str, Path]) -> None:
    unit = units["nocs-scheduler.service"]
    unit.write_text(unit.read_text(encoding="utf-8").replace("ExecStart=", "ExecStat="), "utf-8")
    done = run(tool("systemd-analyze", package="systemd"), "verify", "--man=no", unit)
    assert "ExecStat" in done.stderr


@pytest.mark.parametrize("name", [unit.name for unit in UNITS])
def test_the_unit_may_do_little(units: dict[str, Path], name: str) -> None:
    done = run(
        tool("systemd-analyze", package="systemd"),
        *("security", "--offline=true", f"--threshold={MOST_EXPOSURE}", units[name]),
    )
    assert done.returncode == 0, done.stdout
    assert "Overall exposure level" in done.stdout


def test_secrets_reach_the_units_as_credentials_and_each_its_own() -> None:
    texts = {unit.name: unit.read_text(encoding="utf-8") for unit in UNITS}
    loaded = {name: set(re.findall(r"LoadCredential=(\w+):", text)) for name, text in texts.items()}
    named = {name: set(re.findall(r"_FILE=%d/(\w+)", text)) for name, text in texts.items()}
    assert loaded == named
    holders = {name for name in loaded if "oracle_password" in loaded[name]}
    assert holders == {"nocs-scheduler.service"}
    urls = [re.findall(r"LoadCredential=database_url:(\S+)", text) for text in texts.values()]
    assert len({path for paths in urls for path in paths}) == len(UNITS)


def test_every_setting_named_in_deploy_is_one() -> None:
    places = [path for path in DEPLOY.rglob("*") if path.is_file()]
    named = {
        name
        for path in places
        for name in re.findall(rf"\b{PREFIX}([A-Z][A-Z_]+)", path.read_text(encoding="utf-8"))
    }
    assert "DATABASE_URL_FILE" in named
    fields = {field.upper() for field in Settings.model_fields}
    assert {name.removesuffix("_FILE") for name in named} - fields == set()


def test_the_commands_of_units_and_containers_exist() -> None:
    texts = "\n".join(unit.read_text(encoding="utf-8") for unit in UNITS)
    commands = set(re.findall(r"/bin/nocs (\w+)", texts))
    commands |= {service["command"][0] for service in composed().values() if "command" in service}
    assert commands == {"scheduler", "serve", "migrate"}
    for command in commands:
        assert run(sys.executable, "-m", "nocs.cli", command, "--help", cwd=ROOT).returncode == 0


def test_nginx_accepts_its_configuration_without_a_word(tmp_path: Path) -> None:
    nginx = tool("nginx", package="nginx-light")
    ports = {name: str(free_port()) for name in ("443", "80", "8501", "8502", "8503")}
    done = run(nginx, "-t", "-q", "-c", main_file(tmp_path, ports))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_compose_file_keeps_to_its_schema(tmp_path: Path) -> None:
    compose = tool("docker-compose", package="docker-compose")
    for files in (("compose.yaml",), ("compose.yaml", "compose.oracle.yaml")):
        options = [part for name in files for part in ("-f", COMPOSE.with_name(name))]
        assert (done := run(compose, *options, "config", "--quiet")).returncode == 0, done.stderr
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(COMPOSE.read_text("utf-8").replace("healthcheck:", "healthchek:"), "utf-8")
    refused = run(compose, "-f", wrong, "config", "--quiet")
    assert refused.returncode != 0 and "healthchek" in refused.stderr


def composed() -> dict[str, dict[str, object]]:
    services: dict[str, dict[str, object]] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    return services


def test_every_container_is_closed_and_every_service_is_watched() -> None:
    services = composed()
    assert set(services) == {"postgres", "migrate", "scheduler", "dashboard"}
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "healthcheck" in service or service["restart"] == "no", name
    assert services["postgres"]["user"] == "postgres"
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8501:8501"]


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Containerfile, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", CONTAINERFILE.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


@pytest.fixture
def image(tmp_path: Path) -> Iterator[Path]:
    """The files of the project that the Containerfile copies, and no others."""
    for word, rest in instructions():
        if word != "COPY" or rest.startswith("--from"):
            continue
        *sources, target = rest.split()
        for source in sources:
            place = tmp_path / target / (Path(source).name if target.endswith("/") else "")
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place)
            else:
                shutil.copy(ROOT / source, place)
    yield tmp_path


def test_the_image_ends_as_an_ordinary_user() -> None:
    assert {word for word, _ in instructions()} <= {
        "FROM", "WORKDIR", "ENV", "RUN", "COPY", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    assert [rest for word, rest in instructions() if word == "USER"] == ["nocs"]
    for word, rest in instructions():
        if word in ("ENTRYPOINT", "CMD"):
            assert all(isinstance(part, str) for part in json.loads(rest))


def test_the_files_of_the_image_are_enough_to_migrate_and_to_serve(
    image: Path, database_url: str
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(image),
        "NOCS_DATABASE_URL": database_url,
        "NOCS_DEMO": "true",
        "NOCS_DEMO_CUSTOMERS": "1000",
        "NOCS_DATA_DIR": str(image / "data"),
    }
    for command in ("migrate", "refresh", "status"):
        done = run(sys.executable, "-m", "nocs.cli", command, cwd=image, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
    where = "import app, nocs; print(app.app is not None, nocs.__file__)"
    done = run(sys.executable, "-c", where, cwd=image, env=environment)
    assert done.stdout.split() == ["True", str(image / "nocs" / "__init__.py")], done.stderr


def test_logrotate_turns_the_log_of_the_embedded_server_over(tmp_path: Path) -> None:
    logrotate = tool("logrotate", package="logrotate")
    log = tmp_path / "server.log"
    log.write_text("a line\n", encoding="utf-8")
    text = (DEPLOY / "logrotate" / "nocs").read_text(encoding="utf-8")
    assert "/var/lib/nocs/postgres/server.log {" in text
    text = text.replace("/var/lib/nocs/postgres/server.log", str(log))
    text = text.replace("    su nobody nogroup\n", "    su root root\n" if not os.geteuid() else "")
    rules = tmp_path / "nocs"
    rules.write_text(text, encoding="utf-8")
    rules.chmod(0o644)
    done = run(logrotate, "--force", "--state", tmp_path / "state", rules)
    assert (done.returncode, done.stderr) == (0, "")
    assert log.read_text(encoding="utf-8") == ""
    assert (tmp_path / "server.log.1").read_text(encoding="utf-8") == "a line\n"


def test_postgresql_reads_every_line_of_the_pg_hba_example(postgres_url: str) -> None:
    example = (DEPLOY / "postgres" / "pg_hba.conf.example").read_text(encoding="utf-8")
    example = re.sub("^hostssl", "host   ", example, flags=re.M)  # the embedded one has no TLS
    rules = [line for line in example.splitlines() if line and not line.startswith("#")]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        file = Path(connection.execute("SHOW hba_file").fetchone()[0])
        before = file.read_bytes()
        try:  # the view reads the file itself; what the server obeys is not touched
            file.write_text(example, encoding="utf-8")
            found = connection.execute(
                "SELECT type, user_name[1], auth_method, error FROM pg_hba_file_rules"
            ).fetchall()
        finally:
            file.write_bytes(before)
    assert [error for *_, error in found] == [None] * len(rules)
    assert [kind for kind, *_ in found] == [rule.split()[0] for rule in rules]
    assert found[-1][1:3] == ("all", "reject")
