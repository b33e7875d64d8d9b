"""The audit's checks by name: what each is called, what it looks at and why. Judges nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

from ...words import N_, Phrase


@dataclass(frozen=True)
class Check:
    """One check. `needs`: the columns of a file of visits it cannot do without, of each group any one.

    `limits`: the thresholds of a pack's `[audit]` section by which it judges. `office`: only the office's
    own records show it.
    """

    code: str
    title: Phrase
    explanation: Phrase
    limits: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    office: bool = False


def _check(
    code: str,
    title: str,
    explanation: str,
    limits: tuple[str, ...] = (),
    needs: tuple[tuple[str, ...], ...] = (),
    *,
    office: bool = False,
) -> Check:
    return Check(code, Phrase(title), Phrase(explanation), limits, needs, office)


_ALL = (
    _check(
        "audit.far_from_address",
        N_("Lejos de la dirección"),
        N_(
            "La posición medida durante la visita está más lejos de la dirección que lo que explican la "
            "precisión del aparato y la de la dirección."
        ),
        ("far_m",),
        (("lat",), ("address_lat",)),
    ),
    _check(
        "audit.outside_hours",
        N_("Fuera de horario"),
        N_("La visita ocurrió, con la hora corregida, fuera del horario que permite la norma."),
    ),
    _check(
        "audit.too_short",
        N_("Demasiado corta"),
        N_("Se dice que alguien atendió, pero la visita duró menos que una conversación."),
        ("too_short_s",),
        (("party", "result", "note"),),
    ),
    _check(
        "audit.overlap",
        N_("Se cruza con otra visita"),
        N_("El mismo gestor está a la vez en dos visitas en lugares distintos."),
        ("overlap_s",),
    ),
    _check(
        "audit.impossible_speed",
        N_("Traslado imposible"),
        N_("Entre dos visitas seguidas habría tenido que ir más rápido de lo que se puede."),
        ("max_speed_kmh",),
        (("lat",),),
    ),
    _check(
        "audit.burst_entry",
        N_("Escritas de golpe"),
        N_(
            "Varias visitas que se dicen escritas en el lugar se guardaron juntas, mucho después de las "
            "horas en que habrían ocurrido. Escribir tarde y decirlo no es un hallazgo."
        ),
        ("burst_visits", "burst_minutes", "burst_spread_minutes", "burst_lag_minutes"),
        (("recorded",),),
    ),
    _check(
        "audit.regular_cadence",
        N_("Demasiado regulares"),
        N_("Las visitas empiezan a intervalos exactamente iguales, como no ocurre en la calle."),
        ("cadence_visits", "cadence_s"),
    ),
    _check(
        "audit.copied_text",
        N_("Texto copiado"),
        N_(
            "La misma nota, que no es una frase de uso común, se escribió de deudores distintos. "
            "Las frases hechas no cuentan."
        ),
        ("copied_words", "copied_agents"),
        (("note",),),
    ),
    _check(
        "audit.reused_photo",
        N_("Foto repetida"),
        N_("La misma foto, o casi la misma, se adjuntó a visitas de lugares o momentos distintos."),
        ("photo_bits", "photo_shared_minutes"),
        (("photo_hash", "photo_phash"),),
    ),
    _check(
        "audit.same_fix",
        N_("Coordenadas repetidas"),
        N_(
            "La posición es idéntica, hasta la última cifra, a la de visitas en otras direcciones: "
            "dos mediciones de verdad nunca coinciden así."
        ),
        ("same_fix_m",),
        (("lat",),),
    ),
    _check(
        "audit.same_spot",
        N_("Desde un mismo sitio"),
        N_("Varias visitas a direcciones distintas se registraron desde un mismo punto que no es ninguna."),
        ("same_spot_m", "same_spot_visits"),
        (("lat",), ("address_lat",)),
    ),
    _check(
        "audit.too_exact",
        N_("Demasiado exacta"),
        N_(
            "La posición coincide con la coordenada de la dirección como si se hubiera copiado: "
            "toda medición de verdad tiene error."
        ),
        ("exact_cm", "exact_near_m"),
        (("lat",), ("address_lat",)),
    ),
    _check(
        "audit.clock_skew",
        N_("Reloj desviado"),
        N_("El reloj del portátil estaba desviado; las horas se corrigen y esto solo informa."),
        ("clock_skew_s",),
        (("clock_offset_s",),),
    ),
    _check(
        "audit.clock_moved",
        N_("Reloj movido"),
        N_(
            "El reloj del portátil no estaba en hora cuando se escribió la visita: lo dicen la oficina, el "
            "orden de lo escrito o el contador de la máquina, que nadie ajusta."
        ),
        ("clock_moved_s",),
        (("clock_offset_s", "received", "seq", "ticks_s", "recorded"),),
    ),
    _check(
        "audit.late_sync",
        N_("Llegó muy tarde"),
        N_(
            "La visita llegó a la oficina mucho después de escrita, más de lo que dura una zona sin señal. "
            "Sincronizar despacio no es un hallazgo."
        ),
        ("late_sync_hours",),
        (("received",),),
    ),
    _check(
        "audit.amended_late",
        N_("Corregida después"),
        N_("Lo dicho de la visita se cambió mucho después de que ocurriera."),
        ("amended_hours",),
        (("amended_at",),),
    ),
    _check(
        "audit.chain_gap",
        N_("Falta un eslabón"),
        N_("La cadena del portátil no sigue a lo anterior: falta algo que se escribió antes."),
        (),
        (("seq",),),
    ),
    _check(
        "audit.chain_fork",
        N_("Cadena bifurcada"),
        N_("Dos cosas distintas ocupan el mismo lugar de la cadena del portátil."),
        (),
        (("seq",),),
    ),
    _check(
        "audit.third_party_told",
        N_("Se habló con un tercero"),
        N_("Se habló de la deuda con quien no es el deudor ni su garante."),
        (),
        (("party", "note", "third_party_told"),),
    ),
    _check(
        "policy.override",
        N_("Permitida por excepción"),
        N_("La norma no la permitía y alguien con autoridad la permitió, con su motivo."),
        (),
        (("override",),),
    ),
    _check(
        "audit.out_of_scope",
        N_("El deudor ya era de otro gestor"),
        N_("La visita llegó cuando el deudor ya estaba asignado a otra persona; se aceptó."),
        office=True,
    ),
    _check(
        "audit.wording",
        N_("Palabras que no se deben usar"),
        N_("Lo escrito contiene palabras que la norma prohíbe decir al deudor o de él."),
        office=True,
    ),
)

CHECKS: dict[str, Check] = {check.code: check for check in _ALL}


def check_of(code: str) -> Check | None:
    """The check of a finding's rule; None where the rule is one of a pack, which says itself in words."""
    return CHECKS.get(code)
