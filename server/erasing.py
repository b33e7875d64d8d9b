"""Answers who asks that his data be erased: takes the request, holds, refuses or carries it out. No SQL.

What is carried out leaves a signed word per event, so that the ledger still verifies and says `erased`;
the words go, the figures of the accounts stay. The facts name the request, never the person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, RowMapping

from sync.ids import new_id
from sync.keys import OFFICE, SigningKey
from sync.ledger import Entry, Erasure, header_fields, sign_erasure
from sync.records import Refused
from sync.wire.fields import parse_instant
from sync.words import N_, Phrase

from . import publishing
from .deadlines import deadline, grounds
from .enrolling import keyring_of
from .publishing.erasing import announce
from .store import erasures, facts, holds, known, offices, overwriting, visits
from .store.engine import reading, writing
from .store.erasures import CARRIED_OUT, RECEIVED, REFUSED, WHOLE, Link
from .store.scopes import Scope

__all__ = ["CarriedOut", "carry_out", "erase_arrivals", "hold", "listed", "reapply", "receive_request"]

ASKED_BY = ("holder", "representative", "heir", "authority", "office")
CHANNELS = ("letter", "email", "counter", "phone", "authority")
USUAL_ZONE = "America/Bogota"
LONGEST = 1000


@dataclass(frozen=True)
class CarriedOut:
    """What an erasure did. `events` are bodies erased; `scrubbed` is False while the files wait for it."""

    number: int
    debtor_id: str
    events: int
    open_accounts: int
    pictures: int = 0
    pictures_shared: int = 0
    scrubbed: bool = False


def receive_request(
    engine: Engine,
    debtor_id: str,
    *,
    asked_by: str,
    channel: str,
    basis: str,
    received_on: date | None,
    actor: str,
    now: datetime,
    scope: Scope | None = None,
) -> Refused | int:
    """Record a request; answers its number. Its deadline follows from the day it came in and the country.

    LookupError when there is no such debtor in the scope.
    """
    wrong = _unfit(asked_by in ASKED_BY and channel in CHANNELS, basis, 3)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        person = erasures.debtor(connection, debtor_id, scope)
        if person is None:
            raise LookupError(debtor_id)
        today = _today(connection, now)
        received = received_on or today
        if received > today:
            text = N_("La solicitud no puede haber llegado después de hoy; corrija la fecha")
            return Refused(Phrase(text), "erasure.received")
        if erasures.open_request_of(connection, debtor_id) is not None:
            text = N_("Este deudor ya tiene una solicitud sin resolver; resuelva esa")
            return Refused(Phrase(text), "erasure.once")
        due = deadline(received, person["country"], offices.get(connection, "erasure_deadlines"))
        request_id = new_id()
        number = erasures.add_request(
            connection,
            id=request_id,
            debtor_id=debtor_id,
            asked_by=asked_by,
            channel=channel,
            basis=basis.strip(),
            received_on=received,
            due=due.day,
            due_source=due.source,
            recorded_at=now,
            recorded_by=actor,
        )
        said = {"number": number, "received_on": received.isoformat(), "due": due.day.isoformat()}
        _remember(connection, "erasure.requested", request_id, said, actor, now)
    return number


def hold(
    engine: Engine,
    request: str,
    *,
    why: str,
    until: date | None,
    actor: str,
    now: datetime,
    scope: Scope | None = None,
) -> Refused | None:
    """Keep everything about this debtor for now. LookupError when there is no such request in the scope."""
    wrong = _unfit(True, why, 3)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        held = _found(connection, request, scope)
        if until is not None and until < _today(connection, now):
            return Refused(
                Phrase(N_("El último día de la retención ya pasó; corrija la fecha")), "erasure.until"
            )
        holds.add(
            connection,
            id=new_id(),
            debtor_id=held["debtor_id"],
            why=why.strip(),
            since=now,
            until=until,
            placed_by=actor,
        )
        said = {"number": held["number"], "until": until.isoformat() if until else None}
        _remember(connection, "erasure.held", held["id"], said, actor, now)
    return None


def release(
    engine: Engine, request: str, *, why: str, actor: str, now: datetime, scope: Scope | None = None
) -> Refused | None:
    """Lift the holds on this debtor's data."""
    wrong = _unfit(True, why, 3)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        held = _found(connection, request, scope)
        if not holds.release(connection, held["debtor_id"], now=now, by=actor, why=why.strip()):
            return Refused(Phrase(N_("Sobre este deudor no hay ninguna retención")), "erasure.not_held")
        _remember(connection, "erasure.released", held["id"], {"number": held["number"]}, actor, now)
    return None


