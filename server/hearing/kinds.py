"""What a case may be, where it may come from and which department deals with it. Decides nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync.words import N_

from ..store.claims import CLAIMS, RIGHTS


@dataclass(frozen=True)
class Kind:
    """`stops`: while it is open nothing is collected. `term`: the table of deadlines it takes."""

    word: str
    desk: str
    department: str
    stops: bool
    term: str


DEPARTMENTS: Mapping[str, str] = {
    "compliance": N_("Cumplimiento"),
    "portfolio": N_("Cartera y saldos"),
    "field": N_("Visitas"),
    "legal": N_("Jurídica"),
    "data": N_("Datos personales"),
}
KINDS: Mapping[str, Kind] = {
    "complaint": Kind(N_("Reclamo"), CLAIMS, "compliance", False, "complaint"),
    "conduct": Kind(N_("Trato de quien visitó"), CLAIMS, "compliance", False, "complaint"),
    "dispute": Kind(N_("Disputa la deuda"), CLAIMS, "compliance", True, "complaint"),
    "identity": Kind(N_("Suplantación: no es él"), CLAIMS, "compliance", True, "complaint"),
    "not_owed": Kind(N_("Ya pagó o no debe"), CLAIMS, "portfolio", True, "complaint"),
    "amount": Kind(N_("El valor no es el que debe"), CLAIMS, "portfolio", True, "complaint"),
    "access": Kind(N_("Acceso a sus datos"), RIGHTS, "data", False, "access"),
    "correction": Kind(N_("Corrección de sus datos"), RIGHTS, "data", False, "correction"),
    "opposition": Kind(N_("Oposición a que se le contacte"), RIGHTS, "data", False, "opposition"),
}
SOURCES: Mapping[str, str] = {
    "slip": N_("Aviso que se le dejó"),
    "phone": N_("Teléfono"),
    "letter": N_("Carta"),
    "email": N_("Correo electrónico"),
    "counter": N_("En persona"),
    "regulator": N_("Autoridad"),
    "visit": N_("Una visita, desde el portátil"),
}
TOLD_BY: Mapping[str, str] = {
    "holder": N_("El titular"),
    "representative": N_("Quien lo representa"),
    "heir": N_("Un heredero"),
    "third": N_("Otra persona"),
    "authority": N_("Una autoridad"),
}
OUTCOMES = ("founded", "unfounded", "settled", "mistaken", "other")


def kinds_of(desk: str) -> dict[str, Kind]:
    return {code: kind for code, kind in KINDS.items() if kind.desk == desk}
