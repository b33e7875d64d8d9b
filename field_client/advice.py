"""What to do about each trouble of an exchange and each notice of the office, one sentence a code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.wire.errors import TYPE_PREFIX, told
from sync.words import N_, Phrase

AGAIN = N_("Se intentará solo en un rato; si mañana sigue igual, avise al coordinador.")
COORDINATOR = N_("Avise al coordinador y dígale este aviso; puede seguir visitando.")
UPDATE = N_("Pida a la oficina la versión nueva del programa; puede seguir visitando.")
ENROL_AGAIN = N_("Pida otro código a su coordinador y vuelva a inscribir el portátil.")
REVIEW = N_("No lo repita: la oficina lo guarda y lo revisa.")
NEW_INSTALLATION = N_("No haga nada: el portátil lo vuelve a decir solo en el próximo envío.")
CLOCK = N_("Revise la fecha y la hora del portátil y envíe de nuevo; si sigue, avise al coordinador.")

CLOCK_SKEW = "clock_skew"

ADVICE: Mapping[str, str] = {
    # What this laptop itself runs into.
    "unreachable": N_("Revise el internet o acérquese a la oficina. Puede seguir visitando."),
    "untrusted": N_("Avise al coordinador: puede no ser su oficina quien responde."),
    "elsewhere": N_("Espere: otra ventana o programa de este portátil ya está enviando."),
    "not_written": N_("Libere espacio en el disco y envíe de nuevo."),
    # What arrived cannot be read.
    "bad_json": UPDATE,
    "bad_encoding": AGAIN,
    "unknown_encoding": UPDATE,
    "other_context": AGAIN,
    "receipt_wanted": COORDINATOR,
    "bad_content_type": UPDATE,
    "too_large": COORDINATOR,
    "validation_failed": UPDATE,
    "unsupported_version": UPDATE,
    "update_required": N_("Pida la versión nueva del programa; lo guardado se envía igual."),
    # Who asks.
    "not_enrolled": N_("Hable con su coordinador: hay que inscribir el portátil de nuevo."),
    "not_logged_in": COORDINATOR,
    "revoked": N_("No siga visitando con este portátil y hable con su coordinador."),
    "lease_expired": N_("Conéctese a la oficina, o pídale por teléfono un código para abrir el portátil."),
    "bad_signature": COORDINATOR,
    "unknown_key": COORDINATOR,
    "bad_code": ENROL_AGAIN,
    "code_used": ENROL_AGAIN,
    "code_expired": ENROL_AGAIN,
    "not_allowed": COORDINATOR,
    "csrf": N_("Cargue la página de nuevo."),
    # What is asked for.
    "not_found": COORDINATOR,
    "scope": N_("Ya no está en su cartera: reciba el día de nuevo."),
    "wrong_method": UPDATE,
    "conflict": N_("Reciba el día de nuevo y mire qué cambió."),
    "erased": N_("Se suprimió por orden de la oficina: no hay que hacer nada."),
    # The chain.
    "gap": NEW_INSTALLATION,
    "fork": NEW_INSTALLATION,
    "chain_broken": COORDINATOR,
    "unknown_incarnation": COORDINATOR,
    "wrong_epoch": N_("Reciba el día de nuevo: la oficina se restauró y este portátil repone lo que falte."),
    # Why one event is in review.
    "id_conflict": REVIEW,
    "unknown_kind": REVIEW,
    "unknown_version": REVIEW,
    "unknown_record": REVIEW,
    # The program itself.
    "update_available": N_("Actualícelo cuando tenga internet o lo pida la oficina; puede seguir visitando."),
    "update_needed": N_("Pida hoy la versión nueva del programa; lo guardado se envía igual."),
    # This machine's clock, as the office heard it.
    CLOCK_SKEW: CLOCK,
    # Attachments.
    "hash_mismatch": AGAIN,
    "bad_offset": AGAIN,
    # The machine.
    "rate_limited": AGAIN,
    "busy": AGAIN,
    "storage_full": N_("Avise al coordinador: la oficina no tiene espacio. Aquí todo sigue guardado."),
    "internal": N_("Avise al coordinador: algo falló en la oficina. Aquí todo sigue guardado."),
}


def todo(code: str) -> str:
    """What to do about a code; of one this program does not know, what helps with any."""
    return ADVICE.get(code, COORDINATOR)


@dataclass(frozen=True)
class Notice:
    """What the office said besides in its last reply, and what to do about it."""

    code: str
    because: Phrase
    todo: str


def heard(notices: Iterable[Mapping[str, Any]]) -> list[Notice]:
    """The notices as they were kept. One with neither words nor a code says nothing."""
    found = []
    for one in notices:
        code = str(one.get("code") or "")
        said = told({**one, "type": TYPE_PREFIX + code}) if code else None
        if said is not None:
            found.append(Notice(code, said.detail, todo(code)))
    return found
