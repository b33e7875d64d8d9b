"""Early-warning flags: signs that a debtor may soon be unable to pay. Seen, never asked; proves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..words import N_, Phrase
from .answers import FieldError

ALARMS: Mapping[str, str] = {
    "negocio_cerrado": N_("El negocio está cerrado o casi sin movimiento"),
    "vende_bienes": N_("Vende o saca muebles, mercancía o vehículo"),
    "otros_cobradores": N_("Otros acreedores lo buscan"),
    "proceso_judicial": N_("Se ve un embargo o aviso de un juzgado"),
    "sin_trabajo": N_("Dice que quedó sin trabajo o sin ventas"),
    "se_muda": N_("Prepara una mudanza o un viaje sin regreso"),
    "insolvencia": N_("Anuncia o tramita un proceso de insolvencia"),
    "traspaso": N_("Pasó el negocio o los bienes a nombre de otro"),
    "no_recibe": N_("Dejó de contestar y de recibir"),
}
# These are said by the debtor of himself: with another person they would be talk of his affairs.
TOLD = frozenset({"sin_trabajo", "insolvencia"})


def wrong(codes: Iterable[str]) -> list[FieldError]:
    """Why these flags cannot be kept."""
    if all(code in ALARMS for code in codes):
        return []
    return [FieldError("alarms", Phrase(N_("Elija una de las opciones.")), "visit.alarms")]
