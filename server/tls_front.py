"""Takes TLS off in front of a plain server of this same process. Knows no HTTP, no page and no pin.

Handshakes and slow links are an event loop's business, so a laptop on a bad line holds up nobody. The
plain server listens on loopback only and answers nobody who did not come through here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

HANDSHAKE_S = 20.0
GOODBYE_S = 1.0
PIECE = 64 * 1024
LOOPBACK = "127.0.0.1"
WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]
logger = logging.getLogger(__name__)


class TlsFront:
    """Listens with TLS on (host, port) and carries bytes to the plain server's port."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = (certificate, key)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._stamp = self._look()
        self._context.load_cert_chain(certificate, key)
        self._from: dict[str, tuple[str, int]] = {}
        self._behind = 0
        self._socket: socket.socket | None = None
        self._loop = asyncio.new_event_loop()
        self._carrying: set[asyncio.Task[Any]] = set()
        self._following: asyncio.Task[None] | None = None
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._run, name="tls", daemon=True)

    def listen(self, host: str, port: int) -> int:
        """Bind; the port that was taken. Raises OSError."""
        self._socket = socket.create_server((host, port), family=_family(host), backlog=512)
        return int(self._socket.getsockname()[1])

    def start(self, behind: int) -> None:
        """Begin to carry to this port of the plain server."""
        self._behind = behind
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def stop_listening(self) -> None:
        """Nobody new; who is being answered goes on."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()

    def close(self, timeout_s: float = 5.0) -> None:
        """End what still runs and the loop with it."""
        asyncio.run_coroutine_threadsafe(self._finish(timeout_s), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def telling(self, app: WSGI) -> WSGI:
        """The app told who really asks; anyone who did not come through TLS is refused."""

        def told(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            who = self._from.get(environ.get("REMOTE_PORT", ""))
            if who is None or environ.get("REMOTE_ADDR") != LOOPBACK:
                start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", "0")])
                return [b""]
            environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = who[0], str(who[1])
            environ["REMOTE_HOST"] = who[0]
            return app(environ, start_response)

        return told

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(
            self._carry, sock=self._socket, ssl=self._context, ssl_handshake_timeout=HANDSHAKE_S
        )
        self._following = asyncio.create_task(self._follow_files())

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _finish(self, timeout_s: float) -> None:
        if self._carrying:
            await asyncio.wait(set(self._carrying), timeout=timeout_s)
        ending = [task for task in (*self._carrying, self._following) if task is not None]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await asyncio.sleep(0.05)  # what was aborted is told so before the loop ends

    async def _carry(self, outside: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a coroutine always runs in one
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)
        port = ""
        inner = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        writer: asyncio.StreamWriter | None = None
        try:
            inner.setblocking(False)
            inner.bind((LOOPBACK, 0))
            port = str(inner.getsockname()[1])
            # Known before the plain server can see the connection.
            self._from[port] = back.get_extra_info("peername")[:2]
            await self._loop.sock_connect(inner, (LOOPBACK, self._behind))
            reader, writer = await asyncio.open_connection(sock=inner)
            await _both_ways((outside, writer), (reader, back))
            back.close()
            # His goodbye is waited for, but not for ever: a laptop keeps its connection for the next message.
            await asyncio.wait_for(back.wait_closed(), GOODBYE_S)
        except (OSError, ssl.SSLError, TimeoutError) as wrong:
            logger.debug("a connection ended: %s", wrong)
        except asyncio.CancelledError:
            logger.debug("a connection was ended by the office's stop")  # this task is the last to know
        finally:
            self._from.pop(port, None)
            if writer is None:
                inner.close()
            else:
                writer.transport.abort()
            back.transport.abort()

    def _look(self) -> tuple[float, ...]:
        return tuple(path.stat().st_mtime_ns for path in self._files)

    async def _follow_files(self) -> None:
        """A changed certificate is shown to whoever connects from then on; nobody is cut off."""
        while True:
            await asyncio.sleep(1.0)
            with contextlib.suppress(OSError, ssl.SSLError):
                seen = self._look()
                if seen != self._stamp:
                    self._context.load_cert_chain(*self._files)
                    self._stamp = seen


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


async def _both_ways(*ways: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
    """Carry until the answering side has said all, or either breaks."""
    upward, downward = (asyncio.create_task(_pipe(*way)) for way in ways)
    try:
        await asyncio.wait({upward, downward}, return_when=asyncio.FIRST_COMPLETED)
        if upward.done() and not downward.done():
            await asyncio.wait({downward}, timeout=HANDSHAKE_S)
    finally:
        for task in (upward, downward):
            task.cancel()
        await asyncio.gather(upward, downward, return_exceptions=True)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
