"""Opens a laptop's sealed key: one authorised person asks, another one agrees, and both are on record.

What comes out is a one-time package for the laptop (a forgotten passphrase), or the unsent work of its
copied folder (a dismissed collector). Knows no page and no command line.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection, Engine

from sync import recovery_file
from sync.exchange import Reading
from sync.exchange.carrying import Chain, pack
from sync.ids import is_id, new_id
from sync.keys import SigningKey
from sync.records import Refused, UserRole
from sync.sealing import BrokenKey, Cost, open_sealed
from sync.words import N_, Phrase

from .store import devices, facts, laptop_files, people, recoveries
from .store.engine import reading, writing
from .store.recoveries import Recovery

# Who may ask that a laptop be opened, and who may agree to it.
ASKS = frozenset({UserRole.ADMINISTRATOR, UserRole.COORDINATOR, UserRole.SUPERVISOR, UserRole.COMPLIANCE})
AGREES = frozenset({UserRole.ADMINISTRATOR, UserRole.SUPERVISOR, UserRole.COMPLIANCE})
VALID = timedelta(hours=48)
SHORTEST_REASON = 10
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 20  # of 32 letters: 100 bits


@dataclass(frozen=True)
class Person:
    """Someone of the office who proved who he is."""

    username: str
    roles: frozenset[UserRole]


@dataclass(frozen=True)
class Packaged:
    """The file for the laptop, and the code that is told by voice and shown once."""

    file: bytes
    code: str
    device: str


@dataclass(frozen=True)
class Read:
    """The queue file made of a copied folder."""

    file: bytes
    device: str
    events: int
    attachments: int


def start(engine: Engine, device_id: str, reason: str, *, by: Person, now: datetime) -> str | Refused:
    """Ask that this laptop be opened; answers the recovery's id. Someone else must agree within two days."""
    if not by.roles & ASKS:
        return _refused(N_("Su rol no permite pedir que se abra un portátil"), "recovery.role")
    if len(reason.strip()) < SHORTEST_REASON:
        return _refused(N_("Escriba por qué hay que abrirlo, en 10 letras o más"), "recovery.reason")
    with writing(engine) as connection:
        if devices.by_id(connection, device_id) is None:
            return _refused(N_("No hay un portátil con ese número"), "recovery.device")
        if recoveries.sealed_key(connection, device_id) is None:
            text = N_("La oficina no tiene la clave de este portátil: nunca llegó a sincronizar")
            return _refused(text, "recovery.sealed")
        made = new_id()
        recoveries.add(
            connection,
            id=made,
            device_id=device_id,
            reason=reason.strip()[:500],
            started_by=by.username,
            started_at=now,
            expires_at=now + VALID,
        )
        _remember(connection, "recovery.started", device_id, by.username, now, made, reason.strip()[:500])
    return made


def approve(engine: Engine, recovery_id: str, *, by: Person, now: datetime) -> Recovery | Refused:
    """Agree to what someone else asked."""
    if not by.roles & AGREES:
        return _refused(N_("Su rol no permite aprobar que se abra un portátil"), "recovery.role")
    with writing(engine) as connection:
        found = _waiting(connection, recovery_id, now, "waiting")
        if isinstance(found, Refused):
            return found
        if found.started_by == by.username:
            return _refused(N_("Lo debe aprobar otra persona, no quien lo pidió"), "recovery.two")
        recoveries.change(connection, found.id, approved_by=by.username, approved_at=now)
        _remember(connection, "recovery.approved", found.device_id, by.username, now, found.id)
    return found


def close(engine: Engine, recovery_id: str, *, by: Person, now: datetime) -> Recovery | Refused:
    """Withdraw a recovery that was not used up; any of those who may ask."""
    if not by.roles & ASKS:
        return _refused(N_("Su rol no permite pedir que se abra un portátil"), "recovery.role")
    with writing(engine) as connection:
        found = recoveries.by_id(connection, recovery_id, lock=True) if is_id(recovery_id) else None
        if found is None or found.state(now) not in ("waiting", "approved"):
            return _refused(N_("No hay una recuperación abierta con ese número"), "recovery.known")
        recoveries.change(connection, found.id, closed_at=now, closed_by=by.username)
        _remember(connection, "recovery.closed", found.device_id, by.username, now, found.id)
    return found


