"""TNS packets on one client socket: framing, waiting, and the break dance.

What would surprise: a break can cross an answer that was already sent. Then the driver's next
request arrives before its RESET, so that request is held and answered after the reset.
"""

import contextlib
import select
import socket
import time
from collections import deque
from typing import NamedTuple, Protocol

CONNECT, ACCEPT, REFUSE, DATA, MARKER = 1, 2, 4, 6, 12
BREAK, RESET, INTERRUPT = 1, 2, 3
EOF_FLAG = 0x40
SDU = 8192  # the driver's default, and Oracle's: long requests and answers span packets
HEADER = 8


class ClientGone(Exception):
    """The client closed its socket, or the server is stopping."""


class Interrupted(Exception):
    """The client asked to stop what is running (call_timeout, cancel, Ctrl-C)."""


class HasFileno(Protocol):
    def fileno(self) -> int: ...


class Packet(NamedTuple):
    kind: int
    body: bytes

    @property
    def is_break(self) -> bool:
        return self.kind == MARKER and self.body[2] in (BREAK, INTERRUPT)

    @property
    def is_reset(self) -> bool:
        return self.kind == MARKER and self.body[2] == RESET


class Line:
    """One client's socket, cut into packets."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._received = b""
        self._held: deque[Packet] = deque()
        self._wide_lengths = False  # lengths have 4 bytes once the connection is accepted

    def accept(self) -> None:
        """Tell the client to go on, as a server of version 317: no fast auth, no out-of-band."""
        body = (317).to_bytes(2, "big") + bytes(2) + bytes(10) + bytes(10) + SDU.to_bytes(4, "big")
        self._send_packet(ACCEPT, body)
        self._wide_lengths = True

    def refuse(self, text: str) -> None:
        encoded = text.encode()
        self._send_packet(REFUSE, bytes(2) + len(encoded).to_bytes(2, "big") + encoded)

    def send(self, data: bytes) -> None:
        """Send a message, in as many DATA packets as it needs."""
        room = SDU - HEADER - 2
        for start in range(0, len(data), room):
            self._send_packet(DATA, bytes(2) + data[start : start + room])

    def next_packet(self) -> Packet:
        """Wait for the next packet, held ones first."""
        if self._held:
            return self._held.popleft()
        while (packet := self._cut()) is None:
            self._receive()
        return packet

    def next_data(self) -> bytes:
        """Wait for the next DATA packet; a break in its place is raised."""
        packet = self.next_packet()
        if packet.is_break:
            raise Interrupted
        if packet.kind != DATA:
            raise ClientGone(f"unexpected packet type {packet.kind}")
        if packet.body[1] & EOF_FLAG:
            raise ClientGone("end of file")
        return packet.body[2:]

    def wait(self, other: HasFileno | None = None, seconds: float | None = None) -> bool:
        """Wait until `other` is readable (True) or the time is over (False).

        Raises Interrupted or ClientGone as soon as the client asks for it or leaves.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        watched = [self._sock] if other is None else [self._sock, other]
        while True:
            while (packet := self._cut()) is not None:
                if packet.is_break:
                    raise Interrupted
                self._held.append(packet)
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready, _, _ = select.select(watched, [], [], left)
            if self._sock in ready:
                self._receive()
            elif ready:
                return True
            elif deadline is not None and time.monotonic() >= deadline:
                return False

    def say_nothing(self) -> None:
        """Swallow whatever comes, breaks included, until the client gives up."""
        while True:
            self._received = b""
            self._receive()

    def finish_break(self) -> bool:
        """Acknowledge a break. True if the client still waits for the broken call's answer."""
        self._send_packet(MARKER, bytes([1, 0, BREAK]))
        while not any(packet.is_reset for packet in self._held):
            while (packet := self._cut()) is None:
                self._receive()
            self._held.append(packet)
        self._held = deque(packet for packet in self._held if packet.kind == DATA)
        self._send_packet(MARKER, bytes([1, 0, RESET]))
        return not self._held

    def hang_up(self) -> None:
        """Make every read and write fail from now on; for use from another thread."""
        with contextlib.suppress(OSError):  # the client was faster
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up first, so that the client learns it even if a forked child has the socket."""
        self.hang_up()
        self._sock.close()

    def _cut(self) -> Packet | None:
        width = 4 if self._wide_lengths else 2
        length = int.from_bytes(self._received[:width], "big")
        if len(self._received) < HEADER or len(self._received) < length:
            return None
        packet = Packet(self._received[4], self._received[HEADER:length])
        self._received = self._received[length:]
        return packet

    def _receive(self) -> None:
        try:
            data = self._sock.recv(65536)
        except OSError as error:
            raise ClientGone(str(error)) from error
        if not data:
            raise ClientGone("closed")
        self._received += data

    def _send_packet(self, kind: int, body: bytes) -> None:
        size = HEADER + len(body)
        length = (
            size.to_bytes(4, "big") if self._wide_lengths else size.to_bytes(2, "big") + b"\0\0"
        )
        try:
            self._sock.sendall(length + bytes([kind, 0, 0, 0]) + body)
        except OSError as error:
            raise ClientGone(str(error)) from error
