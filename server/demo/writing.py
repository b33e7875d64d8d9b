"""Writes an address the many ways people in Colombia write it. Knows no map: the door is already chosen."""

from __future__ import annotations

import random

FORMS = {
    "Calle": ("Calle", "Calle", "CALLE", "Cl", "CL", "Cl.", "CL.", "Cll", "CLL", "Clle"),
    "Carrera": ("Carrera", "Carrera", "CARRERA", "Cra", "Cra", "CRA", "Cra.", "Cr.", "Carr", "KR", "Kra"),
    "Diagonal": ("Diagonal", "Diag.", "Dg", "DG"),
    "Transversal": ("Transversal", "Transv.", "Tv", "TV"),
}
MARKS = (" # ", " # ", " # ", " #", " No. ", " No. ", " No ", " N° ", " Nro ", " ")
DASHES = ("-", "-", "-", " - ", " - ", " ")
EXTRAS = (
    " apto {flat}",
    " Apto. {flat}",
    " apto {flat}",
    " piso {floor}",
    " piso {floor}",
    " local {shop}",
    " int {shop}",
    " casa {shop}",
    ", casa de dos pisos",
    ", casa esquinera",
    ", frente al parque",
    " al lado de la tienda",
    " diagonal a la panadería",
    ", portón verde",
    ", segundo piso",
)
EXTRA_SHARE = 0.3
FARMS = (
    "La Esperanza",
    "El Recuerdo",
    "Buenavista",
    "El Porvenir",
    "La Primavera",
    "San Isidro",
    "El Arrayán",
    "Los Sauces",
    "La Cabaña",
    "El Mirador",
    "Villa Nelly",
    "Las Brisas",
)


def grid_address(rng: random.Random, kind: str, label: str, cross: str, metre: int) -> str:
    """ "CL 8 # 9-12", "Cra 7A No. 10 - 45 apto 201": one hand, one habit, always the same door."""
    text = f"{rng.choice(FORMS[kind])} {label}{rng.choice(MARKS)}{cross}{rng.choice(DASHES)}{metre:02d}"
    if rng.random() < EXTRA_SHARE:
        flat = rng.randint(1, 5) * 100 + rng.randint(1, 4)
        text += rng.choice(EXTRAS).format(flat=flat, floor=rng.randint(2, 4), shop=rng.randint(1, 9))
    return text


def vereda_address(rng: random.Random, vereda: str, landmark: str, metre: float) -> tuple[str, float]:
    """The words and the metre of the road they mean: at the landmark, or some steps before or after it."""
    text = f"{rng.choice(('Vereda', 'Vereda', 'Vereda', 'Vda.', 'VEREDA'))} {vereda}"
    if rng.random() < 0.4:
        text += f", finca {rng.choice(FARMS)}"
    if rng.random() < 0.45:
        return f"{text}, {rng.choice(('frente a', 'al lado de', 'junto a'))} {landmark}".replace(
            " a el ", " al "
        ).replace(" de el ", " del "), metre
    steps = rng.choice((50, 80, 100, 150, 200))
    before = rng.random() < 0.4
    text += f", {steps} m {'antes' if before else 'después'} de {landmark}".replace(" de el ", " del ")
    return text, metre - steps if before else metre + steps
