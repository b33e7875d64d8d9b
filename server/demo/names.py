"""Invents people and companies. Knows no debt; nobody here exists.

Documents come from ranges the Colombian registry has not issued (nine digits, or ten beginning with 19);
mobile numbers begin with prefixes no operator holds and landlines with a subscriber number that cannot
exist, so that a demo never reaches a real person's record or telephone.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

WOMEN = (
    "Adriana", "Alba", "Ana María", "Ángela", "Beatriz", "Blanca", "Carmenza", "Carolina", "Claudia",
    "Cecilia", "Diana", "Dora", "Edilma", "Elvira", "Esperanza", "Flor", "Gloria", "Inés", "Jenny",
    "Johana", "Karen", "Leidy", "Leonor", "Liliana", "Luz Marina", "Luz Dary", "Marcela", "María Eugenia",
    "María del Pilar", "Martha", "Mercedes", "Mireya", "Mónica", "Myriam", "Nidia", "Nubia", "Olga Lucía",
    "Patricia", "Paola", "Rosa", "Rosalba", "Ruth", "Sandra", "Sonia", "Stella", "Teresa", "Viviana",
    "Yamile", "Yaneth", "Zoraida",
)  # fmt: skip
MEN = (
    "Alberto", "Alexánder", "Álvaro", "Andrés", "Ángel", "Aurelio", "Camilo", "Carlos", "César", "Daniel",
    "Darío", "Diego", "Edgar", "Edwin", "Efraín", "Elkin", "Ernesto", "Fabio", "Fernando", "Gabriel",
    "Germán", "Gonzalo", "Gustavo", "Héctor", "Hernán", "Hugo", "Iván", "Jaime", "Javier", "Jhon Jairo",
    "Joaquín", "Jorge Eliécer", "José", "José Luis", "Juan Carlos", "Julio", "Leonardo", "Luis",
    "Luis Alfonso", "Manuel", "Mauricio", "Miguel Ángel", "Nelson", "Óscar", "Pablo", "Pedro", "Rafael",
    "Ricardo", "Segundo", "Wilson",
)  # fmt: skip
SURNAMES = (
    "Acevedo", "Acuña", "Agudelo", "Aguilar", "Alarcón", "Álvarez", "Amaya", "Avella", "Ávila", "Barrera",
    "Becerra", "Bello", "Bernal", "Blanco", "Camargo", "Cárdenas", "Carreño", "Castañeda", "Castro",
    "Cely", "Cepeda", "Chaparro", "Contreras", "Corredor", "Cuervo", "Cristancho", "Dueñas", "Espitia",
    "Estupiñán", "Fajardo", "Fonseca", "Forero", "Gallo", "Gómez", "González", "Granados", "Guarín",
    "Gutiérrez", "Herrera", "Higuera", "Ibáñez", "Jiménez", "León", "Leguizamón", "López", "Medina",
    "Mesa", "Molano", "Montañez", "Morales", "Moreno", "Niño", "Núñez", "Ochoa", "Orduz", "Ortega",
    "Ortiz", "Páez", "Parra", "Patiño", "Pedraza", "Peña", "Pérez", "Pineda", "Piñeros", "Pinto",
    "Preciado", "Prieto", "Puerto", "Quintero", "Ramírez", "Reyes", "Rincón", "Ríos", "Rivera",
    "Rodríguez", "Rojas", "Romero", "Rosas", "Ruiz", "Sáenz", "Salamanca", "Sánchez", "Sandoval",
    "Sierra", "Silva", "Siachoque", "Socha", "Solano", "Suárez", "Tibaduiza", "Torres", "Vargas", "Vega",
    "Velandia", "Vergara", "Villamil", "Wilches", "Yáñez", "Zambrano",
)  # fmt: skip
TRADES = (
    "Comercializadora", "Ferretería", "Distribuidora", "Transportes", "Panadería", "Agropecuaria",
    "Confecciones", "Inversiones", "Materiales", "Lácteos", "Autopartes", "Droguería",
)  # fmt: skip
BRANDS = (
    "El Roble", "La Ronda", "Los Andes del Chiquito", "Nuevo Sol", "El Trigal", "Puente Viejo", "La Cosecha",
    "San Isidro", "El Campesino", "Buenavista", "La Sabana Chica", "El Molino",
)  # fmt: skip
UNHELD_PREFIXES = ("306", "307", "308", "309", "325", "326", "327", "328")
NIT_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41)


@dataclass(frozen=True)
class Person:
    """Somebody who owes or answers for a debt; a company's document is a NIT with its check digit."""

    name: str
    document: str
    company: bool = False
    surnames: tuple[str, str] = ("", "")


def person(rng: random.Random, *, woman: bool | None = None, surname: str | None = None) -> Person:
    given = rng.choice(WOMEN if (rng.random() < 0.5 if woman is None else woman) else MEN)
    first, second = surname or rng.choice(SURNAMES), rng.choice(SURNAMES)
    return Person(f"{given} {first} {second}", _cedula(rng), surnames=(first, second))


def company(rng: random.Random) -> Person:
    trade, first, second = rng.choice(TRADES), rng.choice(SURNAMES), rng.choice(SURNAMES)
    brand = rng.choice((rng.choice(BRANDS), f"{first} Hermanos", f"{first} y {second}"))
    return Person(f"{trade} {brand} S.A.S.", _nit(rng), company=True)


def mobile(rng: random.Random) -> str:
    return f"{rng.choice(UNHELD_PREFIXES)} {rng.randint(100, 999)} {rng.randint(0, 9999):04d}"


def landline(rng: random.Random) -> str:
    return f"608 0{rng.randint(100000, 999999)}"


def email(rng: random.Random, who: Person) -> str:
    words = _plain(who.name.removesuffix(" S.A.S.")).split()
    if who.company:
        return f"contabilidad@{''.join(words)}.example.org"
    return f"{words[0]}{rng.choice(('', '.', '_'))}{_plain(who.surnames[0])}{rng.randint(1, 99)}@example.org"


def _cedula(rng: random.Random) -> str:
    if rng.random() < 0.6:
        return str(rng.randint(1_900_000_000, 1_999_999_999))
    return str(rng.randint(120_000_000, 989_999_999))


def _nit(rng: random.Random) -> str:
    digits = str(rng.randint(990_000_000, 998_999_999))
    rest = sum(int(d) * w for d, w in zip(reversed(digits), NIT_WEIGHTS, strict=True)) % 11
    return f"{digits}-{rest if rest < 2 else 11 - rest}"


def _plain(text: str) -> str:
    """Lower-case letters without accents, as people write their own e-mail."""
    marks = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in marks if c.isascii() and (c.isalnum() or c == " "))
