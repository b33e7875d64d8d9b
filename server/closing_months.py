"""Closes a month: freezes its figures and commissions, and names what came later instead of changing them.

One person asks and another closes. What a closed month holds is never touched again: a payment, a reversal or
a visit that comes later becomes an adjustment of the next month that is closed, shown against the original.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from sync.digest import canonical
from sync.ids import new_id
from sync.keys import SigningKey, verified
from sync.money import from_minor, written
from sync.records import Refused
from sync.rules.commission_rules import rules_from
from sync.words import N_, Phrase

from . import commissioning
from .commissioning import PIECE, Earned, last_of, month_before, reckon, row_of, run_of, terms_of
from .figuring import keeping, showing
from .store import commissions, facts, lenders, months, offices
from .store.engine import reading, writing
from .store.scopes import Scope, Share

USUAL_ZONE = "America/Bogota"
# How many months back something that comes late is still taken as an adjustment.
LOOKS_BACK = 6
PURPOSE = b"ronda month close\n"
Row = dict[str, Any]
Say = Callable[[str], None]

LATE_PAYMENT = N_("Un pago que se conoció después de cerrar el mes")
REVERSED = N_("La entidad reversó un pago después de cerrar el mes")
LATE_VISIT = N_("Una visita que llegó tarde cambió a quién le corresponde el pago")
LATE_PROMISE = N_("Una promesa que se supo cumplida después de cerrar el mes")
GONE = N_("Dejó de contar después de cerrar el mes: la visita se anuló o la promesa se rompió")


@dataclass(frozen=True)
class Caution:
    """Something that a closed month would not see: how much of it, and the page where it is mended."""

    because: Phrase
    page: str = ""


@dataclass(frozen=True)
class Closed:
    """A month that was closed, with what it froze and what it took over from months before."""

    id: str
    digest: str
    lines: int
    adjustments: int


def warnings(connection: Connection, month: date, lender_id: str | None) -> list[Caution]:
    """What whoever closes should know first. None of it forbids closing."""
    start, end = _span(connection, month)
    found = []
    if count := months.quarantined(connection, end):
        text = N_("{count} eventos en cuarentena: sus visitas no están en el mes")
        found.append(Caution(Phrase(text, {"count": count}), "quarantine.index"))
    if count := months.unreviewed(connection, start, end, lender_id):
        found.append(
            Caution(Phrase(N_("{count} hallazgos del mes sin resolver"), {"count": count}), "findings.index")
        )
    if names := months.unsent(connection, end):
        text = N_("{count} portátiles que no han entregado todo: {names}")
        values: dict[str, str | int | float] = {"count": len(names), "names": ", ".join(names[:8])}
        found.append(Caution(Phrase(text, values), "devices.index"))
    for name, through in months.paid_through(connection, lender_id):
        if through is None or through < last_of(month):
            text = N_("Los pagos de {lender} se conocen hasta {day}, y el mes termina después")
            day = through.strftime("%d/%m/%Y") if through else "—"
            found.append(Caution(Phrase(text, {"lender": name, "day": day}), "imports.index"))
    return found


def ask(
    engine: Engine, month: date, lender_id: str | None, *, actor: str, now: datetime, today: date
) -> str | Refused:
    """Ask that a month be closed; another person closes it."""
    with writing(engine) as connection:
        refused = _may_not(connection, month, lender_id, today)
        if refused is not None:
            return refused
        waiting = months.listed(connection, month=month, state="asked")
        if any(row["lender_id"] in (None, lender_id) or lender_id is None for row in waiting):
            return Refused(
                Phrase(N_("Ese cierre ya está pedido: falta que otra persona lo haga")), "month.asked"
            )
        told = warnings(connection, month, lender_id)
        made = new_id()
        months.add(
            connection,
            {
                "id": made,
                "month": month,
                "lender_id": lender_id,
                "state": "asked",
                "asked_at": now,
                "asked_by": actor,
                "warnings": [_json(one.because) | {"page": one.page} for one in told],
            },
        )
        payload = {"month": month.isoformat(), "lender": lender_id or "", "warnings": len(told)}
        facts.append(
            connection, "month.asked", as_of=today, now=now, actor=actor, subject=made, payload=payload
        )
    return made


def withdraw(engine: Engine, close_id: str, *, actor: str, now: datetime) -> bool:
    """Take back what was asked for; a month that was closed stays closed."""
    with writing(engine) as connection:
        done = months.change(connection, close_id, "withdrawn", decided_at=now, decided_by=actor)
        if done:
            facts.append(
                connection,
                "month.withdrawn",
                as_of=now.date(),
                now=now,
                actor=actor,
                subject=close_id,
                payload={},
            )
    return done


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
        asked = months.one(connection, close_id)
        if asked is None or asked["state"] != "asked":
            return Refused(Phrase(N_("Ese cierre ya no está pendiente")), "month.once")
        if asked["asked_by"] == actor:
            return Refused(Phrase(N_("Lo pidió usted: el mes lo cierra otra persona")), "month.two")
        month, lender_id = asked["month"], asked["lender_id"]
        refused = _may_not(connection, month, lender_id, today)
        if refused is not None:
            return refused
        mine = _covers(connection, month, lender_id)
    run, rows = _lines(engine, month, lender_id, mine, actor, now, today, say)
    figures = _figures(engine, month, lender_id, today, now)
    say(N_("ajustes"))
    with writing(engine) as connection:
        adjusted = _adjustments(connection, close_id, month, mine, today)
        snapshot = _snapshot(connection, asked, run, rows, adjusted, figures)
        digest = hashlib.sha256(canonical(snapshot)).digest()
        commissions.add_run(connection, run)
        commissions.add_lines(connection, rows)
        done = months.change(
            connection,
            close_id,
            "closed",
            decided_at=now,
            decided_by=actor,
            run_id=run["id"],
            snapshot=snapshot,
            digest=digest.hex(),
            key_id=signer.id,
            signature=signer.sign(PURPOSE + digest),
        )
        if not done:
            return Refused(Phrase(N_("Ese cierre ya no está pendiente")), "month.once")
        months.adjust(connection, adjusted)
        payload = {
            "month": month.isoformat(),
            "digest": digest.hex(),
            "lines": len(rows),
            "adjustments": len(adjusted),
        }
        facts.append(
            connection, "month.closed", as_of=today, now=now, actor=actor, subject=close_id, payload=payload
        )
    return Closed(close_id, digest.hex(), len(rows), len(adjusted))


def holds(connection: Connection, row: Mapping[str, Any]) -> bool:
    """True while what a close froze is what the office signed."""
    keys = {one["key_id"]: one["public_key"] for one in offices.signing_keys_held(connection)}
    if row["snapshot"] is None or row["key_id"] not in keys:
        return False
    digest = hashlib.sha256(canonical(row["snapshot"])).digest()
    return digest.hex() == row["digest"] and verified(keys[row["key_id"]], row["signature"], PURPOSE + digest)


def _may_not(connection: Connection, month: date, lender_id: str | None, today: date) -> Refused | None:
    """Why a month cannot be closed: it is not over, or it is closed."""
    if today <= last_of(month):
        return Refused(
            Phrase(N_("El mes no ha terminado: se cierra desde el día 1 del siguiente")), "month.over"
        )
    closed = months.closed_runs(connection, month)
    if any(row["lender_id"] is None for row in closed) or any(
        row["lender_id"] == lender_id for row in closed
    ):
        text = N_(
            "Ese mes ya está cerrado y no se reabre: lo que llegue tarde entra como ajuste del siguiente"
        )
        return Refused(Phrase(text), "month.closed")
    return None


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


def _adjustments(
    connection: Connection, close_id: str, month: date, mine: set[str], today: date
) -> list[Row]:
    """What came late to the months closed before this one, of the lenders that this close covers."""
    found: list[Row] = []
    earlier = month
    for _back in range(LOOKS_BACK):
        earlier = month_before(earlier)
        for row in months.closed_runs(connection, earlier):
            found += changed(connection, row, mine, today)
    return [{**one, "close_id": close_id} for one in found]


def changed(
    connection: Connection,
    closed: Mapping[str, Any],
    lender_ids: set[str] | None,
    today: date,
    *,
    account_ids: list[str] | None = None,
) -> list[Row]:
    """How the lines of a closed month would be today, against what it froze and what was adjusted since."""
    run = commissions.run(connection, closed["run_id"])
    if run is None:
        return []
    frozen = [
        row
        for row in commissions.lines_of(connection, [run["id"]], account_ids=account_ids)
        if lender_ids is None or row["lender_id"] in lender_ids
    ]
    held, own = rules_from(run["rules"]), closed["lender_id"]
    every = account_ids
    if every is None:
        paid = commissions.paid_accounts(connection, run["month"], last_of(run["month"]), own)
        every = sorted({*paid, *(row["account_id"] for row in frozen)})
    others = _elsewhere(connection, closed)
    now_: list[Earned] = []
    for piece in reckon(connection, run["month"], held, today, every, fixed=terms_of(frozen)):
        now_ += [
            one
            for one in piece
            if one.account["lender_id"] not in others
            and (lender_ids is None or one.account["lender_id"] in lender_ids)
        ]
    taken = months.adjustments(connection, original_id=closed["id"])
    return _against(frozen, now_, taken, closed["id"])


def _elsewhere(connection: Connection, closed: Mapping[str, Any]) -> set[str]:
    """The lenders that another close of the same month froze."""
    if closed["lender_id"] is not None:
        return {row["id"] for row in lenders.listed(connection)} - {closed["lender_id"]}
    return {row["lender_id"] for row in months.closed_runs(connection, closed["month"]) if row["lender_id"]}


def _against(frozen: list[Row], now_: list[Earned], taken: list[Row], original: str) -> list[Row]:
    before: dict[str, int] = {}
    about: dict[str, Row] = {}
    for row in frozen:
        key = f"{row['key']}|{row['agent_id'] or ''}"
        before[key] = row["amount_minor"]
        about[key] = row
    for row in taken:
        before[row["key"]] = before.get(row["key"], 0) + row["after_minor"] - row["before_minor"]
        about.setdefault(row["key"], row)
    after: dict[str, int] = {}
    for one in now_:
        key = f"{one.line.key}|{one.line.agent or ''}"
        after[key] = one.line.amount_minor
        about.setdefault(key, row_of("", one))
    known = {row["key"] for row in frozen} | {row["key"].partition("|")[0] for row in taken}
    found = []
    for key in sorted(before.keys() | after.keys()):
        was, is_ = before.get(key, 0), after.get(key, 0)
        if was == is_:
            continue
        row = about[key]
        found.append(
            {
                "key": key,
                "original_id": original,
                "agent_id": row["agent_id"],
                "account_id": row["account_id"],
                "currency": row["currency"],
                "before_minor": was,
                "after_minor": is_,
                "because": _json(
                    Phrase(_name(key.partition("|")[0], str(row.get("kind", "")), key in after, known))
                ),
            }
        )
    return found


def _name(key: str, kind: str, counts: bool, known: set[str]) -> str:
    """What happened to a line, by whether it counts now and what the month knew when it was closed."""
    bare = key.removeprefix("fee:").removeprefix("promise:")
    if not counts:
        return LATE_VISIT if f"fee:{bare}" in known and key == bare else GONE
    if kind in ("reversal", "feeback"):
        return REVERSED
    if key.startswith("promise:"):
        return LATE_PROMISE
    if key in known or f"fee:{bare}" in known:
        return LATE_VISIT
    return LATE_PAYMENT


def _snapshot(
    connection: Connection,
    asked: Mapping[str, Any],
    run: Mapping[str, Any],
    rows: list[Row],
    adjusted: list[Row],
    figures: list[Row],
) -> Row:
    """Everything the close froze, small enough to sign: totals, figures, and the digest of all lines."""
    totals: dict[str, dict[str, int]] = {}
    for row in rows:
        kind = "fees" if row["agent_id"] is None else "commissions"
        each = totals.setdefault(row["currency"], {"commissions": 0, "fees": 0})
        each[kind] += row["amount_minor"]
    lines = [
        [
            row["key"],
            row["agent_id"] or "",
            row["account_id"],
            row["currency"],
            row["base_minor"],
            row["amount_minor"],
        ]
        for row in sorted(rows, key=lambda row: row["key"])
    ]
    return {
        "month": asked["month"].isoformat(),
        "lender": asked["lender"] or "",
        "asked_by": asked["asked_by"],
        "rules": {"name": run["rules"].get("name", ""), "version": run["version"]},
        "totals": {
            currency: {name: written(from_minor(minor, currency), currency) for name, minor in each.items()}
            for currency, each in sorted(totals.items())
        },
        "lines": len(rows),
        "lines_sha256": hashlib.sha256(canonical(lines)).hexdigest(),
        "adjustments": [
            [one["key"], one["original_id"], one["currency"], one["before_minor"], one["after_minor"]]
            for one in adjusted
        ],
        "figures": figures,
    }


def _span(connection: Connection, month: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(offices.get(connection, "timezone") or USUAL_ZONE)
    after = last_of(month) + timedelta(days=1)
    return datetime.combine(month, time(), tzinfo=zone), datetime.combine(after, time(), tzinfo=zone)


def _json(phrase: Phrase) -> Row:
    return {"msgid": phrase.msgid, "values": dict(phrase.values)}
