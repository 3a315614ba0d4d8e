"""Login with a password: Oracle's two phases with the 11g verifier.

What would surprise: the password itself crosses the wire, encrypted with a key that only the
right password can derive; and a user who does not exist fails like one with a wrong password.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from . import answers
from .encoding import Reader
from .errors import OraError

Status = Literal["open", "locked", "expired", "expiring", "without create session"]
VERIFIER_11G = 0x1B25
EXPIRING = OraError(28002, "the password will expire within 7 days")


@dataclass
class Account:
    password: str
    status: Status = "open"


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(bytes(16)))


def _encrypt(key: bytes, plain: bytes) -> bytes:
    encryptor = _cipher(key).encryptor()
    return encryptor.update(plain) + encryptor.finalize()


def _decrypt(key: bytes, data: bytes) -> bytes:
    decryptor = _cipher(key).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _padded(plain: bytes) -> bytes:
    missing = 16 - len(plain) % 16
    return plain + bytes([missing]) * missing


def read_login(reader: Reader) -> tuple[str, dict[str, str]]:
    """User name and key/value pairs of either phase."""
    has_user = reader.byte()
    reader.ubs(2)
    reader.byte()
    count = reader.ub()
    reader.raw(2)
    user = reader.text() if has_user else ""
    pairs = {}
    for _ in range(count):
        key = reader.sized_text()
        pairs[key.rstrip("\0")] = reader.sized_text()
        reader.ub()
    return user, pairs


class Login:
    """One client's login, from the challenge to the verdict."""

    def __init__(self, account: Account | None) -> None:
        self._account = account
        password = account.password if account else secrets.token_hex(16)
        self._password = password.encode()
        self._salt = secrets.token_bytes(10)
        self._key = hashlib.sha1(self._password + self._salt).digest() + bytes(4)
        self._server_half = secrets.token_bytes(48)

    def challenge(self) -> bytes:
        """The answer to phase one."""
        pairs = {
            "AUTH_SESSKEY": _encrypt(self._key, self._server_half).hex().upper(),
            "AUTH_VFR_DATA": self._salt.hex().upper(),
        }
        return answers.parameters(pairs, {"AUTH_VFR_DATA": VERIFIER_11G}) + answers.status()

    def verdict(self, pairs: dict[str, str], session_id: int, service: str) -> bytes:
        """The answer to phase two; raises the error that refuses the login."""
        client_half = _decrypt(self._key, bytes.fromhex(pairs["AUTH_SESSKEY"]))
        mixed = bytes(
            a ^ b for a, b in zip(self._server_half[16:40], client_half[16:40], strict=True)
        )
        both = hashlib.md5(mixed[:16]).digest() + hashlib.md5(mixed[16:]).digest()
        session_key = both[:24]
        sent = _decrypt(session_key, bytes.fromhex(pairs["AUTH_PASSWORD"]))
        if self._account and self._account.status == "locked":
            raise OraError(28000, "the account is locked")
        if not self._account or sent[16:] != _padded(bytes(16) + self._password)[16:]:
            raise OraError(1017, "invalid username/password; logon denied")
        if self._account.status == "expired":
            raise OraError(28001, "the password has expired")
        if self._account.status == "without create session":
            raise OraError(1045, "user lacks CREATE SESSION privilege; logon denied")
        proof = _padded(secrets.token_bytes(16) + b"SERVER_TO_CLIENT")
        told = {
            "AUTH_VERSION_NO": str(0x13030000),  # 19.3
            "AUTH_SESSION_ID": str(session_id),
            "AUTH_SERIAL_NUM": "1",
            "AUTH_SVR_RESPONSE": _encrypt(session_key, proof).hex().upper(),
            "AUTH_MAX_OPEN_CURSORS": "300",
            "AUTH_MAX_IDEN_LENGTH": "128",
            "AUTH_SC_SERVICE_NAME": service,
            "AUTH_SC_DBUNIQUE_NAME": service,
            "AUTH_INSTANCENAME": service,
        }
        first = answers.warning(EXPIRING) if self._account.status == "expiring" else b""
        return first + answers.parameters(told) + answers.status()