def refuse(
    engine: Engine,
    request: str,
    *,
    why: str,
    rule: str,
    actor: str,
    now: datetime,
    scope: Scope | None = None,
) -> Refused | None:
    """Say no, with the reason and the rule it stands on. Final: who asks again makes a new request."""
    wrong = _unfit(rule in {ground.rule for ground in grounds()}, why, 3)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        held = _found(connection, request, scope)
        if held["state"] != RECEIVED:
            return _decided()
        erasures.decide(
            connection,
            held["id"],
            state=REFUSED,
            decided_at=now,
            decided_by=actor,
            decided_why=why.strip(),
            decided_rule=rule,
        )
        _remember(
            connection, "erasure.refused", held["id"], {"number": held["number"], "rule": rule}, actor, now
        )
    return None


def carry_out(
    engine: Engine,
    signer: SigningKey,
    request: str,
    *,
    why: str,
    actor: str,
    now: datetime,
    despite_open: bool = False,
    scope: Scope | None = None,
    forget: Callable[[str, str], tuple[int, int]] | None = None,
) -> Refused | CarriedOut:
    """Erase what is known of the debtor. All of it in one transaction, then the files are written anew.

    `despite_open` says that he is erased although he has open accounts. `forget` suppresses the bytes of
    his pictures and papers, given his id and the reason; it answers how many went and how many others need.
    """
    wrong = _unfit(True, why, 3)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        held = _found(connection, request, scope)
        barred = _barred(connection, held, despite_open, scope, now)
        if barred is not None:
            return barred
        done = _erase(connection, signer, held, now)
        erasures.decide(
            connection,
            held["id"],
            state=CARRIED_OUT,
            decided_at=now,
            decided_by=actor,
            decided_why=why.strip(),
            events=done.events,
        )
        said = {"number": held["number"], "events": done.events, "open_accounts": done.open_accounts}
        _remember(connection, "erasure.carried_out", held["id"], said, actor, now)
    gone, shared = forget(done.debtor_id, _reason(held["number"])) if forget is not None else (0, 0)
    return CarriedOut(
        done.number,
        done.debtor_id,
        done.events,
        done.open_accounts,
        gone,
        shared,
        overwriting.scrub(engine),
    )


def _barred(
    connection: Connection, held: RowMapping, despite_open: bool, scope: Scope | None, now: datetime
) -> Refused | None:
    """Why a request may not be carried out now."""
    if held["state"] != RECEIVED:
        return _decided()
    debtor_id = held["debtor_id"]
    standing = holds.standing(connection, [debtor_id], _today(connection, now)).get(debtor_id)
    if standing:
        text = N_("Hay una retención legal desde el {since}: {why}. Levántela primero")
        values = {"since": f"{standing[0]['since']:%Y-%m-%d}", "why": standing[0]["why"]}
        return Refused(Phrase(text, values), "erasure.hold")
    if scope is not None and erasures.outside(connection, debtor_id, scope):
        text = N_("Tiene cuentas fuera de su cartera; esto lo hace quien las ve todas")
        return Refused(Phrase(text), "erasure.scope")
    open_accounts = _open(connection, debtor_id)
    if open_accounts and not despite_open:
        text = N_(
            "Tiene {count} cuentas abiertas: mientras deba, la ley suele pedir conservar sus datos. "
            "Si aun así se suprime, confírmelo"
        )
        contract = next(ground for ground in grounds() if ground.rule == "erasure.contract")
        return Refused(Phrase(text, {"count": open_accounts}), contract.rule, contract.source)
    return None


def _open(connection: Connection, debtor_id: str) -> int:
    return sum(row["state"] == "open" for row in erasures.accounts_of(connection, debtor_id))


