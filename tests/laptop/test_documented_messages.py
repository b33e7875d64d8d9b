"""The messages that docs/protocol.md shows are of the shape that an office and a laptop exchange today."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sync.keys import OFFICE, Keyring, PublicKey, signing_key
from sync.lease import code
from sync.orders import is_wipe_order
from sync.pinning import Pins
from sync.wire.messages import SyncReply, SyncRequest
from tests.laptop.pairs import Pair
from tests.wire.test_ledger import OFFICE_KEY, vectors


def shape(said: Any) -> Any:
    """Keys and kinds of values, at any depth; the items of a list are of one shape."""
    if isinstance(said, dict):
        return {name: shape(value) for name, value in sorted(said.items())}
    if isinstance(said, list):
        return sorted({json.dumps(shape(value), sort_keys=True) for value in said})
    return type(said).__name__


def live(pair: Pair) -> dict[str, Any]:
    """A visit pushed, its effect pulled, and a comparison: two requests and their replies."""
    pair.exchange()
    pair.visit()
    asked, answered = pair.peer.sync, []

    def heard(request: dict[str, Any]) -> dict[str, Any]:
        answered.append((request, asked(request)))
        return answered[-1][1]

    pair.peer.sync = heard  # type: ignore[method-assign]
    pair.exchange()
    (push, pushed), (compare, compared) = answered
    return {"push": push, "pushed": pushed, "compare": compare, "compared": compared}


def test_the_documented_exchange_is_what_both_sides_say_today(pair: Pair) -> None:
    said, now = vectors()["exchange"], live(pair)
    for name in ("push", "compare"):
        SyncRequest().load(said[name])
    for name in ("pushed", "compared"):
        SyncReply().load(said[name])
    assert {name: shape(message) for name, message in said.items()} == {
        name: shape(message) for name, message in now.items()
    }


def test_the_documented_statements_of_operation_are_what_the_code_computes() -> None:
    said, key = vectors()["operation"], signing_key(OFFICE_KEY.raw())
    wipe: Any = said["wipe"]
    assert key.sign(wipe["signed"].encode()).hex() == wipe["json"]["signature"]
    ring = keyring_of_the_examples()
    assert is_wipe_order(ring, wipe["json"]["device"], wipe["json"])
    assert not is_wipe_order(ring, "another laptop", wipe["json"])
    told: Any = said["tls_pins"]
    pins = Pins.from_json(told["json"])
    assert pins.signed_bytes().decode() == told["signed"]
    assert pins.holds(ring, pins.office)
    lease: Any = said["lease"]
    assert code(bytes.fromhex(lease["token_sha256"]), lease["challenge"], lease["days"]) == lease["code"]


def keyring_of_the_examples() -> Keyring:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return Keyring((PublicKey(OFFICE_KEY.public, OFFICE, "019769a0-0000-7000-8000-00000000000f", since),))
