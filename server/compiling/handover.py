"""Hands over a whole case, to lawyers or to another agency: one folder, read without Ronda. Knows no page.

With what proves each visit, as `ronda verify` checks it, unless the visit speaks of another debt of his too.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync.keys import SigningKey
from sync.words import N_

from ..evidencing import ENDINGS, only_empty, write_evidence
from ..shelf import Missing, Shelf
from ..store import facts
from ..store.boards import compiled
from ..store.engine import reading, writing
from ..store.scopes import Scope
from .folder import Compiled, Folder, begun
from .person import Known, gather

INDEX = "index.html"
PURPOSES: Mapping[str, str] = {"legal": N_("Jurídica"), "agency": N_("Otra agencia")}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Handing:
    """Who hands the case over, for what, and with what it is proved."""

    engine: Engine
    signer: SigningKey
    shelf: Shelf
    scope: Scope
    purpose: str
    why: str
    actor: str
    now: datetime
    say: Say


@dataclass(frozen=True)
class Papers:
    """Papers and pictures that were written, by hash, and how many are not here."""

    names: dict[str, str]
    missing: int


def write_handover(
    engine: Engine,
    signer: SigningKey,
    shelf: Shelf,
    debtor_id: str,
    path: Path,
    *,
    lender_id: str | None,
    purpose: str,
    why: str,
    actor: str,
    now: datetime,
    scope: Scope | None = None,
    say: Say = lambda step: None,
) -> Compiled:
    """The folder of one debtor's case, of one lender where one is named.

    LookupError when he is not in the scope; NotEmpty; OSError. A failure leaves no half folder behind.
    """
    only_empty(path, "the case")
    if purpose not in PURPOSES:
        raise ValueError(f"a case is handed over for one of {', '.join(PURPOSES)}")
    handing = Handing(
        engine, signer, shelf, scope or Scope.everything(), purpose, " ".join(why.split()), actor, now, say
    )
    with reading(engine) as connection:
        known = gather(connection, handing.scope, debtor_id, lender_id, now, audit=purpose == "legal")
        papers = compiled.papers_of(connection, known.ids)
        pictures = compiled.pictures_of(connection, [row["id"] for row in known.visits])
    with begun(path) as folder:
        done = _write(handing, folder, known, papers, pictures)
    with writing(engine) as connection:
        _remember(connection, handing, known, done)
    return done


def _write(
    handing: Handing,
    folder: Folder,
    known: Known,
    papers: list[dict[str, Any]],
    pictures: list[dict[str, Any]],
) -> Compiled:
    proved = _prove(handing, folder, known)
    loose = [row for row in pictures if row["visit_id"] not in proved and row["visit_id"] not in known.shared]
    kept = put(handing.shelf, folder, "documentos", papers, "Documento de la cuenta")
    photos = put(handing.shelf, folder, "fotos", loose, "Foto de una visita")
    held_back = [row for row in pictures if row["visit_id"] in known.shared]
    left = [
        *known.left_out,
        *(
            [("Constancias y fotos de visitas de dos acreedores", len(known.shared), SHARED)]
            if known.shared or held_back
            else []
        ),
    ]
    missing = kept.missing + photos.missing
    if missing:
        left.append(("Fotos y documentos anunciados", missing, "Sus bytes no han llegado a la oficina"))
    known = Known(known.person, known.accounts, known.rows, left, known.shared)
    known.write(folder)
    folder.page(
        INDEX,
        "handover.html",
        known.person["timezone"],
        known=known,
        purpose=PURPOSES[handing.purpose],
        why=handing.why,
        actor=handing.actor,
        now=handing.now,
        proved=proved,
        papers=[row | {"file": kept.names.get(str(row["sha256"]), "")} for row in papers],
        photos=photos.names,
    )
    folder.sums()
    return Compiled(folder.path, len(folder.files), len(known.visits), tuple(left), missing, True)


SHARED = "Lo firmado habla también de la cuenta de otro acreedor; va el resumen de lo que toca a estas"


def _prove(handing: Handing, folder: Folder, known: Known) -> dict[str, str]:
    """Visit → the folder that proves it. One without an event in the ledger has none."""
    proved: dict[str, str] = {}
    count = len(known.visits)
    for place, visit in enumerate(reversed(known.visits), 1):
        handing.say(f"{place}/{count}")
        if visit["id"] in known.shared:
            continue
        name = f"constancias/{place:03d}-{visit['started']:%Y-%m-%d}"
        try:
            write_evidence(
                handing.engine,
                handing.signer,
                handing.shelf,
                visit["id"],
                folder.path / name,
                why=handing.why,
                actor=handing.actor,
                now=handing.now,
                scope=handing.scope,
            )
        except LookupError:
            shutil.rmtree(folder.path / name, ignore_errors=True)
            continue
        folder.adopt(name, "Constancia de una visita (ronda verify)")
        proved[visit["id"]] = name
    return proved


def put(shelf: Shelf, folder: Folder, under: str, rows: list[dict[str, Any]], what: str) -> Papers:
    """Write the bytes of these rows, each once, under its hash."""
    names: dict[str, str] = {}
    missing = 0
    for row in rows:
        digest = str(row["sha256"])
        if digest in names:
            continue
        try:
            data = shelf.get(digest)
        except Missing:
            missing += 1
            continue
        names[digest] = f"{under}/{digest}{ENDINGS.get(str(row['media_type']), '')}"
        folder.write(names[digest], data, what)
    return Papers(names, missing)


def _remember(connection: Connection, handing: Handing, known: Known, done: Compiled) -> None:
    facts.append(
        connection,
        "case.handed_over",
        as_of=handing.now.date(),
        now=handing.now,
        actor=handing.actor,
        subject=known.person["id"],
        payload={
            "accounts": known.ids,
            "purpose": handing.purpose,
            "why": handing.why,
            "files": done.files,
            "visits": done.visits,
            "left_out": [list(one) for one in done.left_out],
        },
    )
