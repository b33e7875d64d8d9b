"""The Spanish words for the codes that pages show. Every code of the trade has one; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from sync.money import from_minor
from sync.rules import results
from sync.rules.audit import CHECKS
from sync.words import N_

from ..store.said import phrase_of

# Of files of contacts and of stops; those of other files are below.
OUTSIDE_COLUMNS = {
    "at": N_("Fecha y hora"),
    "time": N_("Hora"),
    "ended": N_("Fin"),
    "seconds": N_("Duración"),
    "effective": N_("Resultado"),
    "who": N_("Quién lo hizo"),
    "note": N_("Nota"),
    "source": N_("Sistema"),
    "reference": N_("Referencia"),
    "kind": N_("Novedad"),
    "channels": N_("Canales que cierra"),
    "since": N_("Desde"),
    "until": N_("Hasta"),
    "evidence": N_("Soporte"),
    "attorney": N_("Abogado"),
    "attorney_contact": N_("Contacto del abogado"),
    "action": N_("Acción"),
    "released": N_("Fecha en que se levanta"),
    "resolution": N_("Resolución"),
}

LABELS: dict[str, Mapping[str, str]] = {
    "place": {place.value: text for place, text in results.PLACES.items()},
    "party": {party.value: text for party, text in results.PARTIES.items()},
    "reason": {reason.value: text for reason, text in results.REASONS.items()},
    "result": {result.value: rule.label for result, rule in results.RESULTS.items()},
    "certificate": {
        "objective": N_("Objetivo: valor dejado más segundos de viaje"),
        "bound": N_("Valor que ningún día puede pasar"),
        "gap": N_("Distancia a esa cota, en %"),
        "relaxation": N_("Cómo se halló la cota"),
        "versions": N_("Versiones de los programas"),
        "problem": N_("Huella del problema guardado"),
        "value": N_("Valor de las visitas"),
        "travel_s": N_("Viaje, en segundos"),
        "travel_m": N_("Viaje, en metros"),
        "seed": N_("Semilla"),
        "iterations": N_("Iteraciones"),
        "solver": N_("Programa que resolvió"),
        "matrix": N_("Huella de los tiempos de viaje"),
        "approximate": N_("Tiempos aproximados"),
    },
    "role": {
        "collector": N_("Gestor de campo"),
        "telephone": N_("Gestor telefónico"),
        "coordinator": N_("Coordinación"),
        "supervisor": N_("Supervisión"),
        "compliance": N_("Cumplimiento"),
        "manager": N_("Gerencia"),
        "administrator": N_("Administración"),
    },
    "bond": {
        "holder": N_("Titular"),
        "co_holder": N_("Cotitular"),
        "co_debtor": N_("Codeudor"),
        "guarantor": N_("Aval"),
        "heir": N_("Heredero"),
    },
    "account": {
        "open": N_("Abierta"),
        "recalled": N_("Retirada por la entidad"),
        "absent": N_("No vino en el último archivo"),
        "closed": N_("Cerrada"),
    },
    "outcome": {
        "assigned": N_("Asignada"),
        "barred": N_("Vedada por norma"),
        "unassigned": N_("Sin asignar"),
    },
    "address": {
        "home": N_("Domicilio"),
        "work": N_("Trabajo"),
        "business": N_("Negocio"),
        "guarantor_home": N_("Domicilio del aval"),
        "other": N_("Otro lugar"),
    },
    "precision": {
        "door": N_("Puerta exacta"),
        "block": N_("Cuadra"),
        "street": N_("Calle"),
        "zone": N_("Solo la zona"),
        "none": N_("Sin ubicar"),
    },
    "review": {
        "accepted": N_("Aceptada"),
        "proposed": N_("Propuesta en campo"),
        "rejected": N_("Rechazada"),
    },
    "phone": {"mobile": N_("Celular"), "landline": N_("Teléfono fijo"), "email": N_("Correo")},
    "holder": {
        "debtor": N_("Del deudor"),
        "relative": N_("De un familiar"),
        "guarantor": N_("Del aval"),
        "other": N_("De otra persona"),
    },
    "known": {
        "live": N_("Escrita en el momento"),
        "later": N_("Escrita después"),
        "paper": N_("De la hoja de ruta en papel"),
    },
    "location": {
        "gnss": N_("Receptor GPS"),
        "browser": N_("Ubicación del navegador"),
        "exif": N_("De la foto"),
        "pin": N_("Puesta a mano en el mapa"),
        "none": N_("Sin ubicación"),
    },
    "promise": {
        "vigente": N_("Vigente"),
        "recordada": N_("Recordada"),
        "por_confirmar": N_("Por confirmar"),
        "cumplida": N_("Cumplida"),
        "parcial": N_("Cumplida en parte"),
        "incumplida": N_("Incumplida"),
        "reprogramada": N_("Reprogramada"),
        "cancelada": N_("Cancelada"),
    },
    "evidence": {
        "A": N_("A: en el momento y con buena ubicación"),
        "B": N_("B: buena"),
        "C": N_("C: débil"),
        "D": N_("D: solo la palabra del gestor"),
    },
    "severity": {"info": N_("Para saber"), "review": N_("Por revisar"), "serious": N_("Grave")},
    "resolution": {
        "justified": N_("Justificado"),
        "corrected": N_("Corregido"),
        "misconduct": N_("Falta del gestor"),
    },
    "stop": {
        "dispute": N_("El deudor disputa la deuda"),
        "cease": N_("Pidió no ser contactado"),
        "attorney": N_("Representado por abogado"),
        "deceased": N_("Fallecido"),
        "held": N_("No disponible (privado de libertad u hospitalizado)"),
        "unsafe": N_("Zona o situación de riesgo"),
    },
    "decision": {"allow": N_("Permite"), "warn": N_("Advierte"), "block": N_("Impide")},
    "route": {"draft": N_("Borrador"), "published": N_("Publicada"), "superseded": N_("Reemplazada")},
    "import": {
        "portfolio": N_("Cartera"),
        "payments": N_("Pagos"),
        "contacts": N_("Contactos"),
        "stops": N_("Novedades que detienen"),
    },
    "contact": {
        "call": N_("Llamada"),
        "message": N_("Mensaje"),
        "email": N_("Correo"),
        "letter": N_("Carta"),
    },
    "confidence": {
        "high": N_("Confianza alta"),
        "medium": N_("Confianza media"),
        "low": N_("Confianza baja"),
    },
    "channels": {
        "visit": N_("visitas"),
        "call": N_("llamadas"),
        "message": N_("mensajes"),
        "email": N_("correos"),
        "letter": N_("cartas"),
    },
    "released": {
        "founded": N_("Tenía razón"),
        "unfounded": N_("No tenía razón"),
        "settled": N_("Se llegó a un acuerdo"),
        "mistaken": N_("Fue un error"),
        "other": N_("Otra resolución"),
    },
    "mode": {"full": N_("Completo"), "delta": N_("Solo cambios")},
    "remark": {"rejected": N_("Rechazada"), "warned": N_("Con aviso")},
    "channel": dict(results.FIELDS["channel"].choices),
    "column": {
        **OUTSIDE_COLUMNS,
        "number": N_("Número de crédito"),
        "document": N_("Documento"),
        "document_type": N_("Tipo de documento"),
        "name": N_("Nombre"),
        "first_names": N_("Nombres"),
        "surnames": N_("Apellidos"),
        "address": N_("Dirección"),
        "work_address": N_("Dirección del trabajo"),
        "business_address": N_("Dirección del negocio"),
        "district": N_("Barrio"),
        "city": N_("Ciudad"),
        "landline": N_("Teléfono fijo"),
        "phone": N_("Teléfono"),
        "mobile": N_("Celular"),
        "email": N_("Correo"),
        "relative_phone": N_("Teléfono de un familiar"),
        "relation": N_("Parentesco"),
        "codebtor_name": N_("Nombre del codeudor"),
        "codebtor_document": N_("Documento del codeudor"),
        "codebtor_phone": N_("Teléfono del codeudor"),
        "codebtor_address": N_("Dirección del codeudor"),
        "guarantor_name": N_("Nombre del aval"),
        "guarantor_document": N_("Documento del aval"),
        "guarantor_phone": N_("Teléfono del aval"),
        "guarantor_address": N_("Dirección del aval"),
        "co_holder_name": N_("Nombre del cotitular"),
        "co_holder_document": N_("Documento del cotitular"),
        "co_holder_phone": N_("Teléfono del cotitular"),
        "co_holder_address": N_("Dirección del cotitular"),
        "product": N_("Producto"),
        "credit_type": N_("Tipo de crédito"),
        "opened": N_("Fecha de desembolso"),
        "disbursed": N_("Valor desembolsado"),
        "principal": N_("Capital"),
        "total": N_("Saldo total"),
        "interest": N_("Interés"),
        "late_interest": N_("Interés de mora"),
        "fees": N_("Otros cargos"),
        "instalments_overdue": N_("Cuotas vencidas"),
        "overdue": N_("Valor vencido"),
        "oldest_due": N_("Vence desde"),
        "last_payment_on": N_("Fecha del último pago"),
        "last_payment": N_("Valor del último pago"),
        "payday": N_("Día de pago"),
        "review_days": N_("Días de revisión"),
        "counter_hours": N_("Horario de atención"),
        "branch": N_("Sucursal"),
        "team": N_("Equipo"),
        "zone": N_("Zona"),
        "documents": N_("Documentos"),
        "lat": N_("Latitud"),
        "lon": N_("Longitud"),
        "status": N_("Estado"),
        "currency": N_("Moneda"),
        "language": N_("Idioma"),
        "lender_dpd": N_("Días de mora según la entidad"),
        "exception_evidence": N_("Soporte de la excepción"),
        "predecessor": N_("Crédito anterior"),
        "value_date": N_("Fecha valor"),
        "posted_date": N_("Fecha de aplicación"),
        "amount": N_("Valor"),
        "channel": N_("Canal"),
        "receipt": N_("Recibo"),
        "reverses": N_("Pago que reversa"),
    },
    "finding": {code: check.title.msgid for code, check in CHECKS.items()}
    | {"cash.shortage": N_("Faltante de caja")},
    "reviewed": {
        "waiting": N_("Por revisar"),
        "returned": N_("Devuelta al gestor"),
        "held": N_("Retenida"),
        "approved": N_("Aprobada"),
    },
    "deciding": {
        "approve": N_("Aprobar"),
        "return": N_("Devolver al gestor"),
        "hold": N_("Retener"),
        "reopen": N_("Volver a revisar"),
    },
}

TONES: dict[str, Mapping[str, str]] = {
    "promise": {
        "vigente": "info",
        "recordada": "info",
        "por_confirmar": "warn",
        "cumplida": "good",
        "parcial": "warn",
        "incumplida": "bad",
        "reprogramada": "neutral",
        "cancelada": "neutral",
    },
    "severity": {"info": "info", "review": "warn", "serious": "bad"},
    "evidence": {"A": "good", "B": "good", "C": "neutral", "D": "warn"},
    "outcome": {"assigned": "good", "barred": "neutral", "unassigned": "warn"},
    "account": {"open": "good", "recalled": "bad", "absent": "warn", "closed": "neutral"},
    "review": {"accepted": "good", "proposed": "warn", "rejected": "neutral"},
    "decision": {"allow": "good", "warn": "warn", "block": "bad"},
    "route": {"draft": "warn", "published": "good", "superseded": "neutral"},
    "resolution": {"justified": "good", "corrected": "info", "misconduct": "bad"},
    "reviewed": {"waiting": "info", "returned": "warn", "held": "warn", "approved": "good"},
    "deciding": {"approve": "good", "return": "warn", "hold": "warn", "reopen": "info"},
    "remark": {"rejected": "bad", "warned": "warn"},
    "confidence": {"high": "good", "medium": "neutral", "low": "warn"},
}


def said(code: str | None, kind: str) -> str:
    """A code in words; one that is not known is shown as it is, never hidden."""
    if code is None or code == "":
        return ""
    text = LABELS[kind].get(code)
    return str(_(text)) if text else code


def tone(code: str | None, kind: str) -> str:
    return TONES[kind].get(code or "", "neutral")


def bucket(code: str) -> str:
    """A bucket as a person says it: "Al día", "1 a 30 días", "90 días o más"."""
    if code == "":
        return str(_("Sin saldo"))
    if code == "current":
        return str(_("Al día"))
    if code.endswith("+"):
        return str(_("%(from)s días o más", **{"from": code[:-1]}))
    low, _dash, high = code.partition("-")
    return str(_("%(from)s a %(to)s días", **{"from": low, "to": high}))


def choices(kind: str) -> list[tuple[str, str]]:
    """(code, words) of every code of a kind, for a select."""
    return [(code, _(text)) for code, text in LABELS[kind].items()]


def pair(text: str) -> tuple[str, str]:
    """A word that is its own code, for a select."""
    return text, text


def bucket_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    return [(code, bucket(code)) for code in codes]


def pairs(rows: Iterable[Mapping[str, Any]], code: str, words: str) -> list[tuple[str, str]]:
    """Two columns of some rows, for a select."""
    return [(row[code], row[words]) for row in rows]


def objects(held: Iterable[object], code: str, words: str) -> list[tuple[str, str]]:
    """The same of two attributes of some objects."""
    return [(getattr(one, code), getattr(one, words)) for one in held]


def decimal(value: float) -> str:
    """A plain figure as a reader of Spanish writes it: 12,4."""
    return str(format_decimal(value))


def minor(row: Mapping[str, Any], column: str) -> Decimal:
    """The amount in a column of minor units, in the row's own currency."""
    return from_minor(row[column], row["currency"])


FILTERS = {
    "said": said,
    "tone": tone,
    "bucket": bucket,
    "pair": pair,
    "pairs": pairs,
    "objects": objects,
    "decimal": decimal,
    "minor": minor,
    "stored": phrase_of,
}
