"""Files a paper of an account (a promissory note, a contract) so that it travels to whoever has the account.

Decides what is a paper: a PDF or a JPEG of bounded size, by its own bytes and never by its name. Knows no
page and no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Refused
from sync.wire.attachments import LARGEST_DOCUMENT, digest_of
from sync.words import N_, Phrase

from . import publishing
from .shelf import Shelf
from .store import attachments, facts, papers
from .store.devices import Device
from .store.engine import reading, writing

KINDS = {
    "pagare": N_("Pagaré"),
    "contrato": N_("Contrato"),
    "carta": N_("Carta de instrucciones"),
    "aviso": N_("Aviso extrajudicial"),
    "acuerdo": N_("Acuerdo de pago"),
    "paz_y_salvo": N_("Paz y salvo"),
    "otro": N_("Otro documento"),
}
RULE = "office.papers"


@dataclass(frozen=True)
class Filed:
    """The paper is kept and announced. `again` when the account already had these very bytes."""

    id: str
    debtor: str
    sha256: str
    size: int
    media_type: str
    again: bool = False


def file_paper(
    engine: Engine,
    shelf: Shelf,
    account: dict[str, Any],
    *,
    kind: str,
    name: str,
    data: bytes,
    actor: str,
    now: datetime,
) -> Filed | Refused:
    """Keep the bytes, then announce them in the feed of whoever has the account."""
    media_type = type_of(data)
    refused = _refused(kind, data, media_type)
    if refused is not None:
        return refused
    sha256 = digest_of(data)
    with reading(engine) as connection:
        if sha256 in attachments.forgotten(connection, [sha256]):
            text = N_("este archivo fue suprimido por una solicitud; no se guarda de nuevo")
            return Refused(Phrase(text), RULE)
    shelf.put(sha256, data)
    with writing(engine) as connection:
        held = papers.held(connection, account["id"], sha256)
        if held is not None:
            return Filed(held["id"], account["debtor_id"], sha256, len(data), media_type, again=True)
        made = Filed(new_id(), account["debtor_id"], sha256, len(data), media_type)
        _keep(connection, account, made, kind, name, actor, now)
    return made


def _refused(kind: str, data: bytes, media_type: str) -> Refused | None:
    if kind not in KINDS:
        text = N_("«{kind}» no es una clase de documento; use una de: {known}")
        return Refused(Phrase(text, {"kind": kind[:40], "known": ", ".join(KINDS)}), RULE)
    if not data:
        return Refused(Phrase(N_("el archivo está vacío")), RULE)
    if len(data) > LARGEST_DOCUMENT:
        text = N_("el archivo pesa {size} MB y caben {limit}: escanéelo con menos resolución")
        values = {"size": round(len(data) / 2**20, 1), "limit": LARGEST_DOCUMENT // 2**20}
        return Refused(Phrase(text, values), RULE)
    if not media_type:
        return Refused(Phrase(N_("solo se guardan documentos PDF o fotos JPEG")), RULE)
    return None


def _keep(
    connection: Connection,
    account: dict[str, Any],
    made: Filed,
    kind: str,
    name: str,
    actor: str,
    now: datetime,
) -> None:
    papers.add(
        connection,
        id=made.id,
        account_id=account["id"],
        kind=kind,
        name="".join(mark for mark in name if mark.isprintable())[:120],
        sha256=made.sha256,
        media_type=made.media_type,
        size=made.size,
        added_at=now,
        added_by=actor,
    )
    attachments.store(connection, made.sha256, made.size, now)
    publishing.refresh_debtors(connection, [made.debtor], now)
    facts.append(
        connection,
        "paper.filed",
        as_of=now.date(),
        now=now,
        actor=actor,
        subject=made.id,
        payload={"account": account["id"], "kind": kind, "sha256": made.sha256, "size": made.size},
    )


def type_of(data: bytes) -> str:
    """What the bytes themselves say they are; "" for what is not a paper."""
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    return "image/jpeg" if data.startswith(b"\xff\xd8\xff") else ""


def piece(
    engine: Engine, shelf: Shelf, device: Device, sha256: str, *, offset: int, limit: int
) -> bytes | None:
    """Bytes of a paper that is in the feed of this laptop's agent; None for what is not."""
    with reading(engine) as connection:
        ids = [row["id"] for row in papers.with_bytes(connection, sha256)]
        if not papers.carried_by(connection, device.agent_id, ids):
            return None
    return shelf.get(sha256)[offset : offset + limit]
