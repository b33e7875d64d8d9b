"""A company's proxy carries a laptop's TLS and is told the office's address only; a pin is asked for through it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from field_client import syncing
from field_client.peer import PROXY, fetched
from field_client.updating import NotUpdated
from server.office import Office
from sync.exchange import Unreachable, Untrusted
from tests.e2e.test_tls import (
    Authority,
    Impostor,
    code_for,
    enrol,
    exchange,
    office,
    served,
    the_office,
    world,
)
from tests.office.builders import World

__all__ = ["office", "world"]


class Proxy:
    """An HTTP proxy that knows CONNECT only, keeps what it was asked, and leads where it is told to."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.plain: list[bytes] = []
        self.leads_to: tuple[str, int] | None = None
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            part = client.recv(4096)
            if not part:
                client.close()
                return
            head += part
        self.asked.append(head.split(b"\r\n")[0])
        if not head.startswith(b"CONNECT "):
            self.plain.append(head)
            client.close()
            return
        host, _, port = head.split()[1].decode().rpartition(":")
        try:
            there = socket.create_connection(self.leads_to or (host, int(port)))
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad gateway\r\n\r\n")
            client.close()
            return
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_carry, args=(there, client), daemon=True)
        back.start()
        _carry(client, there)
        back.join()
        for one in (client, there):
            one.close()


def _carry(here: socket.socket, there: socket.socket) -> None:
    try:
        while part := here.recv(65536):
            there.sendall(part)
        there.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    made = Proxy()
    monkeypatch.setenv(PROXY, made.address)
    yield made
    made.door.close()


def test_a_proxy_carries_the_exchange_and_one_that_leads_elsewhere_learns_nothing(
    office: Office, world: World, proxy: Proxy, tmp_path: Path
) -> None:
    """The laptop's own pin is asked for inside the tunnel: an authority the machine trusts does not help."""
    impostor, theirs = Impostor(), Authority(tmp_path)
    with the_office(office) as (address, pin), served(impostor, theirs.certificate, theirs.key) as false:
        host, _, port = false.removeprefix("https://").rpartition(":")
        proxy.leads_to = (host, int(port))
        with pytest.raises((Untrusted, Unreachable)):
            enrol(tmp_path / "laptop", f"{address}#{pin}", code_for(office, world))
        assert impostor.heard == []
        proxy.leads_to = None
        enrol(tmp_path / "laptop", f"{address}#{pin}", code_for(office, world))
        assert isinstance(exchange(tmp_path / "laptop"), syncing.Exchanged)
        assert {line.split()[1] for line in proxy.asked} == {address.removeprefix("https://").encode()}
        assert proxy.plain == []


def test_a_list_of_releases_that_does_not_come_is_a_sentence(proxy: Proxy) -> None:
    proxy.leads_to = ("127.0.0.1", 9)
    with pytest.raises(NotUpdated, match="does not come"):
        fetched("https://releases.example", proxy.address)("releases.json", 10)
