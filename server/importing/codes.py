"""The words lenders and diallers use for channels, answers and what stops collection. Knows no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sync.rules.clauses import CHANNELS, StopKind

from .columns import plain


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split(", "))


_CHANNELS: Mapping[str, frozenset[str]] = {
    "call": _words(
        "llamada, llamadas, llamada telefonica, llamadas telefonicas, telefono, telefonica, telefonico, "
        "call, calls, phone, marcador, marcacion, predictivo, discador, ivr, voz, agente virtual, blaster, "
        "celular, tel"
    ),
    "message": _words(
        "mensaje, mensajes, mensaje de texto, mensajes de texto, sms, whatsapp, wa, wsp, wpp, texto, "
        "message, messages, chat, push, rcs, telegram, messenger"
    ),
    "email": _words("correo, correos, correo electronico, correos electronicos, email, e mail, mail, emails"),
    "letter": _words(
        "carta, cartas, letter, letters, correo certificado, correo fisico, notificacion, "
        "notificacion escrita, aviso, telegrama, comunicacion escrita"
    ),
    "visit": _words(
        "visita, visitas, visit, visits, visita domiciliaria, visitas domiciliarias, domiciliaria, terreno, "
        "campo, presencial"
    ),
}
_CHANNEL_OF = {word: channel for channel, words in _CHANNELS.items() for word in words}

_REACHED = _words(
    "si, s, yes, y, 1, true, verdadero, efectivo, efectiva, contacto efectivo, contactado, contactada, "
    "contacto directo, contacto titular, contacto con titular, titular, contesta, contesto, contestada, "
    "contestado, atendida, atendido, answered, human, leido, leida, read, respondio, responde, abierto"
)
_MISSED = _words(
    "no, n, 0, false, falso, no efectivo, no efectiva, contacto no efectivo, sin contacto, no contacto, "
    "no contactado, no contesta, no contesto, no contestada, no responde, ocupado, ocupada, buzon, "
    "buzon de voz, buzon de mensajes, apagado, fuera de servicio, numero errado, equivocado, "
    "no answer, busy, voicemail, machine, failed, fallido, fallida, rechazado, rechazada, colgo, "
    "no entregado, no entregada, rebotado, undelivered, bounced, abandonada, abandonado"
)

_STOPS: Mapping[StopKind, frozenset[str]] = {
    StopKind.DISPUTE: _words(
        "disputa, en disputa, dispute, disputed, reclamo, reclamacion, queja, pqr, pqrs, desconoce, "
        "desconoce la deuda, desconocimiento, inconformidad, fraude, suplantacion, identity theft"
    ),
    StopKind.CEASE: _words(
        "cese, cese de contacto, cease, cease request, cease and desist, no contactar, no molestar, "
        "no llamar, no visitar, no enviar mensajes, no escribir, opt out, baja de contacto, "
        "retiro de autorizacion, revoca autorizacion, revocatoria de autorizacion, "
        "do not contact, do not call"
    ),
    StopKind.ATTORNEY: _words(
        "abogado, abogada, apoderado, apoderada, con abogado, representado, representado por abogado, "
        "attorney, lawyer, represented"
    ),
    StopKind.DECEASED: _words(
        "fallecido, fallecida, fallecimiento, fallece, muerto, muerta, muerte, difunto, difunta, "
        "defuncion, deceased, death, dead"
    ),
    StopKind.HELD: _words(
        "detenido, detenida, privado de libertad, privada de libertad, preso, presa, recluido, "
        "recluida, hospitalizado, hospitalizada, hospital, no disponible, held, jailed, hospitalised, "
        "hospitalized"
    ),
    StopKind.UNSAFE: _words("riesgo, zona de riesgo, zona roja, inseguro, amenaza, unsafe"),
}
_STOP_OF = {word: kind for kind, words in _STOPS.items() for word in words}
# What a word asks for by itself, where the row has no column of channels.
_SCOPE_OF = {
    "no llamar": ("call",),
    "do not call": ("call",),
    "no visitar": ("visit",),
    "no enviar mensajes": ("message",),
    "no escribir": ("message", "email"),
}
_EVERY = _words("todo, todos, toda, todas, todos los canales, cualquiera, cualquier canal, all, any, total")
_RELEASES = _words(
    "baja, levanta, levantar, levantado, levantada, levantamiento, libera, liberar, liberado, liberada, "
    "cierra, cerrado, cerrada, cierre, resuelto, resuelta, inactivo, inactiva, release, released, closed, "
    "resolved, lift, lifted"
)
_STANDS = _words(
    "alta, activo, activa, vigente, abierto, abierta, nuevo, nueva, pendiente, en curso, open, active, "
    "new, set"
)
_PARTS = re.compile(r"\s*[,;/|+]\s*|\s+(?:y|e|and)\s+", re.IGNORECASE)


def channel_of(written: str) -> str | None:
    """The channel a word names; None for a word nobody knows."""
    return _CHANNEL_OF.get(plain(written)) or (plain(written) if plain(written) in CHANNELS else None)


def channels_of(written: str) -> tuple[str, ...] | None:
    """The channels a cell lists, in the order of CHANNELS; () for every one; None where a word is unknown."""
    parts = [part for part in _PARTS.split(written) if plain(part)]
    if not parts or any(plain(part) in _EVERY for part in parts):
        return ()
    found = {channel_of(part.removeprefix("no ").removeprefix("más ")) for part in parts}
    return None if None in found else tuple(channel for channel in CHANNELS if channel in found)


def reached(written: str) -> bool | None:
    """Whether the debtor was reached; None for a word nobody knows, and for none."""
    word = plain(written)
    return True if word in _REACHED else False if word in _MISSED else None


def stop_of(written: str) -> StopKind | None:
    return _STOP_OF.get(plain(written))


def scope_in(written: str) -> tuple[str, ...]:
    """The channels that the name of a stop itself closes: `no llamar`; () for every one."""
    return _SCOPE_OF.get(plain(written), ())


def releases(written: str) -> bool | None:
    """True for a word that lifts, False for one that sets or for none; None for one nobody knows."""
    word = plain(written)
    return True if word in _RELEASES else False if not word or word in _STANDS else None


def known_stops() -> Iterable[str]:
    """One word for each, to tell a person what may be written."""
    return ("disputa", "cese", "abogado", "fallecido", "detenido", "riesgo")
