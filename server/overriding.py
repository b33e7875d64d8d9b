"""Lets a person with authority set one rule aside for a debtor, a day and a channel. Knows no page.

Who earns on what is collected decides nothing here: not the agent who has or had the debtor, not who is
declared to earn on his branch, not who walks the street or sits at the telephone at all. What the pack does
not name stays as it is, whoever asks; where it asks for two people, one lifts nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import is_id
from sync.records import Refused, UserRole
from sync.rules.clauses import CHANNELS
from sync.rules.policy import Policy, local_day
from sync.words import N_, Phrase

from . import publishing
from .earning import earns
from .packs import at_office
from .recovering import Person
from .store import facts, known, overrides, people
from .store.boards import cases
from .store.engine import writing
from .store.scopes import Scope

SHORTEST_REASON = 10


def ask(
    engine: Engine,
    debtor_id: str,
    rule: str,
    day: date,
    channel: str,
    *,
    why: str,
    by: Person,
    now: datetime,
    scope: Scope | None = None,
) -> str | Refused:
    """Set `rule` aside for this debtor on a day of his; answers the override's id.

    Where the pack asks for two people it waits for the other one (`approve`) and lifts nothing until then.
    LookupError when the debtor is not in the scope.
    """
    if channel not in CHANNELS:
        text = N_("El canal debe ser uno de: {channels}")
        return Refused(Phrase(text, {"channels": ", ".join(CHANNELS)}), "override.channel")
    if len(why.strip()) < SHORTEST_REASON:
        return _refused(N_("Escriba por qué se hace la excepción, en 10 letras o más"), "override.reason")
    with writing(engine) as connection:
        zone = _zone(connection, debtor_id, scope)
        if day < local_day(now, zone):
            return _refused(N_("Ese día ya pasó: lo hecho no se excusa después"), "override.past")
        policy = _policy(connection, debtor_id, rule)
        if isinstance(policy, Refused):
            return policy
        wrong = _barred(connection, by, policy, debtor_id)
        if wrong is not None:
            return wrong
        if overrides.same(connection, debtor_id, rule, day, channel):
            return _refused(N_("Esa excepción ya está pedida para ese día"), "override.once")
        two = policy.overrides is not None and policy.overrides.four_eyes
        made = overrides.add(
            connection,
            debtor_id=debtor_id,
            pack=policy.name,
            rule=rule,
            day=day,
            channel=channel,
            why=why.strip(),
            two=two,
            asked_at=now,
            asked_by=by.username,
            asked_name=_name(connection, by.username),
            asked_role=_role(by, policy),
        )
        said = {"rule": rule, "day": day.isoformat(), "channel": channel, "why": why.strip(), "two": two}
        _remember(connection, "override.asked", made, debtor_id, by.username, now, said)
        if not two:
            publishing.refresh_debtors(connection, [debtor_id], now)
    return made


def approve(
    engine: Engine, override_id: str, *, by: Person, now: datetime, scope: Scope | None = None
) -> str | Refused:
    """The second person's word; answers the debtor's id. LookupError when he is not in the scope."""
    with writing(engine) as connection:
        row = _open(connection, override_id, scope)
        if isinstance(row, Refused):
            return row
        if not row["two"] or row["approved_at"] is not None:
            return _refused(N_("Esta excepción no espera a nadie"), "override.waits")
        if row["asked_by"] == by.username:
            return _refused(N_("Debe aprobarla otra persona, no quien la pidió"), "override.two")
        policy = _policy(connection, row["debtor_id"], row["rule"])
        if isinstance(policy, Refused):
            return policy
        wrong = _barred(connection, by, policy, row["debtor_id"])
        if wrong is not None:
            return wrong
        name = _name(connection, by.username)
        overrides.change(
            connection, override_id, approved_at=now, approved_by=by.username, approved_name=name
        )
        _remember(connection, "override.approved", override_id, row["debtor_id"], by.username, now, {})
        publishing.refresh_debtors(connection, [row["debtor_id"]], now)
    return str(row["debtor_id"])


def end(
    engine: Engine, override_id: str, *, why: str, by: Person, now: datetime, scope: Scope | None = None
) -> str | Refused:
    """Take an override back: the rule holds again from the laptops' next exchange on. Anyone who may ask."""
    if len(why.strip()) < 3:
        return _refused(N_("Escriba por qué termina la excepción"), "override.reason")
    with writing(engine) as connection:
        row = _open(connection, override_id, scope)
        if isinstance(row, Refused):
            return row
        policy = _policy(connection, row["debtor_id"], row["rule"])
        if isinstance(policy, Policy) and not _may(by, policy):
            return _refused(N_("Su rol no permite decidir excepciones a las reglas"), "override.role")
        overrides.change(connection, override_id, ended_at=now, ended_by=by.username, ended_why=why.strip())
        said = {"why": why.strip()}
        _remember(connection, "override.ended", override_id, row["debtor_id"], by.username, now, said)
        publishing.refresh_debtors(connection, [row["debtor_id"]], now)
    return str(row["debtor_id"])


