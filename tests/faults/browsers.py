"""Many open pages at the price of a socket each: what a browser says to the server, no more.

A page connects, asks for its first run, obeys the server's order to ask for a fragment every so
many seconds, and notes when the cards of another refresh arrive.
"""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

CARDS = re.compile(rb'data-testid="cards" data-run="(\d+)"')


@dataclass
class OpenPage:
    """One open page. `seen` maps a refresh to the moment at which its cards arrived."""

    url: str
    seen: dict[int, float] = field(default_factory=dict)
    broken: str = ""
    heard_at: float = 0.0
    answers: list[float] = field(default_factory=list)
    _asked_at: float = 0.0
    drawn: asyncio.Event = field(default_factory=asyncio.Event)
    _timers: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def stay(self) -> None:
        """Be open until cancelled."""
        address = self.url.replace("http://", "ws://") + "/_stcore/stream"
        async with connect(
            address,
            subprotocols=["streamlit"],
            max_size=None,
            open_timeout=60,
        ) as socket:
            await self._ask(socket)
            try:
                async for data in socket:
                    assert isinstance(data, bytes)
                    self._hear(socket, data)
            except Exception as error:  # whatever ended it, the test that looks is told
                self.broken = repr(error)
            finally:
                for timer in self._timers.values():
                    timer.cancel()

    def _hear(self, socket: Any, data: bytes) -> None:
        message = ForwardMsg.FromString(data)
        self.heard_at = time.time()
        for found in CARDS.findall(data):
            self.seen.setdefault(int(found), time.time())
        kind = message.WhichOneof("type")
        if kind == "auto_rerun":
            order = message.auto_rerun
            if old := self._timers.pop(order.fragment_id, None):
                old.cancel()
            self._timers[order.fragment_id] = asyncio.create_task(
                self._repeat(socket, order.fragment_id, order.interval)
            )
        elif kind == "script_finished":
            self.answers.append(time.monotonic() - self._asked_at)
            self.drawn.set()
        elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            self.broken = message.delta.new_element.exception.message

    async def _repeat(self, socket: Any, fragment_id: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._ask(socket, fragment_id)

    async def _ask(self, socket: Any, fragment_id: str = "") -> None:
        self._asked_at = time.monotonic()
        message = BackMsg()
        message.rerun_script.query_string = ""
        message.rerun_script.fragment_id = fragment_id
        message.rerun_script.is_auto_rerun = bool(fragment_id)
        message.rerun_script.context_info.timezone = "Asia/Dhaka"
        await socket.send(message.SerializeToString())


class Crowd:
    """Many open pages at once."""

    def __init__(self, *urls: str) -> None:
        self._urls = urls
        self.pages: list[OpenPage] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def grow(self, count: int, at_once: int = 10) -> None:
        """Open `count` pages more, a few at a time, each drawn before the next."""
        for start in range(0, count, at_once):
            batch = [OpenPage(self._urls[0]) for _ in range(min(at_once, count - start))]
            self.pages += batch
            self._tasks += [asyncio.create_task(page.stay()) for page in batch]
            await asyncio.gather(*(asyncio.wait_for(page.drawn.wait(), 60) for page in batch))

    def check(self) -> None:
        """AssertionError when a page showed an exception or lost its connection."""
        assert not (broken := [page.broken for page in self.pages if page.broken]), broken

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def visit(self, count: int, at_once: int) -> None:
        """Open `count` pages and close each once it is drawn, `at_once` at a time."""
        for start in range(0, count, at_once):
            await self.grow(min(at_once, count - start), at_once)
            await self.leave()
            self.pages.clear()

    async def see(self, run_id: int, seconds: float) -> list[float]:
        """When each page saw the cards of the refresh; AssertionError when one did not in time."""
        deadline = time.monotonic() + seconds
        while not all(run_id in page.seen for page in self.pages):
            missing = [page for page in self.pages if run_id not in page.seen]
            told = [(page.broken, sorted(page.seen), page.heard_at) for page in missing[:3]]
            assert time.monotonic() < deadline, (
                f"{len(missing)} pages do not show refresh {run_id}: {told}"
            )
            await asyncio.sleep(0.02)
        return [page.seen[run_id] for page in self.pages]
