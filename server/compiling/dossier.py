"""Makes a complaint's dossier: the rule then in force, the visit and its proof, the texts, what was decided.

The folder is the evidence package of the visit, and its manifest signs for every file of the dossier too: so
`ronda verify` names whichever was changed. A case about no visit has a list of hashes alone, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync.keys import SigningKey

from ..evidencing import PAGE, only_empty, write_evidence
from ..shelf import Missing, Shelf
from ..store import claims, facts
from ..store.boards import compiled
from ..store.engine import reading, writing
from ..store.scopes import Scope
from .complaint import Asked, ask, said_of
from .folder import Compiled, Folder, begun
from .handover import INDEX


def write_dossier(
    engine: Engine,
    signer: SigningKey,
    shelf: Shelf,
    claim: str,
    path: Path,
    *,
    actor: str,
    now: datetime,
    scope: Scope | None = None,
) -> Compiled:
    """The dossier of a case, by its id or number. LookupError outside the scope; NotEmpty; OSError."""
    only_empty(path, "the dossier")
    seen = scope or Scope.everything()
    with reading(engine) as connection:
        asked = ask(connection, seen, claim, actor, now)
    missing: list[str] = []
    with begun(path) as folder:
        beside = _beside(folder, shelf, asked, missing)
        vouched = _written(engine, signer, shelf, asked, folder, beside, seen)
        folder.sums()
    done = Compiled(path, len(folder.files), 1 if asked.visit is not None else 0, (), len(missing), vouched)
    with writing(engine) as connection:
        _remember(connection, asked, done)
    return done


def _written(
    engine: Engine,
    signer: SigningKey,
    shelf: Shelf,
    asked: Asked,
    folder: Folder,
    beside: Callable[[Connection, Path], Mapping[str, str]],
    scope: Scope,
) -> bool:
    """True when the visit's evidence is there and the office had signed for it."""
    if asked.visit is not None:
        why = f"caso {asked.claim['number']}"
        try:
            package = write_evidence(
                engine,
                signer,
                shelf,
                asked.visit["id"],
                folder.path,
                why=why,
                actor=asked.actor,
                now=asked.now,
                scope=scope,
                also=beside,
            )
        except LookupError:  # a visit that no laptop signed: typed at the office, or brought by a file
            pass
        else:
            folder.adopt(".", "Constancia de la visita (ronda verify)")
            return package.vouched
    with reading(engine) as connection:
        beside(connection, folder.path)
    return False


def _beside(
    folder: Folder, shelf: Shelf, asked: Asked, missing: list[str]
) -> Callable[[Connection, Path], Mapping[str, str]]:
    def write(connection: Connection, path: Path) -> Mapping[str, str]:
        said = said_of(connection, asked)
        said["texts"] = _texts(folder, shelf, connection, asked, missing)
        for policy in asked.packs:
            folder.json(
                f"reglas/{policy.name}.json",
                {"name": policy.name, "version": policy.version, "pack": json.loads(policy.canonical)},
                f"Reglas «{policy.title}», completas",
            )
        folder.json("dossier.json", said, "Todo lo dicho aquí, para programas")
        proved = (path / PAGE).exists()
        folder.page(INDEX, "dossier.html", asked.zone, asked=asked, said=said, now=asked.now, proved=proved)
        return folder.hashes()

    return write


def _texts(
    folder: Folder, shelf: Shelf, connection: Connection, asked: Asked, missing: list[str]
) -> list[dict[str, Any]]:
    """What was put into his hands or sent: letters and slips with their bytes, messages with their words."""
    debtor = asked.claim["debtor_id"]
    texts: list[dict[str, Any]] = []
    for row in compiled.notices_of(connection, debtor, list(asked.numbers)):
        name = f"textos/{row['paper']}-{row['code'].lower()}.pdf"
        try:
            folder.write(name, shelf.get(row["sha256"]), "Un papel que se le hizo")
        except Missing:
            name = ""
            missing.append(row["code"])
        texts.append(
            {
                "what": row["paper"],
                "code": row["code"],
                "at": row["made_at"],
                "sha256": row["sha256"],
                "file": name,
            }
        )
    for row in compiled.contacts_of(connection, debtor, asked.now):
        if row["channel"] in ("message", "email") and row["source"] == "ronda":
            texts.append(
                {"what": row["channel"], "code": row["note"], "at": row["started"], "sha256": "", "file": ""}
            )
    return sorted(texts, key=lambda one: one["at"])


def _remember(connection: Connection, asked: Asked, done: Compiled) -> None:
    said = {"files": done.files, "missing": done.missing, "vouched": done.vouched}
    claims.note(connection, asked.claim["id"], "file", text="", at=asked.now, actor=asked.actor, detail=said)
    facts.append(
        connection,
        "dossier.written",
        as_of=asked.now.date(),
        now=asked.now,
        actor=asked.actor,
        subject=asked.claim["id"],
        payload={"number": asked.claim["number"], **said},
    )
