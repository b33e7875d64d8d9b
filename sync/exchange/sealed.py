"""Hands over all that a revoked laptop still holds: the office keeps it sealed. Acknowledges nothing.

To such a laptop the office says no to every request, and with each no how far it holds the chain. So the
laptop can go on to its last event, and say again what it cannot hand over under a chain that forked.
"""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from ..wire.messages import BATCH_LIMIT, Mark
from . import hello, push
from .sides import Clock, Identity, Laptop, OfficeSays, Peer, Unreachable

# A chain is asked about once, given up once at most, and each batch takes the mark on.
MOST_REQUESTS = 10_000


def hand_over(laptop: Laptop, peer: Peer, clock: Clock) -> None:
    """Send every chain to its end, as far as the link allows; what is missing goes the next time."""
    try:
        for incarnation in laptop.chains():
            _chain(laptop, peer, clock, laptop.identity(incarnation))
        # A chain given up was said again at the end of the current one, or of a new one.
        _chain(laptop, peer, clock, laptop.identity(laptop.chains()[-1]))
    except Unreachable:
        return


def _chain(laptop: Laptop, peer: Peer, clock: Clock, identity: Identity) -> None:
    batch: dict[str, Any] | None = None
    asked = 0
    while asked < MOST_REQUESTS:
        have = _ask(peer, clock, identity, batch)
        if have is None or have["incarnation"] != identity.incarnation:
            return
        if laptop.hash_at(identity.incarnation, have["n"]) != have["h"]:
            push.give_up(laptop, identity, clock.read())
            return
        if batch is not None and have["n"] < batch["head"]["n"]:
            return  # it did not take what follows: asking again changes nothing
        batch = _after(laptop, identity, have["n"])
        if batch is None:
            return
        asked += 1


def _after(laptop: Laptop, identity: Identity, n: int) -> dict[str, Any] | None:
    """The next events after the office's mark; one it acknowledged and holds no more waits again first."""
    waiting = laptop.waiting(identity.incarnation, n + BATCH_LIMIT)
    if laptop.hash_at(identity.incarnation, n + 1) is not None and all(one.n != n + 1 for one in waiting):
        laptop.acknowledge(identity.incarnation, n, None)
        waiting = laptop.waiting(identity.incarnation, n + BATCH_LIMIT)
    return push.said(laptop, identity, [one for one in waiting if one.n > n][: identity.sizes.push])


def _ask(peer: Peer, clock: Clock, identity: Identity, batch: dict[str, Any] | None) -> Any:
    """The office's mark of this chain, out of its no; None where it says none, or says no more no."""
    carried = len(batch["events"]) if batch else 0
    request = {"hello": hello.say(identity, clock.read(), carried, show=True), "push": batch}
    try:
        peer.sync(request | {"pull": None, "compare": None})
    except OfficeSays as no:
        try:
            return Mark().load(no.told.fields.get("have")) if no.told.code == "revoked" else None
        except ValidationError:
            return None
    return None
