"""The visit's words as data: results with what they need, fields, places, parties, reasons."""

from __future__ import annotations

from dataclasses import dataclass

from ..records import Party, Place, Reason, Result, ResultClass
from ..words import N_
from .clauses import StopKind


@dataclass(frozen=True)
class Field:
    """One question that a result asks. `kind`: text, money, date, time, choice, photo. Values are strings
    of at most `longest` letters, which is what the wire takes.

    Labels and the second part of a choice are Spanish msgids.
    """

    key: str
    label: str
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    longest: int = 2000


@dataclass(frozen=True)
class ResultRule:
    """A row of the result table. `needs` and `wants` are keys of FIELDS, stored in VisitResult.detail.

    `parties` are those with whom it can come about; `debt`: the debt was spoken of; `payment`: money
    changed hands; `promise`: a Promise is made; `stops`: what it halts until the office has looked.
    """

    label: str
    cls: ResultClass
    needs: tuple[str, ...]
    parties: tuple[Party, ...]
    wants: tuple[str, ...] = ()
    stops: StopKind | None = None
    promise: bool = False
    payment: bool = False
    debt: bool = False


PLACES: dict[Place, str] = {
    Place.HOME: N_("Domicilio"),
    Place.WORK: N_("Trabajo"),
    Place.BUSINESS: N_("Negocio"),
    Place.GUARANTOR_HOME: N_("Domicilio del aval"),
    Place.OTHER: N_("Otro lugar"),
}
PARTIES: dict[Party, str] = {
    Party.HOLDER: N_("Titular"),
    Party.GUARANTOR: N_("Aval o codeudor"),
    Party.RELATIVE: N_("Familiar"),
    Party.THIRD: N_("Otro tercero"),
    Party.MINOR: N_("Menor de edad"),
    Party.NOBODY: N_("Nadie"),
}
REASONS: dict[Reason, str] = {
    Reason.UNEMPLOYMENT: N_("Desempleo"),
    Reason.ILLNESS: N_("Enfermedad"),
    Reason.INCOME_DROP: N_("Baja de ingresos"),
    Reason.OVERINDEBTED: N_("Sobreendeudamiento"),
    Reason.PRODUCT: N_("Inconformidad con el producto"),
    Reason.WRONG_BALANCE: N_("Saldo incorrecto"),
    Reason.FORGOT: N_("Olvido"),
    Reason.FAMILY: N_("Disputa familiar"),
    Reason.OTHER: N_("Otro motivo"),
    Reason.NOT_ASKED: N_("No preguntado"),
}

# The one way of paying that depends on the policy: into the collector's hand.
PAY_IN_FIELD = "field"
_CHANNELS = (
    ("office", N_("Oficina o sucursal")),
    ("bank", N_("Banco o corresponsal")),
    ("transfer", N_("Transferencia o billetera")),
    ("payroll", N_("Descuento de nómina")),
    (PAY_IN_FIELD, N_("Al gestor, en la visita")),
)
_INFORMANTS = (
    ("relative", N_("Familiar")),
    ("neighbour", N_("Vecino")),
    ("doorman", N_("Portero o vigilante")),
    ("occupant", N_("Quien vive allí")),
    ("sign", N_("Aviso o letrero")),
    ("other", N_("Otro")),
)
_HARDSHIP = (("temporary", N_("Temporal")), ("lasting", N_("Permanente")))
_SCOPE = (
    ("visits", N_("No más visitas")),
    ("channel", N_("Prefiere otro canal")),
    ("all", N_("Ningún contacto")),
)
_AGAIN = (
    (Result.PROMISE.value, N_("Promesa de pago")),
    (Result.ACKNOWLEDGES.value, N_("Reconoce, sin fecha")),
    (Result.REFUSES.value, N_("Negativa de pago")),
    (Result.DISPUTES.value, N_("Desconoce o disputa")),
    (Result.CANNOT_PAY.value, N_("Incapacidad de pago")),
    (Result.COME_BACK.value, N_("Volver después")),
)

FIELDS: dict[str, Field] = {
    field.key: field
    for field in (
        Field("amount", N_("Monto"), "money"),
        Field("due", N_("Fecha de pago"), "date"),
        Field("channel", N_("Cómo pagará"), "choice", _CHANNELS),
        Field("place", N_("Dónde pagará"), longest=200),
        Field("window_start", N_("Cita desde"), "time"),
        Field("window_end", N_("Cita hasta"), "time"),
        Field("review", N_("Recordarle desde"), "date"),
        Field("schedule", N_("Cuotas y fechas acordadas")),
        Field("approver", N_("Quién lo autorizó")),
        Field("reference", N_("Referencia del pago")),
        Field("receipt", N_("Número de recibo")),
        Field("next_date", N_("Próxima fecha"), "date"),
        Field("reason", N_("Motivo"), "choice", tuple((code.value, text) for code, text in REASONS.items())),
        Field("text", N_("Qué disputa")),
        Field("document", N_("Documento que presenta")),
        Field("offer", N_("Qué solicita")),
        Field("hardship", N_("Dificultad"), "choice", _HARDSHIP),
        Field("scope", N_("Qué pide"), "choice", _SCOPE),
        Field("attorney", N_("Abogado: nombre y teléfono")),
        Field("guarantor_result", N_("Resultado con el aval"), "choice", _AGAIN),
        Field("time_hint", N_("Cuándo volver")),
        Field("informant", N_("Quién informó"), "choice", _INFORMANTS),
        Field("evidence", N_("Prueba o informante")),
        Field("hold_until", N_("Suspender hasta"), "date"),
        Field("return_date", N_("Fecha de regreso"), "date"),
        Field("incident", N_("Qué ocurrió")),
        Field("cause", N_("Por qué no se hizo")),
        Field("photo", N_("Foto"), "photo"),
    )
}

