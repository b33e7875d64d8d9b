"""Writes what is held about somebody, for himself: every account in scope, in words and as data. No proof.

Of others he gets nothing: who their telephones belong to is said, not the numbers.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from ..evidencing import only_empty
from ..shelf import Shelf
from ..store import facts
from ..store.boards import compiled
from ..store.engine import reading, writing
from ..store.scopes import Scope
from .folder import Compiled, begun
from .handover import INDEX, put
from .person import gather


def write_access(
    engine: Engine,
    shelf: Shelf,
    debtor_id: str,
    path: Path,
    *,
    case: str,
    actor: str,
    now: datetime,
    scope: Scope | None = None,
) -> Compiled:
    """The folder for who asks what is known of him. LookupError outside the scope; NotEmpty; OSError."""
    only_empty(path, "what is held")
    with reading(engine) as connection:
        known = gather(connection, scope or Scope.everything(), debtor_id, None, now, audit=False)
        pictures = compiled.pictures_of(connection, [row["id"] for row in known.visits])
        papers = compiled.papers_of(connection, known.ids)
    with begun(path) as folder:
        kept = put(shelf, folder, "documentos", papers, "Documento de la cuenta")
        photos = put(shelf, folder, "fotos", pictures, "Foto de una visita")
        known.write(folder)
        folder.page(
            INDEX,
            "access.html",
            known.person["timezone"],
            known=known,
            case=case,
            now=now,
            papers=[row | {"file": kept.names.get(row["sha256"], "")} for row in papers],
            photos=photos.names,
        )
        folder.sums()
    done = Compiled(
        path, len(folder.files), len(known.visits), tuple(known.left_out), kept.missing + photos.missing, True
    )
    with writing(engine) as connection:
        facts.append(
            connection,
            "access.written",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=known.person["id"],
            payload={"case": case, "files": done.files},
        )
    return done
