"""The words of Latin American addresses and how people shorten them. Decides nothing about a place."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches

LONGEST = 300

# Kinds of street, with the ways they are written. A street of numbers crosses the kinds beside it.
WAYS: dict[str, tuple[str, ...]] = {
    "calle": ("CALLE", "CLL", "CLLE", "CL", "CLE", "CALL", "CAL", "C"),
    "carrera": ("CARRERA", "CRA", "CR", "KRA", "KR", "KRR", "CARR", "CRR", "CRRA", "CARERA", "K"),
    "diagonal": ("DIAGONAL", "DIAG", "DIA", "DG", "DGL"),
    "transversal": ("TRANSVERSAL", "TRANSV", "TRANS", "TRANV", "TRV", "TRA", "TV", "TR"),
    "avenida": ("AVENIDA", "AVDA", "AVE", "AV"),
    "avenida calle": ("AVENIDA CALLE", "AV CALLE", "AV CL", "AC"),
    "avenida carrera": ("AVENIDA CARRERA", "AV CARRERA", "AV CRA", "AV KR", "AK"),
    "circular": ("CIRCULAR", "CIRC", "CQ"),
    "autopista": ("AUTOPISTA", "AUTOP", "AUT"),
    "pasaje": ("PASAJE", "PSJE", "PJE", "PSJ"),
    "boulevard": ("BOULEVARD", "BULEVAR", "BLVD", "BLV"),
    "calzada": ("CALZADA", "CALZ", "CZDA"),
    "callejón": ("CALLEJON", "CJON", "CLJN"),
    "privada": ("PRIVADA", "PRIV"),
    "prolongación": ("PROLONGACION", "PROL"),
    "jirón": ("JIRON", "JR"),
    "rua": ("RUA", "R"),
    "camino": ("CAMINO", "CNO"),
}
ALONG = ("calle", "diagonal", "avenida calle")
ACROSS = ("carrera", "transversal", "avenida carrera")

QUADRANTS = {"SUR": "sur", "NORTE": "norte", "ESTE": "este", "OESTE": "oeste"} | {
    "S": "sur", "E": "este", "O": "oeste", "W": "oeste",
}  # fmt: skip

# What follows the number of a house: the part of a building, in the canonical word.
PARTS: dict[str, tuple[str, ...]] = {
    "apto": ("APARTAMENTO", "APTO", "APT", "APARTA", "AP", "DEPARTAMENTO", "DEPTO", "DPTO"),
    "int": ("INTERIOR", "INT"),
    "piso": ("PISO", "PI"),
    "casa": ("CASA", "CS"),
    "local": ("LOCAL", "LOC", "LC"),
    "torre": ("TORRE", "TO"),
    "bloque": ("BLOQUE", "BLQ", "BL"),
    "oficina": ("OFICINA", "OFC", "OF"),
    "bodega": ("BODEGA", "BG"),
    "etapa": ("ETAPA", "ET"),
    "conjunto": ("CONJUNTO", "CONJ", "CJ"),
    "edificio": ("EDIFICIO", "EDIF", "ED"),
    "manzana": ("MANZANA", "MZNA", "MANZ", "MZA", "MZ"),
    "lote": ("LOTE", "LTE", "LT"),
}
AREAS: dict[str, tuple[str, ...]] = {
    "barrio": ("BARRIO", "BRR", "BO", "B/"),
    "colonia": ("COLONIA", "COL"),
    "urbanización": ("URBANIZACION", "URB"),
    "fraccionamiento": ("FRACCIONAMIENTO", "FRACC"),
    "sector": ("SECTOR", "SEC"),
    "comuna": ("COMUNA",),
    "villa": ("VILLA",),
}
RURAL: dict[str, tuple[str, ...]] = {
    "vereda": ("VEREDA", "VDA", "VRDA"),
    "corregimiento": ("CORREGIMIENTO", "CORREG"),
    "finca": ("FINCA", "FCA"),
    "kilómetro": ("KILOMETRO", "KM"),
    "vía": ("VIA",),
    "caserío": ("CASERIO",),
    "parcela": ("PARCELA",),
    "hacienda": ("HACIENDA", "HDA"),
}
LANDMARKS = (
    "FRENTE", "DIAGONAL A", "AL LADO", "CERCA", "JUNTO", "DETRAS", "ENTRADA", "ESQUINA", "DESPUES",
    "ANTES",
    "CONTIGUO", "POR LA", "POR EL", "CASA DE", "A UNA CUADRA", "SEGUNDA CASA", "ARRIBA DE",
    "ABAJO DE", "VIA A",
)  # fmt: skip
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_SIGNS = re.compile(r"[^\w#°º.,/&+'()\-]+")


def folded(text: str) -> str:
    """The text in capitals without accents, odd dashes, control characters or runs of spaces."""
    text = unicodedata.normalize("NFKC", text[:LONGEST].replace("º", "°")).translate(_DASHES)
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(_SIGNS.sub(" ", plain.upper()).replace("_", " ").split())


def _by_writing(words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {written: word for word, writings in words.items() for written in writings}


WAY_OF = _by_writing(WAYS)
PART_OF = _by_writing(PARTS)
AREA_OF = _by_writing(AREAS)
RURAL_OF = _by_writing(RURAL)
_LONG_WAYS = [written for written in WAY_OF if len(written) >= 5 and " " not in written]


def way_of(written: str) -> str | None:
    """The kind of street this word means; a slip of one or two letters in a long word is forgiven."""
    word = written.rstrip(".")
    if word in WAY_OF:
        return WAY_OF[word]
    if len(word) < 5 or not word.isalpha():
        return None
    close = get_close_matches(word, _LONG_WAYS, n=1, cutoff=0.85)
    return WAY_OF[close[0]] if close else None
