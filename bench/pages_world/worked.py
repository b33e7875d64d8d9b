"""What came of the filled office's worklists, debts to write off, the answers and notes of its cases."""

from __future__ import annotations

from datetime import timedelta

from server.store import tables as t
from sync.ids import new_id
from sync.rules.questions import QUESTIONS

from .base import NOW, TODAY, Debtor, Row, Rows, World

WORDS = ("no_answer", "spoke", "promised", "third_party", "refused", "says_paid")
LIST = "aviso-central"
_REASON = {
    "msgid": "Visitas: {count}, cada una {each} {currency}",
    "values": {"count": 3, "each": "9", "currency": "COP"},
}


def results(world: World) -> Rows:
    """What came of calling who is worked from afar, in the last month."""
    afar = [own for own in world.debtors if 0 < own.late < 90]
    for number, own in enumerate(afar[::2]):
        when = NOW - timedelta(days=number % 30 + 1, minutes=number % 400)
        yield (
            t.work_results,
            {
                "id": new_id(),
                "account_id": own.accounts[0],
                "debtor_id": own.id,
                "list": LIST,
                "channel": "call",
                "result": WORDS[number % len(WORDS)],
                "contact_id": None,
                "happened": when,
                "recorded_at": when,
                "next_on": TODAY + timedelta(days=number % 9) if number % 3 == 0 else None,
                "note": "",
                "actor": "fabio",
            },
        )


def writeoffs(world: World) -> Rows:
    """Debts of which going on costs more than it brings: some wait, some were decided."""
    worst = [own for own in world.debtors if own.late >= 260]
    for number, own in enumerate(worst[:: max(1, len(worst) // 1_500)]):
        yield t.writeoffs, _writeoff(own, number)


def _writeoff(own: Debtor, number: int) -> Row:
    state = ("open", "open", "accepted", "rejected")[number % 4]
    decided = state != "open"
    return {
        "id": new_id(),
        "account_id": own.accounts[0],
        "debtor_id": own.id,
        "as_of": TODAY - timedelta(days=number % 20),
        "strategy": "ronda",
        "version": "0" * 64,
        "currency": "COP",
        "dpd": own.late,
        "total_minor": 50_000_00,
        "net_minor": -27_00,
        "lines": [{"minor": -27_00, "because": _REASON}],
        "state": state,
        "made_at": NOW - timedelta(days=number % 20),
        "actor": "nora",
        "decided_at": NOW - timedelta(days=number % 10) if decided else None,
        "decided_by": "carla" if decided else "",
        "decided_why": "Debe menos de lo que cuesta una visita" if decided else "",
    }


def questions(world: World) -> Rows:
    """What was answered of one case in ten, notes on assets, lists that people keep, own objections."""
    for own in world.debtors[::10]:
        for question in list(QUESTIONS)[: own.number // 10 % 6]:
            yield t.case_answers, _answer(own, question)
        if own.late >= 200:
            yield t.asset_notes, _asset(own)
    for number, username in enumerate(("nora", "carla", "dora", "elena", "fabio") * 4):
        yield t.saved_lists, _list(world, number, username)
    for number in range(20):
        yield t.objections, _objection(number)


def _answer(own: Debtor, question: str) -> Row:
    return {
        "id": new_id(),
        "account_id": own.accounts[0],
        "question": question,
        "text": "Vive de una tienda y paga los viernes",
        "at": NOW - timedelta(days=own.number % 40),
        "actor": "fabio",
    }


def _asset(own: Debtor) -> Row:
    return {
        "id": new_id(),
        "debtor_id": own.id,
        "text": "Una motocicleta de 2019",
        "source": "registro",
        "seen_on": TODAY - timedelta(days=own.number % 90),
        "noted_at": NOW - timedelta(days=own.number % 90),
        "actor": "carla",
    }


def _list(world: World, number: int, username: str) -> Row:
    return {
        "id": new_id(),
        "name": f"Lista {number}",
        "owner": world.users[username],
        "shared": number % 2 == 0,
        "asked": {"bucket": "90+", "zone": f"Zona {number + 1}"},
        "made_at": NOW - timedelta(days=number),
        "actor": username,
        "withdrawn_at": None,
    }


def _objection(number: int) -> Row:
    return {
        "id": new_id(),
        "code": f"propia_{number}",
        "version": 1,
        "title": f"Dice que ya arregló con otro {number}",
        "say": ["Le escucho", "Miremos juntos el recibo"],
        "avoid": ["No le creo"],
        "parties": [],
        "needs": "",
        "active": True,
        "made_at": NOW - timedelta(days=number),
        "actor": "dora",
    }
