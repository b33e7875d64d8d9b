"""The lenders of the filled office, their files and the accounts they gave it: balances, payments, traits."""

from __future__ import annotations

from datetime import date, timedelta

from server.store import tables as t
from sync.ids import new_id
from sync.words import Phrase

from .base import CUT_OFF, LENDERS, TODAY, Debtor, Row, Rows, World, at, branch_name, team_name, zone_name

NAMES = ("Crediboyacá", "Banco del Sol", "Cooperativa Nevado")
LATE = (0, 0, 12, 25, 45, 70, 95, 120, 160, 200, 260, 340)
_COUNTS = {"rows": 8, "accepted": 7, "warned": 1, "rejected": 40, "unchanged": 0, "absent": 0}
_WRONG = Phrase("«{value}» no es un número entero", {"value": "mil"}).to_json()


def lenders(world: World) -> Rows:
    for lender, name in zip(world.lenders, NAMES, strict=True):
        yield t.lenders, {"id": lender, "name": name}
    for lender in world.lenders:
        for month in range(12):
            for kind in ("portfolio", "payments"):
                yield from _import(world, lender, kind, month)


def _import(world: World, lender: str, kind: str, month: int) -> Rows:
    day, made = CUT_OFF - timedelta(days=30 * month), new_id()
    world.imports.setdefault(f"{lender} {kind}", made)
    yield (
        t.imports,
        {
            "id": made,
            "kind": kind,
            "lender_id": lender,
            "as_of": day,
            "pack": "demo",
            "mode": "full",
            "file_name": f"{kind}-{day}.csv",
            "file_sha256": "0" * 64,
            "reading": {"encoding": "cp1252", "delimiter": ";", "header_line": 1, "columns": {}},
            "counts": _COUNTS,
            "imported_at": at(day, 12),
            "actor": "nora",
        },
    )
    for line in range(40 if month == 0 else 0):
        yield (
            t.import_remarks,
            {
                "id": new_id(),
                "import_id": made,
                "line": line + 2,
                "column": "saldo",
                "level": "rejected",
                "because": _WRONG,
                "raw": {"number": f"C-{line}", "balance": "mil"},
            },
        )


def accounts(world: World) -> Rows:
    draw, debtors = world.draw, world.debtors
    for number in range(world.size.accounts):
        own = debtors[number] if number < len(debtors) else draw.choice(debtors)
        account = new_id()
        own.accounts.append(account)
        late = draw.choice(LATE)
        late = late and late + draw.randrange(12)
        own.late = max(own.late, late)
        owed = draw.randrange(20, 900) * 1_000_00
        own.overdue += owed if late else 0
        yield from _account(world, own, account, number)
        yield from _balances(world, account, number, late, owed)
        yield from _payments(world, account, number)


def _account(world: World, own: Debtor, account: str, number: int) -> Rows:
    lender = world.lenders[number % LENDERS]
    source = world.imports[f"{lender} portfolio"]
    shown: Row = {
        "state": "open" if number % 40 else "recalled",
        "credit_type": "microcredito",
        "product": ("Microcrédito", "Consumo", "Vivienda")[number % 3],
        "branch": branch_name(own.branch),
        "zone": zone_name(own.zone),
        "pack": "demo",
    }
    yield (
        t.accounts,
        {
            "id": account,
            "lender_id": lender,
            "number": f"C-{number:06}",
            "debtor_id": own.id,
            "currency": "COP",
            "team": team_name(own.branch, own.team),
            "first_import": source,
            "last_import": source,
            **shown,
        },
    )
    yield (
        t.account_roles,
        {
            "id": new_id(),
            "account_id": account,
            "debtor_id": own.id,
            "role": "holder",
            "since": date(2025, 6, 1),
            "until": None,
        },
    )
    yield t.account_traits, {"account_id": account, "recorded_at": at(CUT_OFF, 12), **shown}


def _balances(world: World, account: str, number: int, late: int, owed: int) -> Rows:
    source = world.imports[f"{world.lenders[number % LENDERS]} portfolio"]
    for month in (1, 0):
        cut = CUT_OFF - timedelta(days=30 * month)
        behind = late - 30 * month - (TODAY - CUT_OFF).days
        yield (
            t.balances,
            {
                "id": new_id(),
                "account_id": account,
                "import_id": source,
                "as_of": cut,
                "currency": "COP",
                "principal_minor": owed * 4,
                "interest_minor": owed // 20,
                "late_interest_minor": owed // 40,
                "overdue_minor": owed if behind > 0 else 0,
                "oldest_due": cut - timedelta(days=behind) if behind > 0 else None,
                "recorded_at": at(cut, 12),
            },
        )


def _payments(world: World, account: str, number: int) -> Rows:
    draw, source = world.draw, world.imports[f"{world.lenders[number % LENDERS]} payments"]
    for _each in range(draw.choice((0, 0, 0, 0, 1, 2))):
        made, day = new_id(), TODAY - timedelta(days=draw.randrange(60))
        yield (
            t.payments,
            {
                "id": made,
                "account_id": account,
                "import_id": source,
                "identity": made,
                "amount_minor": draw.randrange(5, 60) * 10_000_00,
                "currency": "COP",
                "value_date": day,
                "imported_at": at(day, 20),
                "channel": "bank",
            },
        )
