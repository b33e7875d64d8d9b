"""The one catalogue of errors: stable codes, their titles and their one JSON shape (RFC 9457).

Knows no web framework: `status` is data that the edge reads. A code never changes its meaning and is
never reused; a newer side may send codes an older one does not know, and they are kept as they came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..words import N_, Phrase

TYPE_PREFIX = "urn:ronda:error:"
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """What a code means: its title (a Spanish msgid) and the HTTP status the edge answers with."""

    title: str
    status: int


CATALOGUE: Mapping[str, Kind] = {
    # What arrived cannot be read.
    "bad_json": Kind(N_("El mensaje no es JSON válido"), 400),
    "bad_encoding": Kind(N_("El mensaje comprimido está dañado"), 400),
    "other_context": Kind(N_("El mensaje se apoya en algo que la oficina no tiene; envíelo entero"), 409),
    "receipt_wanted": Kind(N_("La oficina sabe menos que el último recibo y pide verlo"), 409),
    "unknown_encoding": Kind(N_("Compresión desconocida"), 415),
    "bad_content_type": Kind(N_("Tipo de contenido no admitido"), 415),
    "too_large": Kind(N_("El mensaje es demasiado grande"), 413),
    "validation_failed": Kind(N_("Hay datos que no cumplen lo esperado"), 422),
    "unsupported_version": Kind(N_("Versión del protocolo no admitida"), 400),
    "update_required": Kind(N_("Hay que actualizar el programa"), 403),
    # Who asks.
    "not_enrolled": Kind(N_("Este portátil no está inscrito"), 401),
    "not_logged_in": Kind(N_("Hay que iniciar sesión"), 401),
    "revoked": Kind(N_("Este portátil fue dado de baja"), 403),
    "lease_expired": Kind(N_("El portátil lleva demasiado tiempo sin sincronizar"), 403),
    "bad_signature": Kind(N_("La firma no corresponde"), 403),
    "unknown_key": Kind(N_("La clave que firma no es conocida"), 403),
    "bad_code": Kind(N_("El código de inscripción no es válido"), 403),
    "code_used": Kind(N_("El código de inscripción ya fue usado"), 410),
    "code_expired": Kind(N_("El código de inscripción venció"), 410),
    "not_allowed": Kind(N_("Su rol no permite hacer esto"), 403),
    "csrf": Kind(N_("La página venció; hay que cargarla de nuevo"), 400),
    # What is asked for. Outside one's scope a thing does not exist.
    "not_found": Kind(N_("No existe"), 404),
    "scope": Kind(N_("No está en su cartera"), 404),
    "wrong_method": Kind(N_("Método no admitido"), 405),
    "conflict": Kind(N_("Alguien lo cambió antes"), 409),
    "erased": Kind(N_("El contenido fue suprimido"), 410),
    # The chain.
    "gap": Kind(N_("Faltan eventos anteriores"), 409),
    "fork": Kind(N_("La cadena se bifurca"), 409),
    "chain_broken": Kind(N_("La cadena de eventos no concuerda"), 409),
    "unknown_incarnation": Kind(N_("La instalación no es conocida"), 409),
    "wrong_epoch": Kind(N_("La oficina fue restaurada; hay que recibir de nuevo"), 409),
    # Why one event is kept in quarantine.
    "id_conflict": Kind(N_("El mismo evento llegó con otro contenido"), 409),
    "unknown_kind": Kind(N_("Clase de evento desconocida"), 422),
    "unknown_version": Kind(N_("Versión de evento desconocida"), 422),
    "unknown_record": Kind(N_("El evento nombra algo que la oficina no conoce"), 422),
    # Attachments.
    "hash_mismatch": Kind(N_("El archivo recibido no es el anunciado"), 422),
    "bad_offset": Kind(N_("El trozo no empieza donde terminó el anterior"), 409),
    # The machine.
    "rate_limited": Kind(N_("Demasiadas peticiones; espere un momento"), 429),
    "busy": Kind(N_("La oficina está ocupada; se intentará de nuevo"), 503),
    "storage_full": Kind(N_("No hay espacio para guardar"), 507),
    "internal": Kind(N_("Algo falló en la oficina; no se perdió nada"), 500),
}
UNKNOWN = Kind(N_("Error que este programa no conoce; actualícelo"), 500)


class Problem(Exception):
    """Broken input or a broken machine, said to the other side. A business "no" is `Refused`, not this.

    `fields` names what is wrong where, e.g. {"push.signature": ["not 64 bytes"]}; it and `detail`
    never hold a secret or another person's data.
    """

    def __init__(
        self, code: str, detail: Phrase | None = None, fields: Mapping[str, Any] | None = None
    ) -> None:
        if code not in CATALOGUE:
            raise ValueError(f"{code!r} is not in the catalogue of errors")
        self.code = code
        self.detail = detail or Phrase(CATALOGUE[code].title)
        self.fields: dict[str, Any] = dict(fields or {})
        super().__init__(code, str(self.detail))

    @property
    def status(self) -> int:
        return CATALOGUE[self.code].status


@dataclass(frozen=True)
class Told:
    """A problem document as the other side wrote it; its code may be one we do not know."""

    code: str
    detail: Phrase
    fields: Mapping[str, Any]

    @property
    def known(self) -> bool:
        return self.code in CATALOGUE


def problem_document(problem: Problem, translate: Callable[[str], str] = lambda text: text) -> dict[str, Any]:
    """The RFC 9457 object. `said` carries the detail as msgid and values, for the reader's own language."""
    kind = CATALOGUE[problem.code]
    document: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.code,
        "title": translate(kind.title),
        "status": kind.status,
        "detail": problem.detail.said(translate),
        "code": problem.code,
        "said": problem.detail.stored(),
    }
    if problem.fields:
        document["fields"] = problem.fields
    return document


def told(document: object) -> Told | None:
    """Read a problem document; None when the object is not one of ours (a proxy's page, a foreign error)."""
    if not isinstance(document, dict):
        return None
    name = document.get("type")
    if not isinstance(name, str) or not name.startswith(TYPE_PREFIX):
        return None
    code = name.removeprefix(TYPE_PREFIX)
    fields = document.get("fields")
    return Told(code, _phrase(document, code), fields if isinstance(fields, dict) else {})


def _phrase(document: dict[str, Any], code: str) -> Phrase:
    said = document.get("said")
    if isinstance(said, dict) and isinstance(said.get("msgid"), str) and isinstance(said.get("values"), dict):
        values = {key: value for key, value in said["values"].items() if isinstance(value, str | int | float)}
        phrase = Phrase(said["msgid"], values)
        try:
            str(phrase)
        except (KeyError, IndexError, ValueError, AttributeError):
            pass  # a template that does not fit its values: the plain detail below still says it
        else:
            return phrase
    detail = document.get("detail")
    if isinstance(detail, str) and detail:
        return Phrase("{detail}", {"detail": detail})
    return Phrase(CATALOGUE.get(code, UNKNOWN).title)
