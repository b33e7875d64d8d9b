"""A telephone line to the office that breaks: a loopback proxy that resets connections in mid-message."""

from __future__ import annotations

import random
import select
import socket
import struct
import threading

RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: closing sends a reset


class Line:
    """Forwards to `port`; each connection is cut, with this chance, after a random number of bytes."""

    def __init__(self, port: int, seed: int, chance: float, longest: int = 4_000) -> None:
        self.office, self.chance, self.longest = port, chance, longest
        self.luck = random.Random(seed)
        self.cuts = self.calls = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._open = True
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while self._open:
            try:
                calling, _ = self._server.accept()
            except OSError:
                return
            self.calls += 1
            left = self.luck.randrange(1, self.longest) if self.luck.random() < self.chance else None
            threading.Thread(target=self._carry, args=(calling, left), daemon=True).start()

    def _carry(self, calling: socket.socket, left: int | None) -> None:
        try:
            called = socket.create_connection(("127.0.0.1", self.office), timeout=5)
        except OSError:
            self._cut(calling)
            return
        try:
            while True:
                ready, _, _ = select.select([calling, called], [], [], 30)
                if not ready:
                    return
                for side in ready:
                    data = side.recv(16 * 1024)
                    if not data:
                        return
                    if left is not None and len(data) >= left:
                        (called if side is calling else calling).sendall(data[:left])
                        self.cuts += 1
                        self._cut(calling)
                        return
                    left = None if left is None else left - len(data)
                    (called if side is calling else calling).sendall(data)
        except OSError:
            return
        finally:
            called.close()
            calling.close()

    @staticmethod
    def _cut(side: socket.socket) -> None:
        try:
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        except OSError:
            return
        side.close()

    def close(self) -> None:
        self._open = False
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
