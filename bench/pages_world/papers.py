"""The papers of the filled office: notices, batches of letters, documents, what lies on its shelf."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from server.shelf import Shelf
from server.store import tables as t
from sync.ids import new_id

from .base import BRANCHES, NOW, TEAMS, TODAY, Debtor, Row, Rows, World
from .handled import DOORS, code, door, doors
from .staffing import COORDINATORS

TEMPLATE = "aviso-extrajudicial"
LETTERS = 40  # letters of a batch
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
PDF_DIGEST = hashlib.sha256(PDF).hexdigest()
OTHERS = 10**9  # the first code of papers that no visit handed over
_REFUSED = {"msgid": "Ya tiene una carta hecha que no se ha entregado", "values": {}}


def shelf(world: World) -> Rows:
    """The bytes themselves, and what is known of them."""
    kept = Shelf(world.office.config.shelf)
    for number, (digest, size) in enumerate(doors()):
        kept.put(digest, door(number))
        yield t.files, {"area": "", "sha256": digest, "size": size, "stored_at": NOW}
        yield t.picture_looks, {"sha256": digest, "looks": f"{number:016x}", "reckoned_at": NOW}
    kept.put(PDF_DIGEST, PDF)
    yield t.files, {"area": "", "sha256": PDF_DIGEST, "size": len(PDF), "stored_at": NOW}
    assert len(doors()) == DOORS


def documents(world: World) -> Rows:
    """The promissory note of one account in ten."""
    for own in world.debtors[::10]:
        yield (
            t.papers,
            {
                "id": new_id(),
                "account_id": own.accounts[0],
                "kind": "pagare",
                "name": "pagaré 001.pdf",
                "sha256": PDF_DIGEST,
                "media_type": "application/pdf",
                "size": len(PDF),
                "added_at": NOW - timedelta(days=own.number % 300),
                "added_by": "nora",
            },
        )
        yield (
            t.documents,
            {
                "id": new_id(),
                "account_id": own.accounts[0],
                "name": "Pagaré",
                "since": TODAY - timedelta(days=300),
                "until": None,
            },
        )


def notices(world: World) -> Rows:
    for number, own in enumerate(world.some_debtors(5_000)):
        yield t.notices, _notice(own, code(OTHERS + number), number)


def _notice(own: Debtor, printed: str, number: int) -> Row:
    return {
        "id": new_id(),
        "debtor_id": own.id,
        "account_id": own.accounts[0],
        "paper": "notice",
        "code": printed,
        "token": "",
        "sha256": PDF_DIGEST,
        "size": len(PDF),
        "said": {"template": TEMPLATE, "version": 0},
        "made_at": NOW - timedelta(days=number % 60),
        "actor": "nora",
    }


def letters(world: World) -> Rows:
    """Four batches of each team: two were made and posted, one waits to be made, one was thrown away."""
    number = 0
    for branch in range(BRANCHES):
        for team in range(TEAMS):
            mine = [one for one in world.debtors[: 20 * BRANCHES * TEAMS * LETTERS] if one.late >= 90]
            mine = [one for one in mine if (one.branch, one.team) == (branch, team)]
            for turn, state in enumerate(("made", "dropped", "made", "previewed")):
                chosen = mine[turn * LETTERS : (turn + 1) * LETTERS]
                if chosen:
                    number += 1
                    yield from _batch(number, COORDINATORS[branch], state, chosen)
    yield t.counters, {"name": "letters", "value": number}


def _batch(number: int, actor: str, state: str, chosen: Sequence[Debtor]) -> Rows:
    batch, made = new_id(), state == "made"
    asked = NOW - timedelta(days=number % 40 + 1)
    refused = sum(place % 8 == 0 for place in range(1, len(chosen) + 1))
    counts: Row = {"asked": len(chosen), "ready": len(chosen) - refused, "refused": refused}
    yield (
        t.letter_batches,
        {
            "id": batch,
            "number": number,
            "list": "home-visit",
            "template": TEMPLATE,
            "as_of": asked.date(),
            "state": state,
            "counts": counts | {"level": "home-visit", "segment": ""} | ({"made": 35} if made else {}),
            "asked_at": asked,
            "actor": actor,
            "made_at": asked + timedelta(hours=1) if made else None,
            "made_by": actor if made else "",
            "sha256": PDF_DIGEST if made else None,
        },
    )
    for place, own in enumerate(chosen, 1):
        yield from _letter(batch, number, place, own, actor, made)


def _letter(batch: str, number: int, place: int, own: Debtor, actor: str, made: bool) -> Rows:
    refused, notice, printed = place % 8 == 0, new_id(), code(2 * OTHERS + number * LETTERS + place)
    written = made and not refused
    state = "refused" if refused else ("delivered", "handed", "made")[place % 3] if made else "ready"
    if written:
        yield t.notices, _notice(own, printed, number) | {"id": notice, "actor": actor}
    yield (
        t.letter_rows,
        {
            "id": new_id(),
            "batch_id": batch,
            "place": place,
            "account_id": own.accounts[0],
            "debtor_id": own.id,
            "state": state,
            "rule": "letters.once" if refused else "",
            "rule_source": "",
            "because": _REFUSED if refused else {},
            "notice_id": notice if written else None,
            "code": printed if written else "",
            "changed_at": NOW - timedelta(days=number % 40),
            "changed_by": actor,
            "note": "",
        },
    )
