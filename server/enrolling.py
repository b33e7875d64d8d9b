"""Lets a laptop in by a one-time code, knows it again by its token, and shuts it out. Knows no HTTP."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from marshmallow import Schema, ValidationError
from sqlalchemy import Connection, Engine

from sync.ids import is_id, new_id
from sync.keys import OFFICE, Keyring, PublicKey, SigningKey
from sync.wire.errors import Problem
from sync.wire.messages import EnrolReply, EnrolRequest, SealRequest
from sync.words import N_, Phrase

from . import publishing
from .store import agents, devices, events, facts, offices
from .store.devices import Device
from .store.engine import reading, writing

# Crockford's letters and digits: nothing that can be taken for another when read aloud or written down.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 20  # of 32 letters: 100 bits
GROUP = 5
TOKEN_BYTES = 32
LARGEST_SEAL = 4096
VALID = timedelta(hours=24)

_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\t": None})


def issue_code(engine: Engine, agent_id: str, *, actor: str, now: datetime, valid: timedelta = VALID) -> str:
    """A new one-time code for one laptop of this agent, shown once; only its hash is kept.

    Raises Problem not_found when there is no such agent, not_allowed when he no longer works here.
    """
    letters = [secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)]
    code = "-".join("".join(letters[at : at + GROUP]) for at in range(0, CODE_LENGTH, GROUP))
    with writing(engine) as connection:
        agent = _working(connection, agent_id)
        code_id = new_id()
        devices.add_code(
            connection,
            id=code_id,
            agent_id=agent.id,
            code_sha256=_code_hash(code),
            expires_at=now + valid,
            issued_at=now,
            actor=actor,
        )
        _remember(connection, "device.code_issued", now, actor, code_id, {"agent": agent.id})
    return code


def enrol(
    engine: Engine, signer: SigningKey, recovery_public: bytes, request: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """EnrolRequest → EnrolReply, both as JSON objects. Raises Problem."""
    return let_in(engine, signer, recovery_public, loaded(EnrolRequest(), request), now)


def let_in(
    engine: Engine, signer: SigningKey, recovery_public: bytes, asked: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The same with a request that is loaded. The code is used up with the device's row, or not at all.

    A laptop that was let in before says whose it was: where that collector is still known, the code must be
    for him. Raises Problem bad_code, code_used, code_expired, not_allowed or conflict.
    """
    token = secrets.token_hex(TOKEN_BYTES)
    device_id = new_id()
    with writing(engine) as connection:
        agent = _working(connection, _agent_for(connection, asked["code"], now))
        _refuse_another(connection, agent, asked["agent"])
        devices.add(
            connection,
            id=device_id,
            agent_id=agent.id,
            name=asked["device_name"],
            token_sha256=_hash(token),
            public_key=asked["public_key"],
            enrolled_at=now,
            last_seen=now,
            client=asked["client"],
        )
        _take_chain(connection, asked, device_id, now)
        publishing.refresh_agents(connection, [agent.id], now)
        _remember(
            connection,
            "device.enrolled",
            now,
            f"device:{device_id}",
            device_id,
            {"agent": agent.id, "incarnation": asked["incarnation"], "name": asked["device_name"]},
        )
        office_id = offices.get(connection, "id")
        reply = {
            "device": device_id,
            "token": token,
            "agent": agent.id,
            "agent_name": agent.name,
            "office": office_id,
            "office_name": offices.get(connection, "name"),
            "epoch": offices.get(connection, "epoch"),
            "signing_keys": keyring(connection, signer, now).to_json(),
            "recovery_key": recovery_public,
            "server_time": now,
        }
    answer: dict[str, Any] = EnrolReply().dump(reply)
    return answer


def seal(engine: Engine, device: Device, request: dict[str, Any], now: datetime) -> dict[str, Any]:
    """SealRequest → {"sealed": true}. Raises Problem."""
    return keep_sealed(engine, device, loaded(SealRequest(), request)["sealed_key"], now)


def keep_sealed(engine: Engine, device: Device, sealed: bytes, now: datetime) -> dict[str, Any]:
    """Keep the laptop's database key, sealed to the office's recovery key: it cannot be read from here."""
    if not 1 <= len(sealed) <= LARGEST_SEAL:
        raise Problem("validation_failed", fields={"sealed_key": ["1 to 4096 bytes"]})
    refuse_revoked(device)
    with writing(engine) as connection:
        devices.seal(connection, device.id, sealed)
        _remember(
            connection,
            "device.sealed",
            now,
            f"device:{device.id}",
            device.id,
            {"sealed_sha256": sha256(sealed).hexdigest()},
        )
    return {"sealed": True}


def revoke(engine: Engine, device_id: str, *, actor: str, now: datetime) -> None:
    """Shut a laptop out. What it still sends is kept sealed. Raises Problem not_found."""
    with writing(engine) as connection:
        if devices.by_id(connection, device_id) is None:
            raise Problem("not_found", Phrase(N_("No hay un portátil {id}"), {"id": device_id[:40]}))
        if devices.revoke(connection, device_id, now):
            _remember(connection, "device.revoked", now, actor, device_id, {})


