"""The columns of a file of visits, by whichever name they bear, and what their words mean. Reads no file."""

from __future__ import annotations

from sync.records import Known, LocationSource, Party, Precision, Result
from sync.rules.policy import fold_text

MINIMUM = ("agent", "account", "happened_from")

# English names first; each is also known by the Spanish ones.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("visit", "visita", "visit_id", "id_visita"),
    "agent": ("gestor", "agente", "collector", "cobrador", "agent_id", "agent_name"),
    "account": ("cuenta", "credito", "cliente", "account_id", "account_number", "loan", "prestamo"),
    "debtor": ("deudor", "debtor_id", "persona"),
    "happened_from": ("desde", "inicio", "start", "started", "from", "happened_start", "ocurrio_desde"),
    "happened_to": ("hasta", "fin", "end", "ended", "to", "happened_end", "ocurrio_hasta"),
    "recorded": ("registrada", "registrado", "recorded_at", "escrita", "grabada"),
    "received": ("recibida", "recibido", "received_at", "llegada"),
    "lat": ("latitud", "latitude"),
    "lon": ("longitud", "longitude", "lng", "long"),
    "accuracy_m": ("precision_m", "accuracy", "exactitud_m", "exactitud"),
    "source": ("fuente", "location_source", "origen_posicion", "fuente_posicion"),
    "address": ("direccion", "address_id", "direccion_id"),
    "address_lat": ("direccion_lat", "lat_direccion", "direccion_latitud", "address_latitude"),
    "address_lon": (
        "direccion_lon",
        "lon_direccion",
        "direccion_longitud",
        "address_longitude",
        "address_lng",
    ),
    "address_precision": ("direccion_precision", "precision_direccion"),
    "note": ("nota", "notas", "notes", "observacion", "observaciones", "comentario", "text", "texto"),
    "photo_hash": ("foto_hash", "photo_sha256", "foto", "photo", "hash_foto", "photos"),
    "photo_phash": ("foto_phash", "phash", "photo_looks", "foto_parecido"),
    "known": ("como_se_sabe", "conocida", "modo", "entry_mode"),
    "party": ("atendio", "quien_atendio", "contacto", "contact", "spoke_to"),
    "result": ("resultado", "outcome", "results"),
    "zone": ("timezone", "zona_horaria", "tz", "time_zone"),
    "pack": ("norma", "paquete", "policy"),
    "clock_offset_s": ("desfase_reloj_s", "clock_skew_s", "offset_s", "reloj_desfase_s"),
    "clock_uncertainty_s": ("incertidumbre_reloj_s", "uncertainty_s", "reloj_incertidumbre_s"),
    "incarnation": ("encarnacion", "cadena", "chain", "device", "equipo", "device_id", "laptop"),
    "seq": ("n", "numero", "sequence", "secuencia", "seq_no", "sequence_number"),
    "prev_hash": ("prev", "previous_hash", "hash_anterior", "anterior", "prev_head", "chain_prev"),
    "hash": ("head_hash", "head", "own_hash", "hash_propio", "chain_hash", "event_hash", "chain_head"),
    "boot": ("boot_id", "arranque"),
    "ticks_s": ("mono_s", "monotonic_s", "contador_s", "monotonic"),
    "amended_at": ("corregida", "corregida_en", "amended", "enmendada_en"),
    "override": ("excepcion", "override_reason", "policy_override"),
    "third_party_told": ("tercero_informado", "tercero_supo", "third_party"),
}
_BY_NAME = {fold_text(name): column for column, names in NAMES.items() for name in (column, *names)}

