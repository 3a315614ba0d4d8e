"""A way to PostgreSQL that a test can close, hold mute, or cut so that an answer gets lost."""

import contextlib
import select
import socket
import threading
from pathlib import Path


class Proxy:
    """Listens on 127.0.0.1 and passes bytes to the PostgreSQL socket in `folder`.

    `closed`: new clients are hung up on. `lose_answers`: the next answer of the server is thrown
    away and the client hung up on, while the server's side stays open.
    """

    def __init__(self, folder: Path, port: int = 5432) -> None:
        self._target = str(folder / f".s.PGSQL.{port}")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads: list[threading.Thread] = []
        self.url = f"postgresql://nocs@127.0.0.1:{self._listener.getsockname()[1]}/"
        self.closed = False
        self.lose_answers = threading.Event()
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Hang up on everyone, on both sides."""
        for pair in self._pairs:
            for side in pair:
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.closed = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)
        for _, server in self._pairs:
            server.close()  # the one whose answer was lost is open still

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.closed:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            self._pairs.append((client, server))
            thread = threading.Thread(target=self._pass, args=[client, server], daemon=True)
            self._threads.append(thread)
            thread.start()

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        keep_server = False
        try:
            while True:
                for side in select.select([client, server], [], [])[0]:
                    data = side.recv(65536)
                    if not data:
                        return
                    if side is server and self.lose_answers.is_set():
                        self.lose_answers.clear()
                        self.lost += 1
                        keep_server = True
                        return
                    (client if side is server else server).sendall(data)
        except OSError:
            return
        finally:
            client.close()
            if not keep_server:
                server.close()
