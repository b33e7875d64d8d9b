"""The requests of a laptop one version behind: what Ronda 0.1.0 sent, written from what this one asks.

It showed its last receipt with every request, told every hash, and knew of no `claim` and no `pending`.
Knows no office and no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.exchange import Laptop
from sync.ledger.entries import body_digest

CLIENT = "ronda/0.1.0"
HELLO = ("protocol", "clock", "incarnation", "policy_versions")


def as_of_old(request: Mapping[str, Any], laptop: Laptop) -> dict[str, Any]:
    """The same request as the version before says it."""
    receipt = laptop.identity().receipt
    hello = {name: request["hello"][name] for name in HELLO}
    hello |= {"client": CLIENT, "receipt": None if receipt is None else dict(receipt)}
    push = request["push"]
    if push is not None:
        chain, events = push["incarnation"], push["events"]
        push = push | {
            "events": [event | _hashes(laptop, chain, event) for event in events],
            "head": push["head"] | {"h": _hash(laptop, chain, push["head"]["n"])},
        }
    return {"hello": hello, "push": push, "pull": request["pull"], "compare": request["compare"]}


def _hashes(laptop: Laptop, chain: str, event: Mapping[str, Any]) -> dict[str, Any]:
    digest = event.get("body_digest")
    if digest is None:
        digest = body_digest(bytes.fromhex(event["salt"]), event["body"].encode()).hex()
    return {"body_digest": digest, "h": _hash(laptop, chain, event["n"])}


def _hash(laptop: Laptop, chain: str, n: int) -> str:
    held = laptop.hash_at(chain, n)
    assert held is not None, f"{chain}:{n} is said and not held"
    return held.hex()
