"""Erases what is known of a debtor, with a signed word per event, unless something forbids it. No SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping

from sync.keys import SigningKey
from sync.ledger import sign_erasure
from sync.records import Refused
from sync.words import N_, Phrase

from .. import publishing
from ..deadlines import grounds
from ..publishing.erasing import announce
from ..store import erasures, holds, known, overwriting
from ..store.engine import writing
from ..store.erasures import CARRIED_OUT, RECEIVED, WHOLE
from ..store.scopes import Scope
from .request import decided, found, open_of, reason_of, remember, today_at, unfit
from .signing import signed_words


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
    wrong = unfit(True, why, 3)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        held = found(connection, request, scope)
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
        remember(connection, "erasure.carried_out", held["id"], said, actor, now)
    gone, shared = forget(done.debtor_id, reason_of(held["number"])) if forget is not None else (0, 0)
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
        return decided()
    debtor_id = held["debtor_id"]
    standing = holds.standing(connection, [debtor_id], today_at(connection, now)).get(debtor_id)
    if standing:
        text = N_("Hay una retención legal desde el {since}: {why}. Levántela primero")
        values = {"since": f"{standing[0]['since']:%Y-%m-%d}", "why": standing[0]["why"]}
        return Refused(Phrase(text, values), "erasure.hold")
    if scope is not None and erasures.outside(connection, debtor_id, scope):
        text = N_("Tiene cuentas fuera de su cartera; esto lo hace quien las ve todas")
        return Refused(Phrase(text), "erasure.scope")
    open_accounts = open_of(connection, debtor_id)
    if open_accounts and not despite_open:
        text = N_(
            "Tiene {count} cuentas abiertas: mientras deba, la ley suele pedir conservar sus datos. "
            "Si aun así se suprime, confírmelo"
        )
        contract = next(ground for ground in grounds() if ground.rule == "erasure.contract")
        return Refused(Phrase(text, {"count": open_accounts}), contract.rule, contract.source)
    return None


def _erase(connection: Connection, signer: SigningKey, held: RowMapping, now: datetime) -> CarriedOut:
    debtor_id, reason = held["debtor_id"], reason_of(held["number"])
    known.lock_debtors(connection, [debtor_id])
    bound = erasures.bound_with(connection, debtor_id)
    links = erasures.links_about(connection, debtor_id)
    signed = signed_words(signer, links, reason, now)
    whole = sign_erasure(signer, id=debtor_id, body_digest=WHOLE, reason=reason, erased_at=now)
    erasures.add(connection, [*signed, whole])
    gone = erasures.erase_bodies(connection, links)
    told_of = erasures.told_of(connection, debtor_id)
    overwriting.overwrite_events(connection, told_of | {link.id for link in links})
    overwriting.overwrite_person(connection, debtor_id, held["id"], now, today_at(connection, now))
    publishing.refresh_debtors(connection, [debtor_id, *bound], now)
    announce(connection, {link.agent_id for link in links} | erasures.who_had(connection, debtor_id))
    return CarriedOut(held["number"], debtor_id, gone, open_of(connection, debtor_id))
