"""The names lenders give to columns, field by field, already plain: no case, accents or punctuation."""

from __future__ import annotations

from collections.abc import Iterable

_ACCOUNTS = ("credito", "obligacion", "operacion", "cuenta", "prestamo", "contrato")
_NUMBERS = ("no", "nro", "num", "numero", "n", "id", "codigo")
_DOCUMENTS = ("cedula", "documento", "identificacion", "cc", "nit", "dni", "curp", "rfc", "rut", "ruc", "ci")


def names(text: str) -> frozenset[str]:
    """Names written one after another, parted by commas."""
    return frozenset(text.split(", "))


def _numbered(nouns: Iterable[str]) -> set[str]:
    """`crédito`, `no. crédito`, `número de crédito` …"""
    found: set[str] = set()
    for noun in nouns:
        found |= {noun, *(f"{number} {noun}" for number in _NUMBERS)}
        found |= {f"{number} {link} {noun}" for number in _NUMBERS for link in ("de", "del", "de la")}
    return found


def _person(*whose: str) -> dict[str, frozenset[str]]:
    """The four columns of someone bound to an account."""
    linked = [f"{link}{who}" for who in whose for link in ("", "del ", "de ")]
    return {
        "name": frozenset({*whose, *(f"nombre {who}" for who in linked), *(f"{who} name" for who in whose)}),
        "document": frozenset(
            {f"{noun} {who}" for noun in _DOCUMENTS for who in linked}
            | {f"no {noun} {who}" for noun in _DOCUMENTS for who in linked}
            | {f"{who} document" for who in whose}
        ),
        "phone": frozenset(
            {f"{noun} {who}" for noun in ("tel", "telefono", "celular", "cel", "movil") for who in linked}
            | {f"{who} phone" for who in whose}
        ),
        "address": frozenset(
            {f"{noun} {who}" for noun in ("dir", "direccion", "domicilio") for who in linked}
            | {f"{who} address" for who in whose}
        ),
    }


_CODEBTOR = _person("codeudor", "deudor solidario", "obligado solidario", "codebtor", "co debtor")
_GUARANTOR = _person("fiador", "aval", "avalista", "garante", "guarantor")
_CO_HOLDER = _person(
    "segundo titular", "cotitular", "titular 2", "co holder", "second holder", "joint holder"
)

NUMBER = frozenset(
    _numbered(_ACCOUNTS)
    | {"account", "account number", "account no", "loan number", "loan id", "loan", "pagare no"}
)
_HOLDER = ("titular", "del titular", "cliente", "del cliente", "deudor", "del deudor")

