"""Brings in a lender's portfolio: reads the file, tells the rows apart, writes what differs, remembers it.

One transaction. Nothing is deleted; a second import of the same file writes no more than the fact of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import AccountState, Refused
from sync.rules.cease import closed_channels, closes
from sync.rules.clauses import StopKind
from sync.rules.policy import Policy
from sync.words import N_, Phrase

from ..publishing import refresh_debtors
from ..stopping import freeze_co_held
from ..store import (
    accounts,
    balances,
    counters,
    debtors,
    imports,
    lenders,
    scope_records,
    strategies,
    withdrawals,
)
from ..store.accounts import Held
from ..store.engine import reading, writing
from . import asked, remembering, settling
from .answers import WARNED, ImportReport, NotAgreed, Recognised
from .columns import Columns
from .identities import Identities, identified, key_of
from .reaching import write_reach
from .reading import Terms
from .reckoning import Reckoning, reckoned
from .rows import PortfolioRow
from .settlement import Settlement
from .sifting import AMOUNTS, Sifted, decimal_of, sift, writes_its_zeros
from .source import opened
from .told import Told
from .triage import Triage, absences, must_ask, told_apart

FULL, DELTA = "full", "delta"
KIND = "portfolio"

Progress = Callable[[str], None]


def import_portfolio(
    engine: Engine,
    path: Path | str,
    *,
    lender: str,
    as_of: date,
    pack: str,
    mode: str = FULL,
    actor: str,
    now: datetime,
    mapping: str | None = None,
    save_mapping: str | None = None,
    agreed: bool = False,
    report: Path | str | None = None,
    progress: Progress | None = None,
    show: Callable[[Recognised], None] | None = None,
    dry_run: bool = False,
    told: Told | None = None,
    watch: Callable[[int], None] | None = None,
    count_only: bool = False,
) -> ImportReport:
    """Import `path` as `lender`'s accounts as of a day, governed by `pack`. `show` hears how it is read.

    Only a `full` file marks accounts absent, only this lender's, and raises NotAgreed when they would be more
    than 5 % and `agreed` is not given; an `as_of` that cannot be needs `agreed` too.
    `dry_run` answers with the same report and writes nothing; with `count_only` it stops at what would become
    of the rows, without reckoning who could be visited: it holds up nobody who writes. Raises
    WrongImport, with a sentence, for an unknown pack or mapping and for a file that cannot be read.
    """
    tell = progress or (lambda _: None)
    policy, path = asked.policy(pack), Path(path)
    asked.mode(mode)
    asked.cut_off(as_of, now, agreed)
    asked.report(path, report)
    with reading(engine) as connection:
        saved = asked.mapping(connection, mapping, KIND)
        country = asked.country(connection, lender, policy)
    tell("reading the file")
    with opened(path, KIND, saved, told, watch) as source:
        terms = Terms(
            as_of=as_of,
            currency=asked.currency(country),
            language=policy.language,
            country=country,
            decimal=decimal_of(source, AMOUNTS, asked.decimal(country)),
            blank_is_zero=not writes_its_zeros(source),
            dates=source.dates,
        )
        sifted = sift(source, terms, policy.name)
        made = ImportReport(
            kind=KIND,
            lender=lender.strip(),
            as_of=as_of,
            pack=policy.name,
            mode=DELTA if _is_part(source.columns) else mode,
            recognised=sifted.recognised,
            counts={},
            sha256=source.sha256,
            mapping=mapping or save_mapping or "",
            actor=actor,
            dry_run=dry_run,
        )
    if show is not None:
        show(sifted.recognised)
    with (reading if dry_run else writing)(engine) as connection:
        if not dry_run:
            counters.lock(connection, "import")  # one at a time: each compares with what is held
        tell(f"comparing {len(sifted.rows)} accounts with those held")
        _settle(connection, made, sifted, policy, country, now, agreed or dry_run, tell, count_only)
        if count_only:
            return made
        if save_mapping:
            asked.keep_mapping(connection, save_mapping, KIND, sifted.recognised.columns)
        if not dry_run:
            made.rejects_path = remembering.write_rejects(path, report, sifted, made.recognised)
        remembering.remember(connection, made, sifted, now)
        if not dry_run:
            strategies.remember_traits(connection, now)  # so that a day's segments can be found again
    return made


def _settle(
    connection: Connection,
    made: ImportReport,
    sifted: Sifted,
    policy: Policy,
    country: str,
    now: datetime,
    agreed: bool,
    tell: Progress,
    count_only: bool,
) -> None:
    """Compare with what is held, and write; fills the report."""
    lender_id = lenders.named(connection, made.lender, country)
    made.import_id = new_id()
    settlement = Settlement(
        connection=connection,
        import_id=made.import_id,
        lender_id=lender_id,
        country=country,
        file_name=made.recognised.file,
        as_of=made.as_of,
        now=now,
        policy=policy,
        held=accounts.of_lender(connection, lender_id),
        latest=balances.latest_of_lender(connection, lender_id),
    )
    triage = told_apart(sifted.rows, settlement.held, settlement.latest, made.as_of, policy.name)
    _reject_unknown(sifted, triage)
    absent = _absent(settlement, made, sifted, agreed)
    old = settling.differing(settlement, triage.old)
    _warn_of_the_past(sifted, settlement, triage)
    made.counts = _counts(sifted, triage, absent, old)
    if count_only:
        made.remarks = sorted(sifted.remarks, key=lambda remark: remark.line)
        return
    remembering.open_import(connection, made, lender_id, now)
    tell("writing what differs")
    identities, evidence = _write(
        settlement, sifted, triage, [*triage.new, *triage.changed, *triage.renewed, *old]
    )
    touched = _close(settlement, triage, absent)
    reckoning = _reckon(settlement, triage, identities, evidence)
    made.buckets, made.at_field = reckoning.buckets, reckoning.at_field
    made.visitable, made.barred = reckoning.visitable, reckoning.barred
    made.missing_evidence = reckoning.lacking
    imports.count(connection, made.import_id, made.counts | _for_the_field(made))
    made.remarks = sorted(sifted.remarks, key=lambda remark: remark.line)
    made.became = {
        state.value: sorted(number for number, other in triage.became.items() if other is state)
        for state in dict.fromkeys(triage.became.values())
    } | ({"absent": [account.number for account in absent]} if absent else {})
    frozen = {row["debtor_id"] for row in freeze_co_held(connection, now)}
    tell("publishing to the laptops")
    concerned = touched | frozen | set(identities.ids.values()) | _holders(settlement, old, triage)
    refresh_debtors(connection, concerned, now)


def _for_the_field(made: ImportReport) -> dict[str, int]:
    """What the report of the import keeps of it: the rest of its counts are of rows."""
    by_rule = {f"barred:{rule}": count for rule, count in made.barred.items()}
    figures = {"at_field": made.at_field, "visitable": made.visitable, "barred": sum(made.barred.values())}
    return figures | {"missing_evidence": made.missing_evidence} | by_rule


def _write(
    settlement: Settlement, sifted: Sifted, triage: Triage, owed: Iterable[PortfolioRow]
) -> tuple[Identities, dict[str, str]]:
    """Write people, accounts, roles, balances, documents and whereabouts of the rows that differ."""
    differing = [*triage.new, *triage.changed]
    evidence = {row.number: settling.evidence_of(settlement, sifted, row) for row in differing}
    identities = identified(settlement, sifted, differing)
    ids = settling.write_accounts(settlement, sifted, triage, identities, evidence)
    settling.write_roles(settlement, sifted, differing, identities, ids)
    settling.write_balances(settlement, owed, ids)
    settling.write_documents(settlement, sifted, differing, ids)
    write_reach(settlement, sifted, differing, identities)
    return identities, evidence


def _is_part(columns: Columns) -> bool:
    """A file of mended rows or a list without figures is no whole portfolio: what it lacks is not absent."""
    return columns.own or not {"principal", "total"}.intersection(columns.places)


def _reject_unknown(sifted: Sifted, triage: Triage) -> None:
    """A row without figures can only close an account the office has."""
    for row in triage.unknown:
        text = N_("la cuenta {number} no existe en la oficina y la fila no trae saldos")
        sifted.take_back(row, Phrase(text, {"number": row.number}))


def _absent(settlement: Settlement, made: ImportReport, sifted: Sifted, agreed: bool) -> list[Held]:
    """The accounts this file marks absent. Raises NotAgreed when they are too many to go unasked."""
    latest = imports.latest_as_of(settlement.connection, settlement.lender_id, KIND)
    if made.mode != FULL or (latest is not None and made.as_of < latest):
        return []
    unsure = debtors.ids_with_documents(settlement.connection, sifted.unsure)
    absent = absences(settlement.held, sifted.present, unsure)
    open_before = sum(account.state == AccountState.OPEN for account in settlement.held.values())
    if must_ask(len(absent), open_before) and not agreed:
        text = N_(
            "{absent} de las {open} cuentas abiertas de {lender} no vienen en este archivo completo y "
            "quedarían ausentes; confirme que el archivo trae toda la cartera, o impórtelo como parcial"
        )
        values: dict[str, str | int | float] = {
            "absent": len(absent),
            "open": open_before,
            "lender": made.lender,
        }
        raise NotAgreed(Refused(Phrase(text, values), "import.absences"), len(absent), open_before)
    return absent


def _warn_of_the_past(sifted: Sifted, settlement: Settlement, triage: Triage) -> None:
    for row in triage.old:
        last = settlement.latest[settlement.held[row.number].id][0]
        text = N_("el corte es anterior al último de la cuenta ({day}): se guarda como historia")
        sifted.remark(row.line, row.number, WARNED, Phrase(text, {"day": f"{last:%d/%m/%Y}"}))


def _close(settlement: Settlement, triage: Triage, absent: list[Held]) -> set[str]:
    """Put states; take what may no longer be worked out of routes and assignments. The debtors touched."""
    gone: dict[str, list[Held]] = {"absent": absent}
    for number, became in triage.became.items():
        if became is not AccountState.OPEN:
            gone.setdefault(became.value, []).append(settlement.held[number])
    accounts.put_in_state(
        settlement.connection, [account.id for account in absent], AccountState.ABSENT, settlement.import_id
    )
    for state, those in gone.items():
        ids = [account.id for account in those]
        because = Phrase(_GONE[state], {"day": f"{settlement.as_of:%d/%m/%Y}"})
        withdrawals.from_routes(settlement.connection, ids, because, settlement.as_of)
        withdrawals.from_assignments(settlement.connection, ids, because, settlement.as_of)
    moved = {settlement.held[number].debtor for number in triage.became}
    return moved | {account.debtor for account in absent}


_GONE = {
    "absent": N_("La cuenta no vino en el archivo completo del {day}."),
    "recalled": N_("El acreedor retiró la cuenta el {day}."),
    "closed": N_("El acreedor cerró la cuenta el {day}."),
}


def _holders(settlement: Settlement, old: Iterable[PortfolioRow], triage: Triage) -> set[str]:
    """The debtors that held these accounts before: of changed rows, and of those that only got a balance."""
    return {settlement.held[row.number].debtor for row in (*old, *triage.renewed, *triage.changed)}


def _reckon(
    settlement: Settlement, triage: Triage, identities: Identities, evidence: dict[str, str]
) -> Reckoning:
    kept = {number: account.evidence for number, account in settlement.held.items()}
    rows = triage.accepted
    holders = {
        row.number: identities.ids.get(key_of(row.holder, row.number))
        or (settlement.held[row.number].debtor if row.number in settlement.held else "")
        for row in rows
    }
    stops = scope_records.stop_states_of(settlement.connection, set(holders.values()), settlement.now)
    ids = {number: account.id for number, account in settlement.held.items()}
    stopped = {
        number: {
            StopKind(stop["state"])
            for stop in stops[debtor]
            if stop["account_id"] in (None, ids.get(number))
            and closes(closed_channels(StopKind(stop["state"]), stop["detail"] or {}), "visit")
        }
        for number, debtor in holders.items()
        if debtor in stops
    }
    return reckoned(rows, triage.states, kept | evidence, stopped, settlement.policy, settlement.as_of)


def _counts(sifted: Sifted, triage: Triage, absent: list[Held], old: list[PortfolioRow]) -> dict[str, int]:
    became = list(triage.became.values())
    return {
        "rows": sifted.total,
        "accepted": len(sifted.rows),
        "warned": len(sifted.warned),
        "rejected": len(sifted.rejected),
        "unchanged": len(triage.unchanged) + len(triage.old) - len(old),
        "absent": len(absent),
        "new": len(triage.new),
        "changed": len(triage.changed) + len(triage.renewed) + len(old) + len(triage.closings),
        "recalled": became.count(AccountState.RECALLED),
        "closed": became.count(AccountState.CLOSED),
        "returned": became.count(AccountState.OPEN),
    }
