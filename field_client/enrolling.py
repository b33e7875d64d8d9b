"""Makes a folder into an enrolled laptop: keys here, a one-time code to the office, the key sealed for it.
Makes one known again to an office that forgot it.

The laptop's folder changes only when the office has answered; a failed attempt leaves nothing behind.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from sync import __version__
from sync.exchange import Clock, OfficeSays, Peer, Unreachable, Untrusted
from sync.ids import new_incarnation
from sync.keys import BrokenKey, Keyring, new_signing_key, seal, signing_key
from sync.sealing import Cost
from sync.wire.fields import instant
from sync.wire.messages import EnrolReply
from sync.words import N_, Phrase

from . import folder as folders
from .peer import HttpPeer, address_to_enrol_at
from .store import attachments, journal, keyring, pins, records, settings, standing
from .store.db import Store


@dataclass(frozen=True)
class Enrolled:
    """Whose laptop this now is, and whether the office already holds its sealed key."""

    device: str
    agent_name: str
    office_name: str
    sealed: bool


def enrol(
    folder: Path,
    *,
    server: str,
    code: str,
    passphrase: str,
    clock: Clock,
    name: str = "",
    cost: Cost | None = None,
    pin: str = "",
    insecure: bool = False,
) -> Enrolled:
    """Enrol over HTTP. `server` may end in `#pin`, the office's TLS key; so may `pin` say it.

    Raises WeakPassphrase, AlreadyEnrolled, BadAddress, Unreachable, OfficeSays or Untrusted.
    """
    address, pin = address_to_enrol_at(server, pin, insecure=insecure)
    peer = HttpPeer(address, pins=[pin] if pin else [])
    return enrol_with(
        folder, peer, server=peer.server, code=code, passphrase=passphrase, clock=clock, name=name, cost=cost
    )


def enrol_with(
    folder: Path,
    peer: Peer,
    *,
    server: str,
    code: str,
    passphrase: str,
    clock: Clock,
    name: str = "",
    cost: Cost | None = None,
) -> Enrolled:
    """The same with the office reached through any peer."""
    store, key = folders.begin(folder, passphrase, cost)
    signing, incarnation = new_signing_key(), new_incarnation()
    try:
        reply = _ask(
            peer,
            {
                "code": code.strip(),
                "device_name": (name or socket.gethostname() or "laptop")[:80],
                "public_key": signing.public.hex(),
                "incarnation": incarnation,
                "client": f"ronda/{__version__}",
            },
        )
        with store.writing() as db:
            settings.put_all(db, _settings(reply, server) | {"signing_key": signing.raw().hex()})
            now = clock.read().wall
            settings.put_all(db, {"database_key": key.hex(), "enrolled_at": instant(now)})
            if isinstance(peer, HttpPeer) and peer.pins:
                pins.first(db, peer.pins[0])
            journal.open_incarnation(db, incarnation, now)
    except BaseException:
        store.close()
        raise
    folders.finish(folder, store)
    store = folders.open_with(folder, key)
    try:
        sealed = give_sealed_key(store, _with_token(peer, server, reply))
    finally:
        store.close()
    return Enrolled(reply["device"], reply["agent_name"], reply["office_name"], sealed)


def enrol_again(
    folder: Path,
    passphrase: str,
    *,
    code: str,
    clock: Clock,
    server: str = "",
    pin: str = "",
    insecure: bool = False,
) -> Enrolled:
    """Enrol a laptop that its office does not know any more, put back from a backup older than it.

    It keeps its folder, its keys and all it said, which is sent again. Without `server` the address and the
    pin stay. Raises as `enrol`, NotEnrolled, or WrongPassphrase.
    """
    store = folders.open_laptop(folder, passphrase)
    try:
        with store.reading() as db:
            address, held = str(settings.get(db, "server")), pins.get(db)
        if server:
            address, given = address_to_enrol_at(server, pin, insecure=insecure)
            held = [given] if given else []
        peer = HttpPeer(address, pins=held)
        key = keyring.load(folder, passphrase)
        return again_with(store, peer, key, server=address, code=code, clock=clock)
    finally:
        store.close()


def again_with(store: Store, peer: Peer, key: bytes, *, server: str, code: str, clock: Clock) -> Enrolled:
    """The same with the office reached through any peer."""
    with store.reading() as db:
        held = {name: settings.get(db, name) for name in ("office", "agent", "signing_key", "office_keys")}
        incarnation = journal.current(db)
    reply = _ask(
        peer,
        {
            "code": code.strip(),
            "device_name": (socket.gethostname() or "laptop")[:80],
            "public_key": signing_key(bytes.fromhex(held["signing_key"])).public.hex(),
            "incarnation": incarnation,
            "client": f"ronda/{__version__}",
            "agent": held["agent"],
        },
    )
    if reply["office"] != held["office"]:
        raise Untrusted(Phrase(N_("Esa es otra oficina; este portátil guarda lo que se dijo para la suya")))
    with store.writing() as db:
        told = _settings(reply, server)
        settings.put_all(db, told | {"office_keys": _both(held["office_keys"], told["office_keys"])})
        settings.put_all(db, {"database_key": key.hex(), "enrolled_at": instant(clock.read().wall)})
        settings.put_all(db, {"sealed": False, "cursor": None, "complete": False, "last_failure": None})
        if isinstance(peer, HttpPeer) and peer.pins and list(peer.pins) != pins.get(db):
            pins.first(db, peer.pins[0])
        # Its feed is another one, and how far it holds our chains it has still to say.
        records.clear(db)
        standing.forget_office(db)
        attachments.forget_office(db)
    sealed = give_sealed_key(store, _with_token(peer, server, reply))
    return Enrolled(reply["device"], reply["agent_name"], reply["office_name"], sealed)


def _both(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The keys the code brought, and those that signed the receipts of before."""
    said = Keyring.from_json(now).keys
    kept = [key for key in Keyring.from_json(before).keys if key.id not in {one.id for one in said}]
    return Keyring((*said, *kept)).to_json()


