"""TLS in front of the server: a certificate authority of our own, wallets, and a terminator.

What would surprise: a wallet for thin mode is nothing but a PEM file called ewallet.pem. It may
hold only the authority that the server's certificate is checked against.
"""

import contextlib
import datetime as dt
import socket
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Authority:
    """A certificate authority of our own; the wallets hold what it signed."""

    folder: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls, folder: Path, name: str = "Utility CA") -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        return cls(folder, _certificate(name, key), key)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def sign(self, name: str) -> tuple[bytes, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        return _certificate(name, key, self.certificate.subject, self.key).public_bytes(
            serialization.Encoding.PEM
        ), key

    def server_context(self, name: str) -> ssl.SSLContext:
        """A server of that name, to which clients may show a certificate of this authority."""
        certificate, key = self.sign(name)
        pem = self.folder / "server.pem"
        pem.write_bytes(_private(key) + certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        context.load_verify_locations(cadata=self.pem.decode())
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def wallet(self, client: str = "", *, password: str = "") -> Path:
        """A folder with ewallet.pem: the authority and, if named, a client's certificate."""
        folder = self.folder / f"wallet-{client}-{bool(password)}"
        folder.mkdir()
        content = self.pem
        if client:
            certificate, key = self.sign(client)
            content = _private(key, password) + certificate + content
        (folder / "ewallet.pem").write_bytes(content)
        return folder


def _private(key: ec.EllipticCurvePrivateKey, password: str = "") -> bytes:
    lock = (
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name | None = None,
    issuer_key: ec.EllipticCurvePrivateKey | None = None,
) -> x509.Certificate:
    """With the identifiers and the usage that Python checks from 3.13 on (RFC 5280, strictly)."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = (issuer_key or key).public_key()
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=issuer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(issuer_key or key, hashes.SHA256())
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


class Terminator:
    """Takes TLS on a port of its own and passes what it carries on to another."""

    def __init__(self, target_port: int, context: ssl.SSLContext) -> None:
        self._target_port, self._context = target_port, context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def demand_certificates(self) -> None:
        self._context.verify_mode = ssl.CERT_REQUIRED

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._listener.accept()
                client = self._context.wrap_socket(raw, server_side=True)
            except ssl.SSLError:
                continue  # refused, or this terminator was
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target_port))
            self._open += [client, server]
            for source, target in ((client, server), (server, client)):
                self._threads.append(
                    threading.Thread(target=self._pass, args=[source, target], daemon=True)
                )
                self._threads[-1].start()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def stop(self) -> None:
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(10)