KNOWN_WORDS = {
    Known.LIVE: "live vivo en_vivo en_el_lugar on_site onsite directo realtime real_time",
    Known.LATER: "later despues mas_tarde tarde typed_later typed memoria memory deferred after",
    Known.PAPER: "paper papel hoja hoja_de_ruta sheet paper_sheet en_papel",
}
SOURCE_WORDS = {
    LocationSource.GNSS: "gnss gps satellite satelite fused glonass",
    LocationSource.BROWSER: "browser navegador wifi wi_fi network red cell cellular celular antena",
    LocationSource.EXIF: "exif photo foto",
    LocationSource.PIN: "pin manual map mapa typed",
    # What is known of a computer's place by its address on the network is where its company has an office.
    LocationSource.NONE: "none ninguna ninguno no sin missing unavailable no_disponible null na n_a ip geoip",
}
# What a network says of a place where it does not say how well, in metres.
NETWORK_ACCURACY_M = {
    "wifi": 300.0,
    "wi_fi": 300.0,
    "network": 1000.0,
    "red": 1000.0,
    "cell": 2000.0,
    "cellular": 2000.0,
    "celular": 2000.0,
    "antena": 2000.0,
}
PARTY_WORDS = {
    Party.HOLDER: "tit titular holder debtor deudor deudora client cliente borrower customer",
    Party.GUARANTOR: "ava aval guarantor codeudor codeudora fiador fiadora co_debtor",
    Party.RELATIVE: "fam familiar relative family esposa esposo spouse hijo hija madre padre hermano hermana",
    Party.THIRD: "ter tercero third third_party vecino vecina neighbour neighbor other otro",
    Party.MINOR: "men menor minor child",
    Party.NOBODY: "nad nadie nobody none no_one ausente absent ninguno no_contact sin_contacto",
}
PRECISION_WORDS = {
    Precision.DOOR: "door puerta rooftop exact exacta house casa portal",
    Precision.BLOCK: "block cuadra manzana interpolated",
    Precision.STREET: "street calle via",
    Precision.ZONE: "zone zona barrio city ciudad locality municipio district centroid approximate",
    Precision.NONE: "none ninguna desconocida unknown",
}
RESULT_WORDS = {
    Result.PROMISE: "promesa promesa_de_pago promise_to_pay compromiso promete promete_pagar",
    Result.REPORTED_PAID: "pago pagado ya_pago paid payment",
    Result.REFUSES: "rechazo rechaza se_niega negativa refused refusal",
    Result.ACKNOWLEDGES: "reconoce contacto contact contacted talked spoke hablo atendido",
    Result.NOBODY_HOME: "nadie nadie_en_casa ausente no_contacto no_contact not_home no_answer absent",
    Result.CLOSED: "cerrado closed_door",
    Result.NOTICE_LEFT: "aviso aviso_dejado se_dejo_aviso notice notificacion left_notice",
    Result.COME_BACK: "volver regresar mensaje message_left recado",
    Result.DISPUTES: "disputa dispute reclamo",
    Result.MOVED: "se_mudo mudado moved_out",
}
_RESULT_NAMES = {
    name: result for result in Result for name in (fold_text(result.value), fold_text(result.name))
} | {word: result for result, words in RESULT_WORDS.items() for word in words.split()}


def column_of(header: str) -> str | None:
    """The column that a header names; None for one that nothing is asked of."""
    return _BY_NAME.get(fold_text(header))


def known_of(text: str) -> Known | None:
    return _KNOWN.get(fold_text(text))


def source_of(text: str) -> LocationSource | None:
    return _SOURCES.get(fold_text(text))


def party_of(text: str) -> Party | None:
    return _PARTIES.get(fold_text(text))


def precision_of(text: str) -> Precision | None:
    return _PRECISIONS.get(fold_text(text))


def result_of(text: str) -> Result | None:
    return _RESULT_NAMES.get(fold_text(text))


_KNOWN = {word: known for known, words in KNOWN_WORDS.items() for word in words.split()}
_SOURCES = {word: source for source, words in SOURCE_WORDS.items() for word in words.split()}
_PARTIES = {word: party for party, words in PARTY_WORDS.items() for word in words.split()}
_PRECISIONS = {word: precision for precision, words in PRECISION_WORDS.items() for word in words.split()}