def package(
    engine: Engine,
    signer: SigningKey,
    private: X25519PrivateKey,
    recovery_id: str,
    *,
    by: Person,
    now: datetime,
    cost: Cost | None = None,
) -> Packaged | Refused:
    """The one-time package that gives the laptop a new passphrase. Each approval makes one."""
    if not by.roles & ASKS:
        return _refused(N_("Su rol no permite pedir que se abra un portátil"), "recovery.role")
    with writing(engine) as connection:
        found = _waiting(connection, recovery_id, now, "approved")
        if isinstance(found, Refused):
            return found
        key = _opened(connection, private, found.device_id)
        if isinstance(key, Refused):
            return key
        code = _code()
        file = recovery_file.make(
            signer,
            recovery=found.id,
            device=found.device_id,
            expires=found.expires_at,
            key=key,
            code=code,
            cost=cost,
        )
        recoveries.change(connection, found.id, packaged_at=now)
        _remember(connection, "recovery.packaged", found.device_id, by.username, now, found.id)
    return Packaged(file, code, found.device_id)


def read(
    engine: Engine,
    private: X25519PrivateKey,
    recovery_id: str,
    folder: Path,
    *,
    by: Person,
    now: datetime,
) -> Read | Refused:
    """The queue file of a laptop's copied folder: every chain whole, so that nothing unsent is left behind.

    May be done again while the recovery is open: a first copy may turn out to be an old one.
    """
    if not by.roles & ASKS:
        return _refused(N_("Su rol no permite pedir que se abra un portátil"), "recovery.role")
    with writing(engine) as connection:
        found = _waiting(connection, recovery_id, now, "approved", "packaged")
        if isinstance(found, Refused):
            return found
        key = _opened(connection, private, found.device_id)
        if isinstance(key, Refused):
            return key
        _remember(connection, "recovery.read", found.device_id, by.username, now, found.id)
    try:
        laptop = laptop_files.read(folder, key)
    except laptop_files.NotThisLaptop as wrong:
        return Refused(Phrase("{detail}", {"detail": str(wrong)}), "recovery.folder")
    chains = [Chain(entries, parent) for entries, parent in laptop.chains]
    moment = Reading(now, 0, "office")
    public = private.public_key().public_bytes_raw()
    events = len({entry.id for chain in chains for entry in chain.entries})
    file = pack(laptop, chains, moment, public, laptop.pictures)
    return Read(file, laptop.device, events, len(laptop.pictures))


def person(engine: Engine, username: str, password: str) -> Person | Refused:
    """Who types his user name and password at the command line: two people are two passwords."""
    with reading(engine) as connection:
        found = next((one for one in people.listed(connection) if one["username"] == username), None)
    typed = unicodedata.normalize("NFC", password)
    try:
        known = found is not None and PasswordHasher().verify(found["password"], typed)
    except (VerificationError, InvalidHashError):
        known = False
    if found is None or not known or not found["active"] or found["must_change_password"]:
        return _refused(N_("Usuario o contraseña equivocados, o acceso cerrado"), "recovery.person")
    return Person(username, frozenset(UserRole(role) for role in found["roles"]))


def _waiting(connection: Connection, recovery_id: str, now: datetime, *states: str) -> Recovery | Refused:
    """The recovery, its row held, if it is in one of these states; else why not."""
    found = recoveries.by_id(connection, recovery_id, lock=True) if is_id(recovery_id) else None
    if found is None:
        return _refused(N_("No hay una recuperación abierta con ese número"), "recovery.known")
    state = found.state(now)
    if state in states:
        return found
    said = {
        "waiting": N_("Falta que otra persona la apruebe"),
        "approved": N_("Ya está aprobada"),
        "packaged": N_("Ya se usó: el archivo de recuperación se entrega una sola vez; pida otra"),
        "expired": N_("Venció; pida otra"),
        "closed": N_("Se retiró; pida otra"),
    }
    return _refused(said[state], f"recovery.{state}")


def _opened(connection: Connection, private: X25519PrivateKey, device_id: str) -> bytes | Refused:
    sealed = recoveries.sealed_key(connection, device_id)
    if sealed is None:
        text = N_("La oficina no tiene la clave de este portátil: nunca llegó a sincronizar")
        return _refused(text, "recovery.sealed")
    try:
        return open_sealed(private, sealed)
    except BrokenKey:
        text = N_("Esa clave de recuperación no abre este portátil; use la de su inscripción")
        return _refused(text, "recovery.key")


def _code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(letters[at : at + 5] for at in range(0, CODE_LENGTH, 5))


def _refused(msgid: str, rule: str) -> Refused:
    return Refused(Phrase(msgid), rule)


def _remember(
    connection: Connection,
    kind: str,
    device_id: str,
    actor: str,
    now: datetime,
    recovery_id: str,
    reason: str | None = None,
) -> None:
    payload: dict[str, Any] = {"recovery": recovery_id}
    facts.append(
        connection,
        kind,
        as_of=now.date(),
        now=now,
        actor=actor,
        subject=device_id,
        payload=payload if reason is None else payload | {"reason": reason},
    )