def declare_earner(
    engine: Engine, username: str, branch: str | None, *, because: str, actor: str, now: datetime
) -> Refused | None:
    """Say that somebody besides the agents earns when a branch (None: any) collects."""
    with writing(engine) as connection:
        person = people.by_username(connection, username)
        if person is None:
            return Refused(
                Phrase(N_("No hay un usuario {username}"), {"username": username}), "commission.user"
            )
        if len(because.strip()) < 3:
            return _refused(N_("Escriba de dónde se sabe"), "commission.reason")
        overrides.declare_earner(
            connection, person["id"], branch, because=because.strip(), actor=actor, now=now
        )
        _remember(connection, "commission.declared", username, "", actor, now, {"branch": branch or ""})
    return None


def withdraw_earner(
    engine: Engine, username: str, branch: str | None, *, actor: str, now: datetime
) -> Refused | None:
    with writing(engine) as connection:
        person = people.by_username(connection, username)
        gone = 0 if person is None else overrides.withdraw_earner(connection, person["id"], branch, now)
        if not gone:
            return _refused(N_("No estaba declarado que ganara de esa sucursal"), "commission.known")
        _remember(connection, "commission.withdrawn", username, "", actor, now, {"branch": branch or ""})
    return None


def overridable(connection: Connection, debtor_id: str) -> list[tuple[Policy, str]]:
    """Each rule that may be set aside for this debtor, with the pack that says so."""
    packs = at_office(connection)
    found = [packs(name) for name in sorted(overrides.packs_of(connection, debtor_id))]
    return [
        (policy, rule)
        for policy in found
        if policy is not None and policy.overrides is not None
        for rule in policy.overrides.rules
    ]


def _policy(connection: Connection, debtor_id: str, rule: str) -> Policy | Refused:
    """The pack of his that lets this rule be set aside."""
    may = overridable(connection, debtor_id)
    held = next((policy for policy, one in may if one == rule), None)
    if held is not None:
        return held
    if may:
        text = N_("La regla {rule} no admite excepciones; sí las admiten: {rules}")
        rules = ", ".join(sorted({one for _, one in may}))
        return Refused(Phrase(text, {"rule": rule, "rules": rules}), "override.rule")
    text = N_("La regla {rule} no admite excepciones, ni otra de las que rigen sus cuentas")
    return Refused(Phrase(text, {"rule": rule}), "override.rule")


def _barred(connection: Connection, by: Person, policy: Policy, debtor_id: str) -> Refused | None:
    """Why this person may not decide for this debtor; None when he may."""
    if not _may(by, policy):
        return _refused(N_("Su rol no permite decidir excepciones a las reglas"), "override.role")
    if earns(connection, by, debtor_id):
        text = N_("Quien gana comisión con esta deuda no puede exceptuarla de una regla: pida a otra persona")
        return _refused(text, "override.commission")
    return None


def _may(by: Person, policy: Policy) -> bool:
    return policy.overrides is not None and bool(by.roles & {UserRole(one) for one in policy.overrides.roles})


def _role(by: Person, policy: Policy) -> str:
    allowed = policy.overrides.roles if policy.overrides is not None else ()
    return next(role for role in allowed if UserRole(role) in by.roles)


def _open(connection: Connection, override_id: str, scope: Scope | None) -> dict[str, Any] | Refused:
    row = overrides.by_id(connection, override_id) if is_id(override_id) else None
    if row is None:
        if scope is not None:
            raise LookupError(override_id)
        return _refused(N_("No hay una excepción con ese número"), "override.known")
    _zone(connection, row["debtor_id"], scope)
    if row["ended_at"] is not None:
        return _refused(N_("Esa excepción ya terminó"), "override.ended")
    return row


def _zone(connection: Connection, debtor_id: str, scope: Scope | None) -> str:
    """The debtor's zone, his row held. LookupError when he is not there, or not in the scope."""
    seen = scope is None or cases.debtor(connection, scope, debtor_id) is not None
    known.lock_debtors(connection, [debtor_id])
    zone = known.debtor_zones(connection, [debtor_id]).get(debtor_id)
    if zone is None or not seen:
        raise LookupError(debtor_id)
    return zone


def _name(connection: Connection, username: str) -> str:
    person = people.by_username(connection, username)
    return str(person["name"]) if person is not None else username


def _remember(
    connection: Connection,
    kind: str,
    subject: str,
    debtor_id: str,
    actor: str,
    now: datetime,
    said: dict[str, Any],
) -> None:
    payload = said | ({"debtor": debtor_id} if debtor_id else {})
    facts.append(connection, kind, as_of=now.date(), now=now, actor=actor, subject=subject, payload=payload)


def _refused(msgid: str, rule: str) -> Refused:
    return Refused(Phrase(msgid), rule)