_OWN = (Party.HOLDER, Party.GUARANTOR)
_OTHERS = (Party.RELATIVE, Party.THIRD)
_RPC = ResultClass.RIGHT_PARTY


def _row(
    label: str, needs: tuple[str, ...], wants: tuple[str, ...] = (), stops: StopKind | None = None
) -> ResultRule:
    """A result that comes from talking of the debt with the debtor or his guarantor."""
    return ResultRule(label, _RPC, needs, _OWN, wants, stops, debt=True)


RESULTS: dict[Result, ResultRule] = {
    Result.PROMISE: ResultRule(
        N_("Promesa de pago"),
        _RPC,
        ("amount", "due", "channel", "place"),
        _OWN,
        ("window_start", "window_end", "review"),
        promise=True,
        debt=True,
    ),
    Result.PLAN: _row(N_("Convenio o plan de pagos"), ("schedule", "channel", "place", "approver")),
    Result.REPORTED_PAID: _row(N_("Pago reportado por el titular"), ("reference",), ("amount", "photo")),
    Result.PAID_IN_FIELD: ResultRule(
        N_("Pago recibido en campo"), _RPC, ("amount", "receipt"), _OWN, ("photo",), payment=True, debt=True
    ),
    Result.PART_PAYMENT: ResultRule(
        N_("Abono recibido"), _RPC, ("amount", "receipt"), _OWN, ("photo",), payment=True, debt=True
    ),
    Result.ACKNOWLEDGES: _row(N_("Reconoce, sin fecha"), ("next_date",)),
    Result.REFUSES: _row(N_("Negativa de pago"), ("reason",)),
    Result.DISPUTES: _row(N_("Desconoce o disputa"), ("text",), ("document", "photo"), StopKind.DISPUTE),
    Result.ASKS_RELIEF: _row(N_("Solicita quita o reestructura"), ("offer",), ("amount",)),
    Result.CANNOT_PAY: _row(N_("Incapacidad de pago"), ("hardship",)),
    Result.CEASE: _row(N_("Pide no ser visitado u otro canal"), ("scope",), (), StopKind.CEASE),
    Result.ATTORNEY: _row(N_("Representado por abogado"), ("attorney",), (), StopKind.ATTORNEY),
    Result.GUARANTOR_REACHED: ResultRule(
        N_("Contacto con aval"),
        ResultClass.GUARANTOR,
        ("guarantor_result",),
        (Party.GUARANTOR,),
        debt=True,
    ),
    Result.COME_BACK: ResultRule(
        N_("Tercero: volver después"), ResultClass.THIRD_PARTY, ("time_hint",), (*_OTHERS, Party.MINOR)
    ),
    Result.NOTICE_LEFT: ResultRule(
        N_("Aviso dejado en sobre cerrado"),
        ResultClass.NO_CONTACT,
        (),
        (Party.NOBODY, *_OTHERS),
        ("photo",),
    ),
    Result.NOBODY_HOME: ResultRule(
        N_("Nadie en el domicilio"), ResultClass.NO_CONTACT, (), (Party.NOBODY, Party.MINOR)
    ),
    Result.CLOSED: ResultRule(
        N_("Cerrado o sin acceso"), ResultClass.NO_CONTACT, (), (Party.NOBODY, Party.THIRD), ("photo",)
    ),
    Result.MOVED: ResultRule(
        N_("Se cambió de domicilio"),
        ResultClass.SKIP,
        ("informant",),
        (*_OTHERS, Party.GUARANTOR, Party.NOBODY),
    ),
    Result.UNKNOWN_HERE: ResultRule(
        N_("Desconocido en el domicilio"), ResultClass.SKIP, ("informant",), (*_OTHERS, Party.NOBODY)
    ),
    Result.NO_SUCH_ADDRESS: ResultRule(
        N_("Dirección inexistente o incompleta"),
        ResultClass.SKIP,
        (),
        (Party.NOBODY, Party.THIRD),
        ("photo",),
    ),
    Result.VACANT: ResultRule(
        N_("Vivienda deshabitada"), ResultClass.SKIP, (), (Party.NOBODY, Party.THIRD), ("photo",)
    ),
    Result.DECEASED: ResultRule(
        N_("Fallecido"),
        ResultClass.STOP,
        ("evidence",),
        (*_OTHERS, Party.GUARANTOR),
        ("photo",),
        StopKind.DECEASED,
    ),
    Result.HELD: ResultRule(
        N_("Privado de libertad u hospitalizado"),
        ResultClass.STOP,
        ("hold_until",),
        (*_OTHERS, Party.GUARANTOR),
        (),
        StopKind.HELD,
    ),
    Result.AWAY: ResultRule(
        N_("De viaje o fuera"), ResultClass.NO_CONTACT, ("return_date",), (*_OTHERS, Party.GUARANTOR)
    ),
    Result.UNSAFE: ResultRule(
        N_("Zona o situación de riesgo"), ResultClass.STOP, ("incident",), tuple(Party), (), StopKind.UNSAFE
    ),
    Result.NOT_MADE: ResultRule(N_("Visita no realizada"), ResultClass.VOID, ("cause",), (Party.NOBODY,)),
}
