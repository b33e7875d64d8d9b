"""A loopback proxy that is as slow as a village's mobile network: `python -m bench.slowlink PORT TO_PORT`.

Bytes go up at 20 kbit/s and down at 50, each direction half a round trip late, and after each 1,400 bytes
the connection may be reset. A new connection costs a round trip before its first byte, as TCP's does.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PIECE = 1_400
JOIN_S = 10


@dataclass(frozen=True)
class Link:
    """Bits a second each way, the round trip in seconds, and how likely each 1,400 bytes are to be cut."""

    up: float = 20_000
    down: float = 50_000
    round_trip: float = 0.5
    cuts: float = 0.0
    seed: int = 20261122

    def ideal(self, up: int, down: int = 0) -> float:
        """Seconds for so many bytes in one exchange on a connection that is open."""
        return up * 8 / self.up + down * 8 / self.down + self.round_trip


@dataclass
class Tally:
    """What went over the link."""

    up: int = 0
    down: int = 0
    connections: int = 0
    cuts: int = 0


class Proxy:
    def __init__(self, link: Link, to_port: int) -> None:
        self.link = link
        self.to_port = to_port
        self.tally = Tally()
        self.draw = random.Random(link.seed)
        # All connections share the line: it is free again at these moments of the loop's clock.
        self.free = {"up": 0.0, "down": 0.0}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # asyncio asks what became of this task; of one that was cancelled it would only make noise.
        with contextlib.suppress(asyncio.CancelledError):
            await self._serve(reader, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tally.connections += 1
        await asyncio.sleep(self.link.round_trip)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:
            writer.transport.abort()
            return
        ways = [
            asyncio.create_task(self._carry(reader, back, "up", self.link.up)),
            asyncio.create_task(self._carry(there, writer, "down", self.link.down)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for end in (back, writer):
            end.transport.abort() if any(
                way.done() and way.result() for way in ways if not way.cancelled()
            ) else end.close()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str, rate: float
    ) -> bool:
        """Pass bytes on as the line lets them; True when the line was cut."""
        loop = asyncio.get_running_loop()
        sending: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        passing = asyncio.create_task(_pass_on(sending, writer))
        try:
            while piece := await reader.read(PIECE):
                if self.link.cuts and self.draw.random() < self.link.cuts * len(piece) / PIECE:
                    self.tally.cuts += 1
                    return True
                starts = max(self.free[way], loop.time())
                self.free[way] = starts + len(piece) * 8 / rate
                setattr(self.tally, way, getattr(self.tally, way) + len(piece))
                await asyncio.sleep(self.free[way] - loop.time())
                sending.put_nowait((loop.time() + self.link.round_trip / 2, piece))
            await sending.join()
            return False
        except (ConnectionError, OSError):
            return True
        finally:
            passing.cancel()


async def _pass_on(sending: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    while True:
        at, piece = await sending.get()
        await asyncio.sleep(at - loop.time())
        writer.write(piece)
        sending.task_done()


@contextmanager
def running(link: Link, to_port: int) -> Iterator[tuple[int, Tally]]:
    """The proxy on a thread of its own; answers its port and what went over it."""
    proxy = Proxy(link, to_port)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(proxy.serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1], proxy.tally
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result(JOIN_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(JOIN_S)
        loop.close()


async def _closed(server: asyncio.Server) -> None:
    """Nobody new, and whatever is still on its way is dropped: a loop is not left with pending tasks."""
    server.close()
    mine = asyncio.current_task()
    passing = [task for task in asyncio.all_tasks() if task is not mine]
    for task in passing:
        task.cancel()
    await asyncio.gather(*passing, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.slowlink", description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("to_port", type=int)
    parser.add_argument("--cuts", type=float, default=0.0, help="likelihood of a cut per 1,400 bytes")
    asked = parser.parse_args()

    async def forever() -> None:
        proxy = Proxy(Link(cuts=asked.cuts), asked.to_port)
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", asked.port)
        async with server:
            await server.serve_forever()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(forever())


if __name__ == "__main__":
    main()
