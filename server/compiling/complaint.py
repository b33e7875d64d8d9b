"""Reads what a complaint's dossier says: the rules then in force, the visit, contacts, findings, payments.

Writes nothing; which files the dossier has is `dossier`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from sync.rules.caps import LOOKS_BACK, cap_rulings, counted
from sync.rules.policy import Policy, local_day

from .. import conducting
from ..hearing.kinds import KINDS, SOURCES
from ..packs import at_office
from ..store import claims, encounters
from ..store.boards import cases, compiled
from ..store.said import phrase_of
from ..store.scopes import Scope
from .person import amount_of

REPAID = timedelta(days=90)  # payments so long after the visit are told with it


@dataclass(frozen=True)
class Asked:
    """Whose dossier, and everything that is known of it."""

    claim: dict[str, Any]
    visit: dict[str, Any] | None
    person: dict[str, Any]
    numbers: dict[str, str]  # account → its number
    packs: tuple[Policy, ...]
    now: datetime
    actor: str

    @property
    def zone(self) -> str:
        return str(self.person["timezone"])

    @property
    def moment(self) -> datetime:
        """When it is about: the visit, or else when the case was written down."""
        return self.visit["started"] if self.visit else self.claim["recorded_at"]  # type: ignore[no-any-return]


def ask(connection: Connection, scope: Scope, claim: str, actor: str, now: datetime) -> Asked:
    held = claims.one(connection, scope, claim)
    if held is None:
        raise LookupError(claim)
    person = cases.debtor(connection, scope, held["debtor_id"])
    accounts = compiled.accounts_of(connection, scope, held["debtor_id"], None)
    if person is None or not accounts:
        raise LookupError(claim)
    visit = None
    if held["visit_id"] is not None:
        told = cases.visits_to(connection, held["debtor_id"], [row["id"] for row in accounts])
        seen = [row for row in told if row["id"] == held["visit_id"]]
        visit = next(iter(conducting.as_amended(connection, seen)), None)
    about = {row["account_id"] for row in visit["results"]} if visit else set()
    about = about or {held["account_id"] or accounts[0]["id"]}
    packs = at_office(connection)
    found = {row["pack"]: packs(row["pack"]) for row in accounts if row["id"] in about}
    return Asked(
        held,
        visit,
        person,
        {row["id"]: row["number"] for row in accounts},
        tuple(policy for _, policy in sorted(found.items()) if policy is not None),
        now,
        actor,
    )


def said_of(connection: Connection, asked: Asked) -> dict[str, Any]:
    claim, visit = asked.claim, asked.visit
    names = (
        "number", "received_on", "due", "due_source", "state", "text", "reference", "told_by", "outcome",
        "resolution", "resolved_at", "resolved_by", "account_number",
    )  # fmt: skip
    log = claims.log_of(connection, claim["id"])
    return {
        "case": {name: claim[name] for name in names}
        | {"kind": KINDS[claim["kind"]].word, "source": SOURCES.get(claim["source"], claim["source"])},
        "answers": [{"at": one["at"], "text": one["text"]} for one in log if one["kind"] == "reply"],
        "log": [{"at": one["at"], "kind": one["kind"], "actor": one["actor"]} for one in log],
        "rules": _rules(asked),
        "visit": None if visit is None else _visit(visit),
        "contacts": _contacts(connection, asked),
        "findings": _findings(connection, visit),
        "promises": _promises(connection, asked),
        "payments": _payments(connection, asked),
    }


def _visit(visit: dict[str, Any]) -> dict[str, Any]:
    names = (
        "id", "started", "ended", "agent_name", "place", "party", "note", "evidence", "lat", "lon",
        "accuracy_m", "location_source", "recorded_at", "received_at", "offset_ms", "uncertainty_ms",
        "out_of_scope",
    )  # fmt: skip
    told = [
        {"number": one["number"], "result": one["result"], "detail": one["detail"]}
        for one in visit["results"]
    ]
    return {name: visit[name] for name in names} | {"results": told}


def _rules(asked: Asked) -> list[dict[str, Any]]:
    """Each pack: what it is, whether it was in force on the day, and what its rules said of the visit."""
    day = local_day(asked.moment, asked.zone)
    verdict = (asked.visit or {}).get("verdict") or {}
    told = (verdict.get("told") or {}).get("policy_versions") or {}
    rows = []
    for policy in asked.packs:
        rulings = [
            {
                "rule": one["rule"],
                "decision": one["decision"],
                "because": str(phrase_of(one["because"])),
                "source": one.get("source", ""),
                "quote": cite.quote if (cite := policy.cite(one["rule"])) is not None else "",
            }
            for one in verdict.get("rulings", [])
        ]
        rows.append(
            {
                "pack": policy.name,
                "title": policy.title,
                "version": policy.version,
                "version_at_the_door": told.get(policy.name, ""),
                "day": day,
                "in_force": policy.in_force(day),
                "needs_signoff": policy.needs_signoff,
                "rulings": rulings,
            }
        )
    return rows


def _contacts(connection: Connection, asked: Asked) -> dict[str, Any]:
    """Who had contacted him before, and how full each limit was at the visit."""
    moment = asked.moment
    debtor = asked.claim["debtor_id"]
    met = encounters.history(connection, [debtor], moment - LOOKS_BACK).get(debtor, [])
    own = asked.visit["id"] if asked.visit else ""
    before = counted(met, ignore=[own], before=moment)
    day, where = local_day(moment, asked.zone), ZoneInfo(asked.zone)
    limits = [
        {"rule": one.rule, "decision": one.decision, "because": str(one.because), "source": one.source}
        for policy in asked.packs
        for one in cap_rulings(policy, "visit", day, before, where)
    ]
    listed = [
        {"when": one.happened.start, "channel": one.channel, "effective": one.effective, "source": one.source}
        for one in sorted(before, key=lambda one: one.happened.start)
    ]
    return {"since": moment - LOOKS_BACK, "until": moment, "listed": listed, "limits": limits}


def _findings(connection: Connection, visit: dict[str, Any] | None) -> dict[str, Any]:
    if visit is None:
        return {"found": [], "decided": [], "corrected": []}
    found = compiled.findings_of(connection, [visit["id"]])
    decided = compiled.decisions_of(connection, visit["id"])
    names = (
        "rule",
        "severity",
        "state",
        "found_at",
        "resolution",
        "resolved_at",
        "resolved_by",
        "resolved_why",
    )
    return {
        "found": [
            {name: row[name] for name in names} | {"because": str(phrase_of(row["because"]))} for row in found
        ],
        "decided": [
            {name: row[name] for name in ("decision", "why", "decided_at", "decided_by")} for row in decided
        ],
        "corrected": [
            {name: row[name] for name in ("why", "replaces", "received_at")}
            for row in compiled.amendments_of(connection, [visit["id"]])
        ],
    }


def _promises(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    names = ("number", "currency", "due", "made_at", "cancelled_at")
    rows = cases.promises_of(connection, list(asked.numbers))
    return [
        {name: row[name] for name in names} | amount_of(row, "amount")
        for row in rows
        if asked.visit is None or row["visit_id"] == asked.visit["id"]
    ]


def _payments(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    first: date = (asked.moment - REPAID).date()
    names = ("number", "value_date", "currency", "channel", "receipt")
    rows = compiled.payments_of(connection, list(asked.numbers))
    return [
        {name: row[name] for name in names} | amount_of(row, "amount")
        for row in rows
        if row["value_date"] >= first
    ]
