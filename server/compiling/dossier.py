"""Makes a complaint's dossier: the rule then in force, the visit and its proof, the texts, what was decided.

The folder is the evidence package of the visit, and its manifest signs for every file of the dossier too: so
`ronda verify` names whichever was changed. A case about no visit has a list of hashes alone, and says so.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from sync.keys import SigningKey
from sync.rules.caps import cap_rulings, counted
from sync.rules.policy import Policy, local_day

from .. import conducting
from ..evidencing import PAGE, NotEmpty, write_evidence
from ..hearing.kinds import KINDS, SOURCES
from ..packs import at_office
from ..shelf import Missing, Shelf
from ..store import claims, encounters, facts
from ..store.boards import cases, compiled
from ..store.engine import reading, writing
from ..store.said import phrase_of
from ..store.scopes import Scope
from .folder import Compiled, Folder
from .handover import INDEX
from .person import amount_of

LOOKS_BACK = timedelta(days=62)
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
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise NotEmpty(f"{path} is not empty; name a new folder for the dossier")
    seen = scope or Scope.everything()
    with reading(engine) as connection:
        asked = _asked(connection, seen, claim, actor, now)
    folder = Folder(path)
    path.mkdir(parents=True, exist_ok=True)
    missing: list[str] = []
    beside = _beside(folder, shelf, asked, missing)
    try:
        vouched = _written(engine, signer, shelf, asked, folder, beside, seen)
        folder.sums()
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
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


def _asked(connection: Connection, scope: Scope, claim: str, actor: str, now: datetime) -> Asked:
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


def _beside(
    folder: Folder, shelf: Shelf, asked: Asked, missing: list[str]
) -> Callable[[Connection, Path], Mapping[str, str]]:
    def write(connection: Connection, path: Path) -> Mapping[str, str]:
        said = _said(connection, asked)
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


def _said(connection: Connection, asked: Asked) -> dict[str, Any]:
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
    moment = asked.visit["started"] if asked.visit else asked.claim["recorded_at"]
    day = local_day(moment, asked.zone)
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
    moment = asked.visit["started"] if asked.visit else asked.claim["recorded_at"]
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
    moment = asked.visit["started"] if asked.visit else asked.claim["recorded_at"]
    first: date = (moment - REPAID).date()
    names = ("number", "value_date", "currency", "channel", "receipt")
    rows = compiled.payments_of(connection, list(asked.numbers))
    return [
        {name: row[name] for name in names} | amount_of(row, "amount")
        for row in rows
        if row["value_date"] >= first
    ]


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