def _with_token(peer: Peer, server: str, reply: dict[str, Any]) -> Peer:
    if isinstance(peer, HttpPeer):
        return HttpPeer(server, device=reply["device"], token=reply["token"], pins=peer.pins)
    return peer


def _ask(peer: Peer, request: dict[str, Any]) -> dict[str, Any]:
    try:
        reply: dict[str, Any] = EnrolReply().load(peer.enrol(request))
        Keyring.from_json(reply["signing_keys"])
    except (ValidationError, BrokenKey) as wrong:
        text = N_("La respuesta a la inscripción no se entiende; revise la dirección de la oficina")
        raise Untrusted(Phrase(text)) from wrong
    return reply


def _settings(reply: dict[str, Any], server: str) -> dict[str, Any]:
    return {
        "server": server,
        "device": reply["device"],
        "token": reply["token"],
        "agent": reply["agent"],
        "agent_name": reply["agent_name"],
        "office": reply["office"],
        "office_name": reply["office_name"],
        "epoch": reply["epoch"],
        "office_keys": reply["signing_keys"],
        "recovery_key": reply["recovery_key"].hex(),
    }


def give_sealed_key(store: Store, peer: Peer) -> bool:
    """Give the office the database key, sealed to its recovery key. False when it must be tried again.

    A forgotten passphrase then loses nothing. `syncing` tries again at each exchange until it is done.
    """
    with store.reading() as db:
        if settings.get(db, "sealed", False):
            return True
        key = bytes.fromhex(settings.get(db, "database_key"))
        recovery = bytes.fromhex(settings.get(db, "recovery_key"))
    try:
        peer.seal({"sealed_key": seal(recovery, key).hex()})
    except (Unreachable, OfficeSays):
        return False
    with store.writing() as db:
        settings.put(db, "sealed", True)
        # It was kept only until the office had it; the keyring holds it wrapped.
        settings.drop(db, "database_key")
    return True
