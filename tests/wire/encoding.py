"""TTC's primitive encodings: `ub` integers, counted bytes, and the two combined.

What would surprise: a request carries no total length and may span packets, so the reader asks
for the next packet only when it has run out of bytes.
"""

from collections.abc import Callable

LONG = 0xFE
SHORT_MAX = 252


def ub(value: int) -> bytes:
    """An unsigned integer: a length byte, then the bytes; zero is one zero byte."""
    size = 0 if value == 0 else next(n for n in (1, 2, 4, 8) if value < 1 << 8 * n)
    return bytes([size]) + value.to_bytes(size, "big")


def counted(data: bytes | None) -> bytes:
    """Bytes after their length; over 252 bytes in chunks. None and empty are both NULL."""
    if not data:
        return b"\0"
    if len(data) <= SHORT_MAX:
        return bytes([len(data)]) + data
    chunks = (data[i : i + 32767] for i in range(0, len(data), 32767))
    return bytes([LONG]) + b"".join(ub(len(c)) + c for c in chunks) + b"\0"


def sized(data: bytes | str) -> bytes:
    """A `ub` length, then, unless empty, the counted bytes."""
    encoded = data.encode() if isinstance(data, str) else data
    return ub(len(encoded)) + (counted(encoded) if encoded else b"")


class Reader:
    """Reads a request, fetching further packets on demand."""

    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more = more
        self._data = more()
        self._at = 0

    def raw(self, size: int) -> bytes:
        while len(self._data) - self._at < size:
            self._data = self._data[self._at :] + self._more()
            self._at = 0
        self._at += size
        return self._data[self._at - size : self._at]

    def byte(self) -> int:
        return self.raw(1)[0]

    def ub(self) -> int:
        return int.from_bytes(self.raw(self.byte()), "big")

    def ubs(self, count: int) -> list[int]:
        return [self.ub() for _ in range(count)]

    def counted(self) -> bytes:
        size = self.byte()
        if size != LONG:
            return self.raw(size)
        data = b""
        while chunk := self.ub():
            data += self.raw(chunk)
        return data

    def text(self) -> str:
        return self.counted().decode()

    def sized(self) -> bytes:
        return self.counted() if self.ub() else b""

    def sized_text(self) -> str:
        return self.sized().decode()