def _erase(connection: Connection, signer: SigningKey, held: RowMapping, now: datetime) -> CarriedOut:
    debtor_id, reason = held["debtor_id"], _reason(held["number"])
    known.lock_debtors(connection, [debtor_id])
    bound = erasures.bound_with(connection, debtor_id)
    links = erasures.links_about(connection, debtor_id)
    signed = _signed(signer, links, reason, now)
    whole = sign_erasure(signer, id=debtor_id, body_digest=WHOLE, reason=reason, erased_at=now)
    erasures.add(connection, [*signed, whole])
    gone = erasures.erase_bodies(connection, links)
    told_of = erasures.told_of(connection, debtor_id)
    overwriting.overwrite_events(connection, told_of | {link.id for link in links})
    overwriting.overwrite_person(connection, debtor_id, held["id"], now, _today(connection, now))
    publishing.refresh_debtors(connection, [debtor_id, *bound], now)
    announce(connection, {link.agent_id for link in links})
    return CarriedOut(held["number"], debtor_id, gone, _open(connection, debtor_id))


def _signed(signer: SigningKey, links: Iterable[Link], reason: str, now: datetime) -> list[Erasure]:
    """One word per event and body, however many incarnations hold it."""
    pairs = sorted({(link.id, link.body_digest) for link in links})
    return [
        sign_erasure(signer, id=id, body_digest=digest, reason=reason, erased_at=now) for id, digest in pairs
    ]


def erase_arrivals(
    connection: Connection, signer: SigningKey, entries: Sequence[Entry], now: datetime
) -> int:
    """Erase at once what has just been kept, where an erasure already covers it; answers how many bodies.

    That is an event which was erased before (a restored office is sent it again), and one about an erased
    debtor written before his erasure was carried out, unless his data are under a legal hold.
    """
    said = {entry.id: _debtors_of(entry) for entry in entries if entry.kind != "incarnation.opened"}
    if not said or not erasures.exist(connection):
        return 0
    named = {debtor for debtors in said.values() for debtor in debtors}
    seen = visits.by_id(connection, {name for entry in entries for name in _visit_of(entry)})
    named |= {row["debtor_id"] for row in seen.values()}
    signed = erasures.held(connection, {*said, *named})
    gone = _erase_again(connection, entries, signed)
    standing = holds.standing(connection, named, _today(connection, now))
    for (name, digest), whole in signed.items():
        if digest == WHOLE and name in named and name not in standing:
            gone += _erase_late(connection, signer, name, whole, now)
    return gone


def _erase_again(
    connection: Connection, entries: Iterable[Entry], signed: dict[tuple[str, bytes], Erasure]
) -> int:
    links = [
        link
        for entry in entries
        if (entry.id, entry.body_digest) in signed
        for link in erasures.links_of(connection, entry.id, entry.body_digest)
    ]
    overwriting.overwrite_events(connection, {link.id for link in links})
    announce(connection, {link.agent_id for link in links})
    return erasures.erase_bodies(connection, links)


def _erase_late(
    connection: Connection, signer: SigningKey, debtor_id: str, whole: Erasure, now: datetime
) -> int:
    """Events about an erased debtor that were still on a laptop when he was erased."""
    links = [
        link
        for link in erasures.links_about(connection, debtor_id)
        if link.held and (_moment(link.recorded) or whole.erased_at) <= whole.erased_at
    ]
    if not links:
        return 0
    erasures.add(connection, _signed(signer, links, whole.reason, now))
    gone = erasures.erase_bodies(connection, links)
    overwriting.overwrite_events(connection, {link.id for link in links})
    publishing.refresh_debtors(connection, [debtor_id], now)
    announce(connection, {link.agent_id for link in links})
    _remember(connection, "erasure.late", debtor_id, {"reason": whole.reason, "events": gone}, "office", now)
    return gone


