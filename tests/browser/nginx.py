"""Three dashboards behind the nginx of deploy/nginx, on free ports of this machine.

The file itself is run; only its ports, addresses and folders are replaced. The access log also
tells which replica answered.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from nocs.settings import ROOT
from tests.browser.conftest import free_port
from tests.waiting import until

CONFIGURATION = ROOT / "deploy" / "nginx" / "nocs.conf"
BASE_PATH = "/nocs"


@dataclass(frozen=True)
class Site:
    """The address of the dashboard, of plain HTTP, and its replicas by port."""

    url: str
    plain_url: str
    folder: Path
    cache_url: str
    replicas: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, port: int) -> None:
        """Start the replica of a port."""
        self.replicas[port] = _start(
            [sys.executable, "-m", "nocs.cli", "serve", "--port", str(port)],
            self.folder / f"replica-{port}.log",
            {
                "NOCS_DATABASE_URL": self.cache_url,
                "NOCS_BASE_PATH": BASE_PATH,
                "NOCS_DATA_DIR": str(self.folder),
            },
        )

    def ready(self) -> None:
        """Wait until every replica listens."""
        for port, process in self.replicas.items():
            until(
                lambda port=port, process=process: _listens(port, process, self.folder),
                f"port {port}",
                seconds=60,
            )

    def answered_by(self) -> list[tuple[str, int]]:
        """Cookie and replica of every request so far that did not come from nginx's cache."""
        lines = (self.folder / "access.log").read_text(encoding="utf-8").splitlines()
        answers = [line.split("|") for line in lines]
        return [
            (cookie, int(replica.rpartition(":")[2]))
            for cookie, replica, *_ in answers
            if replica != "-"
        ]


def written(folder: Path, ports: dict[str, str]) -> str:
    """The text of deploy/nginx/nocs.conf with the places of this machine."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    places = {
        "listen 443 ssl": f"listen 127.0.0.1:{ports['443']} ssl",
        "listen 80;": f"listen 127.0.0.1:{ports['80']};",
        "fail_timeout=10s": "fail_timeout=1s",
        "/etc/nginx/tls": str(folder),
        "/var/cache/nginx/nocs": str(folder / "cache"),
        "/var/log/nginx/nocs.access.log": f"{folder}/access.log replicas",
        "/var/log/nginx": str(folder),
        **{f"127.0.0.1:{old}": f"127.0.0.1:{ports[old]}" for old in ("8501", "8502", "8503")},
    }
    for old, new in places.items():
        assert old in text, old
        text = text.replace(old, new)
    # The address of IPv6 is the same again, and not every machine that tests has one.
    return "\n".join(line for line in text.splitlines() if "listen [::]" not in line)


def main_file(folder: Path, ports: dict[str, str]) -> Path:
    """An nginx.conf of our own around it."""
    (folder / "nocs.conf").write_text(written(folder, ports), encoding="utf-8")
    _certificate(folder)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        ("user root;\n" if os.geteuid() == 0 else "")
        + f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        + "events { worker_connections 512; }\nhttp {\n"
        + "log_format replicas '$cookie_nocs_replica|$upstream_addr|$status|$request';\n"
        + f"{temporary}include {folder}/nocs.conf;\n}}\n",
        encoding="utf-8",
    )
    return main


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "nocs.crt").write_bytes(certificate.public_bytes(pem))
    (folder / "nocs.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@contextmanager
def site(nginx: str, folder: Path, cache_url: str) -> Iterator[Site]:
    """Start three dashboards and nginx; stop all of them at the end."""
    names = ("443", "80", "8501", "8502", "8503")
    ports = {name: str(free_port()) for name in names}
    main = main_file(folder, ports)
    served = Site(
        f"https://localhost:{ports['443']}{BASE_PATH}",
        f"http://localhost:{ports['80']}{BASE_PATH}",
        folder,
        cache_url,
    )
    server = _start([nginx, "-c", str(main)], folder / "nginx.out", {})
    try:
        for name in names[2:]:
            served.start(int(ports[name]))
        served.ready()
        until(lambda: _listens(int(ports["80"]), server, folder), "nginx")
        yield served
    finally:
        for process in (*served.replicas.values(), server):
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _start(
    command: Sequence[str], log: Path, environment: dict[str, str]
) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _listens(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> bool:
    if process.poll() is not None:
        logs = [*folder.glob("replica-*.log"), folder / "nginx.out", folder / "error.log"]
        raise AssertionError("\n".join(log.read_text("utf-8") for log in logs if log.exists()))
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
