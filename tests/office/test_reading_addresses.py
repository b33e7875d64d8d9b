"""Addresses as people write them, and what is understood of each."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.geocoding.parsing import Kind, parse

CALLE = ("Calle", "CALLE", "Cl", "CL.", "Cll", "Clle", "cle")
CARRERA = ("Carrera", "Cra", "Cr.", "KR", "Kra", "Carr", "CRRA", "Crrera", "K")
SEPARATORS = (" # ", " #", " No. ", " No ", " Nro ", " N° ", " Nº ", " ", " número ")


@pytest.mark.parametrize("word", CALLE)
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("dash", ["-", " - ", " ", "–"])
def test_a_calle_is_the_same_however_it_is_written(word: str, separator: str, dash: str) -> None:
    assert parse(f"{word} 18A{separator}10{dash}12").normal == "Calle 18A # 10-12"


@pytest.mark.parametrize("word", CARRERA)
def test_a_carrera_crosses_calles(word: str) -> None:
    address = parse(f"{word} 7 bis # 45B-03 sur apto 201")
    assert address.way is not None
    assert address.cross is not None
    assert (address.way.key, address.cross.key, address.metres) == ("carrera 7 bis sur", "calle 45B", 3)
    assert address.parts == (("apto", "201"),)


@pytest.mark.parametrize(
    ("text", "kind", "normal"),
    [
        ("Diagonal 5 sur # 12 bis - 4", Kind.GRID, "Diagonal 5 sur # 12 bis-04"),
        ("Transv. 4 No 12-30 Manzana C Casa 4", Kind.GRID, "Transversal 4 # 12-30 manzana C casa 4"),
        ("Calle 2O Nro 10 16 piso 370", Kind.GRID, "Calle 2 oeste # 10-16 piso 370"),
        ("Av calle 26 # 69-76", Kind.GRID, "Avenida calle 26 # 69-76"),
        ("Calle 10 con Carrera 5", Kind.CORNER, "Calle 10 con Carrera 5"),
        ("Kra 18 bis sur, barrio La Paz", Kind.STREET, "Carrera 18 bis sur La Paz"),
        ("Mz 5 Lt 12", Kind.BLOCK, "12 manzana 5 lote 12"),
        ("Vereda El Carmen, frente a la escuela", Kind.RURAL, "Vereda El Carmen"),
    ],
)
def test_each_kind_of_address_is_told_apart(text: str, kind: Kind, normal: str) -> None:
    address = parse(text)
    assert (address.kind, address.normal) == (kind, normal)


def test_what_is_not_understood_is_kept() -> None:
    address = parse("Cl 9A 13 - 28 portón verde, frente al parque")
    assert (address.normal, address.rest) == ("Calle 9A # 13-28", "PORTON VERDE")
    assert address.landmark == "frente al parque"


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.text(max_size=400) | st.text("CALR 0123456789#-oO${}<>\x00'", max_size=10_000))
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    assert parse(text).kind in Kind
