"""The names lenders and diallers give to columns of contacts and stops, already plain (see `synonyms`)."""

from __future__ import annotations

from .synonyms import NUMBER, PORTFOLIO, names

_DOCUMENT = PORTFOLIO["document"]
_NOTE = names(
    "nota, notas, observacion, observaciones, comentario, comentarios, detalle, descripcion, note, notes, "
    "comment, comments, remarks"
)
_REFERENCE = names(
    "id llamada, id gestion, id contacto, id mensaje, id interaccion, id registro, id, referencia, radicado, "
    "no radicado, numero de radicado, caso, no caso, ticket, call id, contact id, message id, reference, "
    "case id, case"
)
_SYSTEM = names(
    "sistema, sistema origen, sistema de origen, origen, fuente, plataforma, source, source system, system"
)

CONTACTS: dict[str, frozenset[str]] = {
    "number": NUMBER,
    "document": _DOCUMENT,
    "document_type": PORTFOLIO["document_type"],
    "channel": names(
        "canal, tipo, tipo contacto, tipo de contacto, tipo gestion, tipo de gestion, medio, "
        "medio de contacto, canal de contacto, channel, type, contact type"
    ),
    "at": names(
        "fecha y hora, fecha hora, fechahora, fecha hora gestion, fecha y hora gestion, fecha hora inicio, "
        "fecha y hora inicio, fecha hora llamada, fecha y hora de la llamada, fecha gestion, "
        "fecha de gestion, fecha contacto, fecha de contacto, fecha llamada, fecha de la llamada, "
        "inicio, fecha, momento, timestamp, started at, start, start time, date time, datetime, date"
    ),
    "time": names(
        "hora, hora gestion, hora de gestion, hora contacto, hora llamada, hora de la llamada, "
        "hora inicio, hora de inicio, time"
    ),
    "ended": names("fin, fecha hora fin, fecha y hora fin, hora fin, hora de fin, end, end time, ended at"),
    "seconds": names(
        "duracion, duracion segundos, duracion en segundos, duracion seg, segundos, tiempo, "
        "duration, duration seconds, seconds, talk time"
    ),
    "zone": names("zona horaria, huso, huso horario, time zone, timezone, tz"),
    "effective": names(
        "efectivo, efectiva, contacto efectivo, efectividad, resultado, resultado gestion, "
        "resultado de la gestion, resultado llamada, respuesta, estado, tipificacion, contestada, "
        "effective, result, outcome, disposition, answered, status"
    ),
    "who": names(
        "gestor, agente, asesor, usuario, operador, quien, realizado por, ejecutivo, funcionario, "
        "agent, user, operator, who, made by"
    ),
    "note": _NOTE,
    "source": _SYSTEM,
    "reference": _REFERENCE,
}

STOPS: dict[str, frozenset[str]] = {
    "number": NUMBER,
    "document": _DOCUMENT,
    "document_type": PORTFOLIO["document_type"],
    "kind": names(
        "tipo, tipo de novedad, novedad, motivo, causa, causal, clase, tipo de bloqueo, bloqueo, "
        "suspension, tipo suspension, tipo de suspension, type, kind, stop, reason"
    ),
    "channels": names("canal, canales, alcance, canales cerrados, medio, medios, scope, channel, channels"),
    "since": names(
        "desde, fecha, fecha desde, fecha inicio, fecha de inicio, fecha novedad, fecha de la novedad, "
        "fecha radicado, fecha radicacion, fecha de radicacion, fecha fallecimiento, "
        "fecha de fallecimiento, fecha defuncion, fecha de defuncion, since, from, date, start date"
    ),
    "until": names("hasta, fecha hasta, fecha fin, fecha de fin, vigente hasta, until, to, end date"),
    "evidence": names(
        "prueba, pruebas, soporte, soportes, evidencia, documento soporte, documento de soporte, registro, "
        "registro civil, certificado, certificado de defuncion, acta de defuncion, evidence, proof"
    ),
    "attorney": names(
        "abogado, apoderado, nombre abogado, nombre del abogado, nombre apoderado, datos abogado, "
        "datos del abogado, attorney, attorney name, lawyer"
    ),
    "attorney_contact": names(
        "telefono abogado, telefono del abogado, contacto abogado, correo abogado, correo del abogado, "
        "telefono apoderado, tarjeta profesional, attorney phone, attorney contact, attorney email"
    ),
    "action": names("accion, movimiento, estado, operacion novedad, action, state, status"),
    "released": names(
        "fecha levantamiento, fecha de levantamiento, levantado, liberado, fecha liberacion, "
        "fecha de liberacion, fecha cierre, fecha de cierre, fecha solucion, fecha de solucion, "
        "fecha respuesta, fecha de respuesta, released, released on, closed on, resolved on"
    ),
    "resolution": names(
        "resolucion, respuesta, solucion, decision, motivo levantamiento, motivo de levantamiento, "
        "conclusion, resolution, decision taken"
    ),
    "note": _NOTE,
    "reference": _REFERENCE,
}
