"""Closes the month that somebody else asked for: freezes lines and figures, takes over what came late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.keys import SigningKey
from sync.records import Refused
from sync.words import N_, Phrase

from .. import commissioning
from ..commissioning import PIECE, last_of, reckon, row_of, run_of
from ..figuring import keeping, showing
from ..store import commissions, facts, lenders, months
from ..store.engine import reading, writing
from ..store.scopes import Scope, Share
from .asking import may_not
from .freezing import PURPOSE, digest_of, snapshot
from .late import adjustments

Row = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Closed:
    """A month that was closed, with what it froze and what it took over from months before."""

    id: str
    digest: str
    lines: int
    adjustments: int


def close(
    engine: Engine,
    close_id: str,
    signer: SigningKey,
    *,
    actor: str,
    now: datetime,
    today: date,
    say: Say = lambda _step: None,
) -> Closed | Refused:
    """Freeze the month that somebody else asked to close, and take over what came late to those before."""
    with reading(engine) as connection:
        asked = _waiting(connection, close_id, actor, today)
        if isinstance(asked, Refused):
            return asked
        month, lender_id = asked["month"], asked["lender_id"]
        mine = _covers(connection, month, lender_id)
    run, rows = _lines(engine, month, lender_id, mine, actor, now, today, say)
    figures = _figures(engine, month, lender_id, today, now)
    say(N_("ajustes"))
    with writing(engine) as connection:
        # Meanwhile somebody may have taken it back or closed it: then nothing of this is kept.
        still = _waiting(connection, close_id, actor, today, lock=True)
        if isinstance(still, Refused):
            return still
        adjusted = adjustments(connection, close_id, month, mine, today)
        frozen = snapshot(asked, run, rows, adjusted, figures)
        digest = _keep(connection, close_id, run, rows, frozen, signer, actor, now)
        months.adjust(connection, adjusted)
        done = Closed(close_id, digest, len(rows), len(adjusted))
        payload = {"month": month.isoformat(), "digest": digest, "lines": done.lines}
        payload["adjustments"] = done.adjustments
        facts.append(
            connection, "month.closed", as_of=today, now=now, actor=actor, subject=close_id, payload=payload
        )
    return done


def _waiting(
    connection: Connection, close_id: str, actor: str, today: date, *, lock: bool = False
) -> Row | Refused:
    """The close that this person may make, or why not."""
    asked = months.one(connection, close_id, lock=lock)
    if asked is None or asked["state"] != "asked":
        return Refused(Phrase(N_("Ese cierre ya no está pendiente")), "month.once")
    if asked["asked_by"] == actor:
        return Refused(Phrase(N_("Lo pidió usted: el mes lo cierra otra persona")), "month.two")
    return may_not(connection, asked["month"], asked["lender_id"], today) or asked


def _keep(
    connection: Connection,
    close_id: str,
    run: Row,
    rows: list[Row],
    frozen: Row,
    signer: SigningKey,
    actor: str,
    now: datetime,
) -> str:
    """Keep what was frozen, signed; its digest."""
    commissions.add_run(connection, run)
    commissions.add_lines(connection, rows)
    digest = digest_of(frozen)
    months.change(
        connection,
        close_id,
        "closed",
        decided_at=now,
        decided_by=actor,
        run_id=run["id"],
        snapshot=frozen,
        digest=digest.hex(),
        key_id=signer.id,
        signature=signer.sign(PURPOSE + digest),
    )
    return digest.hex()


def _covers(connection: Connection, month: date, lender_id: str | None) -> set[str]:
    """The lenders this close freezes: one, or all whose month is still open."""
    if lender_id is not None:
        return {lender_id}
    done = {row["lender_id"] for row in months.closed_runs(connection, month)}
    return {row["id"] for row in lenders.listed(connection)} - done


def _lines(
    engine: Engine,
    month: date,
    lender_id: str | None,
    mine: set[str],
    actor: str,
    now: datetime,
    today: date,
    say: Say,
) -> tuple[Row, list[Row]]:
    with reading(engine) as connection:
        held = commissioning.rules(connection)
        every = commissions.paid_accounts(connection, month, last_of(month), lender_id)
        run = run_of(month, held, "closed", actor, now)
        rows: list[Row] = []
        for number, piece in enumerate(reckon(connection, month, held, today, every), start=1):
            rows += [row_of(run["id"], one) for one in piece if one.account["lender_id"] in mine]
            say(f"{min(number * PIECE, len(every))}/{len(every)}")
    return run, rows


def _figures(engine: Engine, month: date, lender_id: str | None, today: date, now: datetime) -> list[Row]:
    """The board's figures of the month as they are on the day of closing."""
    span = (month, last_of(month))
    scope = Scope.everything() if lender_id is None else Scope((Share(lender_id=lender_id),))
    keeping.refresh(engine, [span], today=today, now=now)
    with reading(engine) as connection:
        made = showing.figures_of(connection, scope, span, "all", today)
    return [
        {
            "code": one.code,
            "currency": one.currency,
            "value": None if one.value is None else str(one.value),
            "over": str(one.over),
            "under": str(one.under),
            "formula": one.formula,
        }
        for one in made.whole.figures
    ]
