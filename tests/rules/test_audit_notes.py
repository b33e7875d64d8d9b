"""Notes that are somebody else's: with the name changed, with a word put after, or written by a colleague."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sync.rules import audit
from sync.rules.audit import Seen
from sync.rules.audit.manner import Manner
from tests.rules.test_audit_together import doors, flags, near, seen

PROSE = "{} vende la máquina de coser y trae el dinero a la ferretería de su compadre"
FORM = "Se deja citación con la hermana de {}, volver el lunes"


def told(*notes: tuple[str, str, str, str]) -> list[Seen]:
    """Each with its agent, its day, its debtor and its note."""
    return [
        replace(one, visit=replace(one.visit, agent=agent))
        for number, (agent, date, debtor, note) in enumerate(notes)
        for door in [doors(len(notes))[number]]
        for one in [
            seen(f"v{number}", f"{date}T09:30", door=door, where=near(door, number), note=note, debtor=debtor)
        ]
    ]


def copied(visits: Sequence[Seen]) -> set[str]:
    return {key for key, rule in flags(visits) if rule == "copied_text"}


def crowd() -> list[tuple[str, str, str, str]]:
    """What others write: by it is known what is written again by chance."""
    who, did = ("la señora", "su hijo", "el dueño", "don Gil"), ("pide plazo", "firma", "reclama", "paga")
    return [
        (f"agent-{number % 4}", f"2026-11-{10 + number % 8}", f"Gil Mora {number}",
         f"{who[number % 4]} {did[number // 4 % 4]} y dice que vuelva el {number % 7 + 1}")
        for number in range(32)
    ]  # fmt: skip


ROSA, LUIS = "Rosa Peña Arias", "Luisa Paz Vega"


@pytest.mark.parametrize("name", ["{} Peña Arias|{} Paz Vega", "{}|{}"])
def test_prose_with_the_name_changed_is_a_copy(name: str) -> None:
    first, second = (
        part.format(given) for part, given in zip(name.split("|"), ("Rosa", "Luisa"), strict=True)
    )
    visits = told(
        ("ana", "2026-11-18", ROSA, PROSE.format(first)),
        ("ana", "2026-11-19", LUIS, PROSE.format(second)),
        *crowd(),
    )
    assert copied(visits) == {"v1"}
    [found] = [one for one in audit.findings_of_all(visits) if one.rule == "audit.copied_text"]
    assert str(found.because).startswith("La nota es, salvo el nombre")


def test_a_forms_phrase_filled_in_for_another_debtor_is_none() -> None:
    """What everybody fills in meets again by chance, with whichever name."""
    kin, days = ("hermana", "mamá", "cuñada", "hija"), ("lunes", "martes", "jueves", "sábado")
    others = [
        (f"agent-{number % 4}", f"2026-11-{10 + number % 8}", f"Gil Mora {chr(65 + number)}rias",
         FORM.replace("hermana", kin[number % 4]).replace("lunes", days[number // 4 % 4]).format("Gil"))
        for number in range(24)
    ]  # fmt: skip
    pair = [("ana", "2026-11-18", ROSA, FORM.format(ROSA)), ("ana", "2026-11-19", LUIS, FORM.format(LUIS))]
    assert copied(told(*pair, *others)).isdisjoint({"v0", "v1"})


def test_a_word_put_after_a_copy_leaves_it_one_and_after_a_phrase_it_says_nothing() -> None:
    note = PROSE.format("Él")
    assert copied(
        told(("ana", "2026-11-18", ROSA, note), ("ana", "2026-11-19", LUIS, note + " gracias"), *crowd())
    ) == {"v1"}
    shut = "nadie en casa, se deja aviso"
    assert (
        copied(told(("ana", "2026-11-18", ROSA, shut), ("ana", "2026-11-19", LUIS, shut + " hoy"), *crowd()))
        == set()
    )


def test_a_colleagues_note_of_another_debtor_is_a_copy_of_the_later() -> None:
    note = "Rosa vende 3 máquinas de coser en enero y paga en la ferretería de su compadre"
    visits = told(("ana", "2026-11-18", ROSA, note), ("beto", "2026-11-19", LUIS, note), *crowd())
    assert copied(visits) == {"v1"}
    [found] = [one for one in audit.findings_of_all(visits) if one.rule == "audit.copied_text"]
    assert found.other_visit == "v0"


def test_a_debtor_who_changed_hands_companions_and_a_houses_phrase_are_no_copies() -> None:
    note = "Rosa vende 3 máquinas de coser en enero y paga en la ferretería de su compadre"
    assert (
        copied(told(("ana", "2026-11-18", ROSA, note), ("beto", "2026-11-19", ROSA, note), *crowd())) == set()
    )
    assert (
        copied(told(("ana", "2026-11-18", ROSA, note), ("beto", "2026-11-18", LUIS, note), *crowd())) == set()
    )
    house = "Titular indica que no cuenta con liquidez y solicita refinanciamiento de la deuda"
    assert (
        copied(told(("ana", "2026-11-18", ROSA, house), ("beto", "2026-11-19", LUIS, house), *crowd()))
        == set()
    )


def test_what_somebody_writes_every_day_he_is_expected_to_write_again() -> None:
    often = [f"paga {number} el {day}" for number in (10, 20) for day in ("lunes", "martes")]
    manner = Manner([*often, *often, "se mudó a Tunja con su cuñado"])
    assert manner.expected("paga 10 el lunes") > 0.1
    assert manner.expected("se mudó a Tunja con su cuñado") < 1e-6