PORTFOLIO: dict[str, frozenset[str]] = {
    "number": NUMBER,
    "document": frozenset(
        _numbered(_DOCUMENTS)
        | {f"{noun} {who}" for noun in _DOCUMENTS for who in _HOLDER}
        | {"nit cedula", "cedula nit", "cc nit", "cedula o nit", "nit o cedula", "cedula de ciudadania"}
        | {"document", "document number", "id number", "national id", "tax id"}
    ),
    "document_type": names(
        "tipo documento, tipo de documento, tipo doc, tipo identificacion, tipo de identificacion, "
        "tipo id, document type"
    ),
    "name": frozenset(
        {"nombre", "nombre completo", "nombres y apellidos", "apellidos y nombres", "razon social"}
        | {"nombre o razon social", "nombre razon social", "titular", "cliente", "deudor"}
        | {f"nombre {who}" for who in _HOLDER}
        | {"name", "full name", "debtor", "debtor name", "customer", "customer name", "borrower", "holder"}
    ),
    "first_names": names("nombres, first name, first names"),
    "surnames": names("apellidos, apellido, last name, surname, surnames"),
    "address": names(
        "direccion, dir, domicilio, direccion residencia, direccion de residencia, direccion casa, "
        "direccion domicilio, direccion vivienda, direccion titular, direccion del titular, direccion "
        "cliente, direccion del cliente, dir titular, dir residencia, address, home address, street "
        "address"
    ),
    "work_address": names(
        "direccion trabajo, direccion de trabajo, direccion laboral, dir trabajo, direccion empresa, "
        "work address"
    ),
    "business_address": names(
        "direccion negocio, direccion del negocio, direccion comercial, dir negocio, business address"
    ),
    "district": names(
        "barrio, colonia, vereda, barrio vereda, barrio o vereda, sector, localidad, district, "
        "neighbourhood, neighborhood"
    ),
    "city": names("ciudad, municipio, poblacion, ciudad residencia, ciudad municipio, city, town"),
    "landline": names(
        "telefono fijo, tel fijo, fijo, telefono residencia, telefono casa, landline, home phone"
    ),
    "phone": names("telefono, tel, telefonos, telefono titular, telefono cliente, phone, telephone"),
    "mobile": names(
        "celular, cel, telefono celular, tel celular, movil, telefono movil, whatsapp, celular "
        "titular, celular cliente, mobile, mobile phone, cell, cell phone"
    ),
    "email": names("correo, correo electronico, email, e mail, mail, correo e"),
    "relative_phone": names(
        "tel familiar, telefono familiar, telefono de familiar, celular familiar, tel de familiar, "
        "tel referencia, telefono referencia, telefono referencia familiar, relative phone"
    ),
    "relation": names("parentesco, parentesco familiar, relacion, relation, relationship"),
    "codebtor_name": _CODEBTOR["name"],
    "codebtor_document": _CODEBTOR["document"],
    "codebtor_phone": _CODEBTOR["phone"],
    "codebtor_address": _CODEBTOR["address"],
    "guarantor_name": _GUARANTOR["name"],
    "guarantor_document": _GUARANTOR["document"],
    "guarantor_phone": _GUARANTOR["phone"],
    "guarantor_address": _GUARANTOR["address"],
    "co_holder_name": _CO_HOLDER["name"],
    "co_holder_document": _CO_HOLDER["document"],
    "co_holder_phone": _CO_HOLDER["phone"],
    "co_holder_address": _CO_HOLDER["address"],
    "product": names("producto, nombre producto, linea, linea de credito, linea credito, product"),
    "credit_type": names(
        "tipo de credito, tipo credito, modalidad, modalidad de credito, clase de credito, modalidad "
        "credito, credit type, loan type"
    ),
    "opened": names(
        "fecha desembolso, fecha de desembolso, fecha apertura, fecha de apertura, fecha "
        "otorgamiento, fecha de otorgamiento, fecha credito, fecha del credito, fecha originacion, "
        "fecha de originacion, disbursement date, opening date, opened"
    ),
    "disbursed": names(
        "valor desembolsado, monto desembolsado, valor desembolso, monto desembolso, valor credito, "
        "valor del credito, monto credito, monto del credito, monto otorgado, valor inicial, capital "
        "inicial, disbursed, disbursed amount, amount disbursed, original amount"
    ),
    "principal": names(
        "saldo capital, saldo de capital, saldo a capital, capital, capital adeudado, saldo insoluto, "
        "capital insoluto, principal, principal balance, outstanding principal"
    ),
    "total": names(
        "saldo total, saldo, saldo deuda, saldo de la deuda, deuda total, total adeudado, total "
        "deuda, valor total, total balance, balance, total due"
    ),
    "interest": names(
        "interes corriente, intereses corrientes, interes, intereses, interes ordinario, intereses "
        "ordinarios, saldo interes, saldo intereses, interest"
    ),
    "late_interest": names(
        "interes de mora, intereses de mora, interes mora, intereses mora, interes moratorio, "
        "intereses moratorios, late interest, penalty interest"
    ),
    "fees": names(
        "otros cargos, cargos, otros, otros conceptos, gastos, gastos de cobranza, comisiones, fees, "
        "other charges, charges"
    ),
    "instalments_overdue": names(
        "cuotas vencidas, cuotas en mora, cuotas atrasadas, no cuotas vencidas, numero cuotas "
        "vencidas, numero de cuotas vencidas, instalments overdue, installments overdue, overdue "
        "instalments"
    ),
    "overdue": names(
        "valor vencido, saldo vencido, monto vencido, importe vencido, total vencido, valor en mora, "
        "valor mora, saldo en mora, saldo mora, monto en mora, overdue, overdue amount, amount "
        "overdue, past due, past due amount"
    ),
    "oldest_due": names(
        "vencimiento mas antiguo, fecha vencimiento mas antiguo, fecha de vencimiento mas antigua, "
        "fecha vencimiento mas antigua, fecha primer vencimiento, primer vencimiento, fecha "
        "vencimiento, fecha de vencimiento, vencimiento, fecha mora, fecha de mora, fecha inicio "
        "mora, fecha de inicio de mora, fecha cuota mas antigua, fecha cuota vencida mas antigua, "
        "oldest due, oldest due date, first unpaid due date"
    ),
    "last_payment_on": names(
        "ultimo pago, fecha ultimo pago, fecha de ultimo pago, fecha del ultimo pago, last payment "
        "date, last payment"
    ),
    "last_payment": names(
        "valor ultimo pago, valor del ultimo pago, monto ultimo pago, monto del ultimo pago, last "
        "payment amount"
    ),
    "payday": names("dia de pago, dias de pago, dia pago, payday, payment day"),
    "review_days": names(
        "dias de revision, dia de revision, dias revision, revision de facturas, dias de recepcion, dia de "
        "recepcion, recibe cobradores, review days, review day"
    ),
    "counter_hours": names(
        "horario de ventanilla, horario ventanilla, horario de caja, horario caja, horario de atencion, "
        "horario atencion, horas de ventanilla, horario de pagos, counter hours"
    ),
    "branch": names("sucursal, oficina, agencia, branch"),
    "team": names("equipo, grupo, team"),
    "zone": names("zona, ruta, zone"),
    "documents": names("documentos, documentos en poder, soportes, documents, documents held"),
    "lat": names("latitud, lat, latitude"),
    "lon": names("longitud, lon, lng, long, longitude"),
    "status": names(
        "estado, estado credito, estado del credito, estado cuenta, estado de la cuenta, situacion, "
        "novedad, status, account status"
    ),
    "currency": names("moneda, divisa, currency"),
    "language": names("idioma, language"),
    "lender_dpd": names(
        "dias de mora, dias mora, dias en mora, dias vencidos, dias vencido, dias de atraso, dias "
        "atraso, days past due, dpd"
    ),
    "exception_evidence": names(
        "evidencia excepcion, evidencia de la excepcion, soporte excepcion, soporte de la excepcion, "
        "documento excepcion, documento de la excepcion, exception evidence"
    ),
    "predecessor": names(
        "credito anterior, obligacion anterior, reestructurado de, reestructura de, predecessor"
    ),
}

PAYMENTS: dict[str, frozenset[str]] = {
    "number": NUMBER,
    "value_date": names(
        "fecha de pago, fecha pago, fecha del pago, fecha valor, fecha, fecha recaudo, fecha de "
        "recaudo, payment date, value date, date"
    ),
    "posted_date": names(
        "fecha de registro, fecha registro, fecha de aplicacion, fecha aplicacion, fecha contable, "
        "fecha de contabilizacion, fecha contabilizacion, fecha proceso, fecha de proceso, posted "
        "date, posting date"
    ),
    "amount": names(
        "valor, monto, importe, valor pagado, valor pago, valor del pago, monto pagado, valor "
        "recaudado, valor recaudo, monto pago, amount, amount paid, paid"
    ),
    "channel": names("canal, canal de pago, medio de pago, medio, forma de pago, banco, channel"),
    "receipt": names(
        "recibo, no recibo, numero recibo, numero de recibo, comprobante, no comprobante, numero de "
        "comprobante, referencia, referencia de pago, transaccion, receipt, reference"
    ),
    "currency": names("moneda, divisa, currency"),
    "reverses": names("reversa de, reversa, reversado, anula, anula a, reversal of, reverses"),
}
