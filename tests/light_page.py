"""An open page without a browser: Streamlit's websocket protocol, for hundreds of pages at once.

It does what the browser does: asks for the page, ticks its fragments at their interval, and
reruns the page when the server asks for it. It paints nothing, so it says when news arrived, not
when a person sees it.
"""

import asyncio
import re
import time
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

RUN = re.compile(r'data-testid="cards" data-run="(\d+)"')


@dataclass
class LightPage:
    """One open page at `url` (ws://host:port); `runs` tells when each refresh run was seen."""

    url: str
    runs: dict[int, float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    messages: int = 0
    scripts: int = 0

    async def live(self, opened: asyncio.Event | None = None) -> None:
        """Stay open until cancelled."""
        async with connect(
            f"{self.url}/_stcore/stream", subprotocols=["streamlit"], max_size=None
        ) as socket:
            await self._ask(socket)
            ticks: dict[str, asyncio.Task[None]] = {}
            try:
                async for frame in socket:
                    assert isinstance(frame, bytes)
                    await self._take(socket, ForwardMsg.FromString(frame), ticks)
                    if opened is not None and self.runs:
                        opened.set()
            finally:
                for task in ticks.values():
                    task.cancel()

    async def _take(
        self, socket: ClientConnection, message: ForwardMsg, ticks: dict[str, "asyncio.Task[None]"]
    ) -> None:
        self.messages += 1
        kind = message.WhichOneof("type")
        self.scripts += kind == "script_finished"
        if kind == "auto_rerun":
            wish = message.auto_rerun
            if old := ticks.pop(wish.fragment_id, None):
                old.cancel()
            ticks[wish.fragment_id] = asyncio.create_task(
                self._tick(socket, wish.fragment_id, wish.interval)
            )
        elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "html":
            if found := RUN.search(message.delta.new_element.html.body):
                self.runs.setdefault(int(found[1]), time.monotonic())
        elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            self.errors.append(message.delta.new_element.exception.message)

    async def _tick(self, socket: ClientConnection, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._ask(socket, fragment)

    async def _ask(self, socket: ClientConnection, fragment: str = "") -> None:
        message = BackMsg()
        message.rerun_script.query_string = ""
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        await socket.send(message.SerializeToString())
