"""What a row says is owed, and whether its lender still wants it collected. Knows no person and no store."""

from __future__ import annotations

from decimal import Decimal

from sync.records import AccountState, Balance
from sync.rules import ageing
from sync.words import N_, Phrase

from . import cells
from .columns import plain
from .reading import Reading

_STATES = {
    AccountState.RECALLED: "retirada, retirado, recogida, recogido, devuelta, devuelto, recalled",
    AccountState.CLOSED: "cancelada, cancelado, pagada, pagado, saldada, cerrada, cerrado, closed",
    AccountState.OPEN: (
        "vigente, activa, activo, abierta, al dia, en mora, mora, vencida, vencido, castigada, castigado, "
        "reestructurada, reestructurado, normal, open, active"
    ),
}
_STATE_OF = {word: state for state, words in _STATES.items() for word in words.split(", ")}
CLOSING = (AccountState.RECALLED, AccountState.CLOSED)


def state_of(reading: Reading) -> AccountState | None:
    written = reading.text("status")
    if not written:
        return None
    state = _STATE_OF.get(plain(written))
    if state is None:
        text = N_("no se conoce el estado «{value}»: la cuenta se toma como vigente")
        reading.warn("status", Phrase(text, {"value": cells.shown(written)}))
    return state


def balance_of(reading: Reading, currency: str, state: AccountState | None) -> Balance | None:
    parts = {
        name: reading.amount(name, currency) for name in ("interest", "late_interest", "fees", "overdue")
    }
    rest = sum((parts[name] or Decimal(0) for name in ("interest", "late_interest", "fees")), Decimal(0))
    principal, total = reading.amount("principal", currency), reading.amount("total", currency)
    oldest_due = reading.day("oldest_due")
    instalments = reading.read("instalments_overdue", cells.whole, None)
    if principal is None and total is not None:
        principal = total - rest
        if principal < 0:
            text = N_("el saldo total es menor que sus intereses y cargos")
            reading.reject("total", Phrase(text))
    elif principal is not None and total is not None and total != principal + rest:
        text = N_("el saldo total {total} no es la suma de sus partes {sum}")
        reading.warn("total", Phrase(text, {"total": f"{total:f}", "sum": f"{principal + rest:f}"}))
    if principal is None:
        if state not in CLOSING and not reading.rejected:
            reading.reject("principal", Phrase(N_("falta el saldo de capital")))
        return None
    if parts["overdue"] is None and not reading.rejected:
        if oldest_due is not None:
            reading.reject("overdue", Phrase(N_("hay fecha de vencimiento y falta el valor vencido")))
        elif not reading.terms.blank_is_zero:
            reading.reject(
                "overdue", Phrase(N_("falta el valor vencido: escriba 0 si la cuenta está al día"))
            )
    return Balance(
        as_of=reading.terms.as_of,
        currency=currency,
        principal=principal,
        interest=parts["interest"] or Decimal(0),
        late_interest=parts["late_interest"] or Decimal(0),
        fees=parts["fees"] or Decimal(0),
        overdue=parts["overdue"] or Decimal(0),
        oldest_due=oldest_due,
        instalments_overdue=instalments,
    )


def doubt(reading: Reading, balance: Balance, lender_dpd: int | None) -> None:
    """Warn of figures that can be accepted and yet are hardly right."""
    as_of = balance.as_of
    if balance.overdue > 0 and balance.oldest_due is None:
        reading.warn("oldest_due", Phrase(N_("hay valor vencido y falta la fecha: cuenta como al día")))
    if balance.oldest_due is not None and balance.oldest_due > as_of and balance.overdue > 0:
        text = N_("el vencimiento {day} es posterior al corte")
        reading.warn("oldest_due", Phrase(text, {"day": f"{balance.oldest_due:%d/%m/%Y}"}))
    if balance.overdue > balance.total:
        reading.warn("overdue", Phrase(N_("el valor vencido es mayor que el saldo total")))
    if lender_dpd is not None:
        ours = ageing.days_past_due(balance, as_of)
        if ours != lender_dpd:
            text = N_("el acreedor cuenta {theirs} días de mora y del vencimiento resultan {ours}")
            reading.warn("lender_dpd", Phrase(text, {"theirs": lender_dpd, "ours": ours}))