def reapply(connection: Connection, erasure: Erasure, now: datetime) -> bool:
    """Do once more what a signed erasure says, in an office restored from a backup that does not know of it.

    True when there was still something to erase. A word that no key of this office signed does nothing.
    """
    keys = keyring_of(connection)
    signed = erasure.signed_bytes()
    if keys.check(erasure.key_id, erasure.signature, signed, purpose=OFFICE, at=erasure.at) is not None:
        return False
    erasures.add(connection, [erasure])
    if erasure.body_digest != WHOLE:
        links = erasures.links_of(connection, erasure.id, erasure.body_digest)
        overwriting.overwrite_events(connection, {link.id for link in links})
        announce(connection, {link.agent_id for link in links})
        return erasures.erase_bodies(connection, links) > 0
    person = erasures.debtor(connection, erasure.id)
    if person is None:
        return False
    waiting = erasures.open_request_of(connection, erasure.id)
    if waiting is not None:
        values = {"state": CARRIED_OUT, "decided_at": erasure.erased_at, "decided_by": "restore"}
        erasures.decide(connection, waiting["id"], **values)
    bound = erasures.bound_with(connection, erasure.id)
    overwriting.overwrite_person(connection, erasure.id, erasure.key_id, now, _today(connection, now))
    publishing.refresh_debtors(connection, [erasure.id, *bound], now)
    return bool(person["name"] != overwriting.NAMELESS)


def listed(engine: Engine, now: datetime, scope: Scope | None = None) -> list[dict[str, Any]]:
    """The requests, those that wait first, each with the holds that stand and the days that are left."""
    with reading(engine) as connection:
        rows = erasures.requests(connection, scope=scope)
        today = _today(connection, now)
        standing = holds.standing(connection, {row["debtor_id"] for row in rows}, today)
    return [
        row
        | {
            "holds": standing.get(row["debtor_id"], []) if row["state"] == RECEIVED else [],
            "days_left": (row["due"] - today).days if row["state"] == RECEIVED else None,
        }
        for row in rows
    ]


def told(engine: Engine, request: str, now: datetime, scope: Scope | None = None) -> dict[str, Any]:
    """One request with every hold there was, its facts, and his open accounts. LookupError."""
    with reading(engine) as connection:
        held = _found(connection, request, scope)
        today = _today(connection, now)
        person = erasures.debtor(connection, held["debtor_id"])
        return {
            **held,
            "debtor_name": person["name"] if person else "",
            "holds": holds.standing(connection, [held["debtor_id"]], today).get(held["debtor_id"], []),
            "every_hold": holds.of_debtor(connection, held["debtor_id"]),
            "facts": facts.listed(connection, subject=held["id"]),
            "open_accounts": _open(connection, held["debtor_id"]),
            "days_left": (held["due"] - today).days,
        }


def debtor_named(engine: Engine, text: str) -> str:
    """The id of the debtor with this id or document number. LookupError when no one, or more than one, is."""
    with reading(engine) as connection:
        found = erasures.named(connection, text.strip())
    if found is None:
        raise LookupError(text)
    return found


def _found(connection: Connection, request: str, scope: Scope | None) -> RowMapping:
    held = erasures.request(connection, request)
    if held is None or erasures.debtor(connection, held["debtor_id"], scope) is None:
        raise LookupError(request)
    return held


def _unfit(known_words: bool, text: str, shortest: int) -> Refused | None:
    if not known_words:
        return Refused(Phrase(N_("Elija una de las opciones")), "erasure.choice")
    if not shortest <= len(text.strip()) <= LONGEST:
        return Refused(Phrase(N_("Escriba la razón, de 3 a 1000 letras")), "erasure.reason")
    return None


def _decided() -> Refused:
    return Refused(Phrase(N_("Esta solicitud ya se resolvió; lo resuelto no se cambia")), "erasure.decided")


def _reason(number: int) -> str:
    """What the signed word says: the request, never the person."""
    return f"solicitud {number}"


def _debtors_of(entry: Entry) -> set[str]:
    debtor = (header_fields(entry.header) or {}).get("debtor")
    if debtor is None:
        debtor = (header_fields(entry.body) or {}).get("debtor") if entry.body is not None else None
    return {debtor} if isinstance(debtor, str) else set()


def _visit_of(entry: Entry) -> set[str]:
    visit = (header_fields(entry.body) or {}).get("visit") if entry.body is not None else None
    return {visit} if isinstance(visit, str) else set()


def _moment(text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except ValueError:
        return None


def _today(connection: Connection, now: datetime) -> date:
    zone = offices.get(connection, "timezone") or USUAL_ZONE
    return now.astimezone(ZoneInfo(str(zone))).date()


def _remember(
    connection: Connection, kind: str, request_id: str, said: dict[str, Any], actor: str, now: datetime
) -> None:
    facts.append(connection, kind, as_of=now.date(), now=now, actor=actor, subject=request_id, payload=said)