def authenticate(engine: Engine, authorization: str | None) -> Device:
    """The laptop that says `Bearer <device id>.<token>`. Raises Problem not_enrolled; a revoked one passes,
    because what it sends must still be kept."""
    scheme, _, word = (authorization or "").partition(" ")
    device_id, _, token = word.strip().partition(".")
    device = None
    if scheme.lower() == "bearer" and is_id(device_id):
        with reading(engine) as connection:
            device = devices.by_id(connection, device_id)
    # Compared even when there is no such device, so that the time taken tells nothing.
    known = hmac.compare_digest(_hash(token), device.token_sha256 if device else _hash(""))
    if device is None or not known:
        raise Problem("not_enrolled")
    return device


def refuse_revoked(device: Device) -> None:
    if device.revoked_at is not None:
        raise Problem("revoked")


def keyring(connection: Connection, signer: SigningKey, now: datetime) -> Keyring:
    """The office's public signing keys, the one in use among them."""
    held = keyring_of(connection)
    if held.find(signer.id, OFFICE) is not None:
        return held
    in_use = PublicKey(signer.public, OFFICE, str(offices.get(connection, "id")), now)
    return Keyring((*held.keys, in_use))


def keyring_of(connection: Connection) -> Keyring:
    """The public signing keys the database knows."""
    owner = str(offices.get(connection, "id"))
    held = [
        PublicKey(
            bytes(row["public_key"]),
            OFFICE,
            owner,
            row["valid_from"],
            retired_at=row["retired_at"],
            endorsed_by=row["endorsed_by"],
            endorsement=None if row["endorsement"] is None else bytes(row["endorsement"]),
        )
        for row in offices.signing_keys_held(connection)
    ]
    return Keyring(tuple(held))


def loaded(schema: Schema, request: object) -> dict[str, Any]:
    """A message with its types, or Problem validation_failed that names the fields."""
    if not isinstance(request, dict):
        raise Problem("validation_failed", fields={"": ["an object is expected"]})
    try:
        read: dict[str, Any] = schema.load(request)
    except ValidationError as wrong:
        raise Problem("validation_failed", fields=messages_of(wrong)) from wrong
    return read


def messages_of(wrong: ValidationError) -> dict[str, Any]:
    """What is wrong with which field."""
    said = wrong.messages if isinstance(wrong.messages, dict) else {"": wrong.messages}
    return {str(name): told for name, told in said.items()}


def _agent_for(connection: Connection, code: str, now: datetime) -> str:
    """The agent whose code this is, using it up."""
    hashed = _code_hash(code)
    agent_id = devices.use_code(connection, hashed, now)
    if agent_id is not None:
        return agent_id
    held = devices.code(connection, hashed)
    if held is None:
        raise Problem("bad_code", Phrase(N_("El código no es válido; pida otro a su coordinador")))
    if held["used_at"] is not None:
        raise Problem("code_used", Phrase(N_("Este código ya se usó; pida otro a su coordinador")))
    raise Problem("code_expired", Phrase(N_("Este código venció; pida otro a su coordinador")))


def _take_chain(connection: Connection, asked: Mapping[str, Any], device_id: str, now: datetime) -> None:
    """The laptop's chain is this device's. A device of the same key that never said anything gives way: its
    laptop did not get our answer."""
    name = asked["incarnation"]
    held = events.incarnation(connection, name, lock=True)
    if held is None:
        events.open_incarnation(connection, name, device_id, now)
        return
    before = devices.by_id(connection, held.device_id)
    if held.n > 0 or before is None or before.public_key != asked["public_key"]:
        raise Problem("conflict", Phrase(N_("Esta instalación ya está inscrita; instale de nuevo")))
    events.give_incarnation(connection, name, device_id)
    devices.revoke(connection, before.id, now)


def _refuse_another(connection: Connection, agent: agents.Agent, before: str | None) -> None:
    """What a laptop holds was said by its collector, and must not be told as another's."""
    known = None if before in (None, agent.id) else agents.by_id(connection, str(before))
    if known is not None:
        text = N_("Este código es de {other}; este portátil es de {name}: pida un código para {name}")
        raise Problem("conflict", Phrase(text, {"other": agent.name, "name": known.name}))


def _working(connection: Connection, agent_id: str) -> agents.Agent:
    agent = agents.by_id(connection, agent_id)
    if agent is None:
        raise Problem("not_found", Phrase(N_("No hay un gestor {id}"), {"id": agent_id[:40]}))
    if not agent.active:
        raise Problem("not_allowed", Phrase(N_("El gestor {name} no está activo"), {"name": agent.name}))
    return agent


def _code_hash(code: str) -> str:
    """The same for a code written in small letters, without dashes, or with O for 0."""
    return _hash(code.strip().upper().translate(_MISREAD))


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _remember(
    connection: Connection, kind: str, now: datetime, actor: str, subject: str, payload: dict[str, Any]
) -> None:
    facts.append(connection, kind, as_of=now.date(), now=now, actor=actor, subject=subject, payload=payload)
