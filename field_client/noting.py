"""Notes what passes between laptop and office besides events: what was offered, the lease, an order to wipe.

A peer around another one; `syncing` puts it there. Decides nothing about the exchange.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync.exchange import OfficeSays, Peer, Unreachable
from sync.keys import Keyring
from sync.orders import is_wipe_order
from sync.wire.fields import parse_instant

from .store import leases, queues, settings
from .store.db import Store

WIPE = "wipe_order"


class Stopped(Exception):
    """The laptop was locked or the program is ending: the answer is not looked at any more."""


class Noting:
    """`sync.exchange.Peer` around `peer`. After `stopped` says so, nothing of an answer is kept."""

    def __init__(self, peer: Peer, store: Store, stopped: Callable[[], bool] = lambda: False) -> None:
        self._peer = peer
        self._store = store
        self._stopped = stopped

    def __getattr__(self, name: str) -> Any:
        """Files and whatever else the peer can carry, as it is."""
        return getattr(self._peer, name)

    def enrol(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._peer.enrol(request)

    def seal(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._peer.seal(request)

    def sync(self, request: dict[str, Any]) -> dict[str, Any]:
        self._check()
        before = self._offer(request.get("push"))
        try:
            reply = self._peer.sync(request)
        except Unreachable as wrong:
            self._check()
            if not wrong.sent:
                self._take_back(before)
            raise
        except OfficeSays as wrong:
            self._check()
            self._order(wrong)
            raise
        self._check()
        self._lease(reply)
        return reply

    def _check(self) -> None:
        if self._stopped():
            raise Stopped

    def _offer(self, push: Any) -> dict[str, int]:
        if not isinstance(push, dict):
            return {}
        with self._store.writing() as db:
            before = queues.offered(db)
            queues.offer(db, push["head"]["incarnation"], push["head"]["n"])
        return before

    def _take_back(self, before: dict[str, int]) -> None:
        with self._store.writing() as db:
            settings.put(db, queues.OFFERED, before)

    def _lease(self, reply: dict[str, Any]) -> None:
        try:
            until = reply.get("lease_until")
            ends = None if until is None else parse_instant(until)
            met = parse_instant(reply["server_time"])
        except (KeyError, TypeError, ValueError):
            return  # the exchange judges the reply; a lease is only believed of a readable one
        with self._store.writing() as db:
            leases.met(db, met, ends)

    def _order(self, said: OfficeSays) -> None:
        order = said.told.fields.get("wipe") if said.told.code == "revoked" else None
        with self._store.reading() as db:
            device = str(settings.get(db, "device"))
            keys = Keyring.from_json(settings.get(db, "office_keys"))
        if order is not None and is_wipe_order(keys, device, order):
            with self._store.writing() as db:
                settings.put(db, WIPE, order)


def wipe_ordered(store: Store) -> bool:
    """True when this laptop's office ordered, under its signature, that it be wiped."""
    with store.reading() as db:
        return settings.get(db, WIPE) is not None
