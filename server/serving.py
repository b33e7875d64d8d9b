"""Runs an app until it is told to stop, and then finishes what it is answering. Knows no office.

waitress reads each request whole before a thread takes it, so slow links hold no thread. With TLS it
stands behind `tls_front` and listens on loopback only.
"""

from __future__ import annotations

import select
import time
from typing import Any

import waitress
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

from .tls_front import LOOPBACK, WSGI, TlsFront

FINISH_S = 20.0
LOOK_S = 0.5
MOST_CONNECTIONS = 1000
# Above what the app itself takes, so that the app says no in its own words; waitress would take a gigabyte.
LARGEST_BODY = 33 * 1024 * 1024
POLL = hasattr(select, "poll")  # Windows has none


class Serving:
    """A server bound to its port, not yet answering. `stop` may be called from a signal or a thread."""

    def __init__(self, app: WSGI, host: str, port: int, threads: int, tls: TlsFront | None = None) -> None:
        """Raises OSError or ValueError when the address cannot be used."""
        self._map: dict[int, Any] = {}
        self._tls = tls
        self._stopping = False
        if tls is not None:
            self.port = tls.listen(host, port)
            app, host, port = tls.telling(app), LOOPBACK, 0
        more = {"url_scheme": "https"} if tls is not None else {}
        self._server = waitress.create_server(
            app,
            map=self._map,
            host=host,
            port=port,
            threads=threads,
            ident="",  # what it runs on is nobody's business, and every byte of an answer counts
            connection_limit=MOST_CONNECTIONS,
            max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=True,
            **more,
        )
        inner = _port(self._server)
        if tls is None:
            self.port = inner
        else:
            tls.start(inner)

    def run(self) -> None:
        """Answer until `stop`, then finish what was begun."""
        try:
            while not self._stopping:
                wasyncore.loop(timeout=LOOK_S, use_poll=POLL, map=self._map, count=1)
            self._finish()
        finally:
            self._server.task_dispatcher.shutdown()
            wasyncore.close_all(self._map)
            if self._tls is not None:
                self._tls.close()

    def stop(self) -> None:
        # Seen within LOOK_S. Waking the loop would write to a descriptor it may have closed meanwhile.
        self._stopping = True

    def _finish(self) -> None:
        """Nobody new; whoever asked whole gets his answer, for at most FINISH_S."""
        if self._tls is not None:
            self._tls.stop_listening()
        for one in list(self._map.values()):
            if isinstance(one, BaseWSGIServer):
                wasyncore.dispatcher.close(one)
        until = time.monotonic() + FINISH_S
        while _busy(self._map) and time.monotonic() < until:
            wasyncore.loop(timeout=LOOK_S / 10, use_poll=POLL, map=self._map, count=1)


def _busy(every: dict[int, Any]) -> bool:
    return any(
        isinstance(one, HTTPChannel) and (one.requests or one.total_outbufs_len) for one in every.values()
    )


def _port(server: Any) -> int:
    """The port taken, of one socket or of several for one name."""
    port = getattr(server, "effective_port", None)
    return int(port if port is not None else server.effective_listen[0][1])
