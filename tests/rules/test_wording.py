"""What the wording rules stop, what they let pass, and what they say of it."""

from __future__ import annotations

import csv
import random
import string
from pathlib import Path

import pytest

from sync import policies
from sync.rules.policy import Policy
from sync.rules.wording import Category, TextKind, lint
from sync.rules.wording.inflecting import forms
from sync.rules.wording.lexicon.things import CLASSES
from sync.rules.wording.lexicon.verbs import VERBS
from sync.rules.wording.linting import _patterns
from sync.rules.wording.patterns import compiled, find
from sync.rules.wording.tagging import tagged, tags_of
from sync.rules.wording.words import fold, sentences

from .wording.__main__ import HERE, figures

MX, AR, CO = (policies.load(name) for name in ("mx-agency", "ar", "co"))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Le vamos a embargar la casa.", Category.THREAT),
        ("Ya verá lo que le pasa.", Category.THREAT),
        ("Pagá o te mando a la patrulla.", Category.THREAT),
        ("En 24 horas será bloqueado y reportado a nivel nacional.", Category.DEADLINE),
        ("No sea rata y cumpla.", Category.INSULT),
        ("Pague, sinvergüenza.", Category.INSULT),
        ("CÉDULA DE NOTIFICACIÓN. Juicio ejecutivo mercantil en su contra.", Category.JUDICIAL),
        ("Soy agente del Ministerio Público.", Category.AUTHORITY),
        ("Le conté al portero lo de la deuda.", Category.THIRD),
        ("Dígale a su vecino que debe tres cuotas.", Category.THIRD),
    ],
)
def test_each_sort_of_harm_is_found_and_named(text: str, category: Category) -> None:
    found = lint(text, MX)
    assert found.blocked
    assert category in {each.category for each in found.found}
    assert found.rule.startswith("mx-agency.wording.")


@pytest.mark.parametrize(
    "text",
    [
        "Lo vamos a embargar.",
        "La embargaremos.",
        "Procederemos a embargarle.",
        "LO VAMOS A EMBARGAR",
        "Te embargamos el sueldo mañana.",
        "Los van a embargar a ustedes.",
        "Vas a ser embargado, vos y tu mujer.",
        "De lo contrario se le embargará.",
        "Si no paga, embargo.",
        "Será embargada mañana.",
    ],
)
def test_person_number_tense_and_what_hangs_on_the_verb_make_no_difference(text: str) -> None:
    assert lint(text).blocked


@pytest.mark.parametrize(
    "text", ["p3nd3jo, pague", "Pague, r a t e r o.", "¡Paga, cabrooooón!", "SINVERGUENZA, pague"]
)
def test_digits_gaps_and_drawn_out_letters_hide_no_insult(text: str) -> None:
    assert lint(text).blocked


@pytest.mark.parametrize(
    "text",
    [
        "No puede pagar la demanda de su mamá.",
        "Vive frente al juzgado.",
        "Trabaja en la Fiscalía.",
        "El deudor dice que lo van a embargar de otro banco.",
        "Me amenazó con un perro.",
        "Me dijo ladrón y que no volviera.",
        "Ejecutivo de cuenta: Luis Pérez.",
        "Vive en el bloque 3.",
        "La cárcel queda cerca de su casa.",
        "Hay demanda de su producto.",
        "Sin embargo, propone pagar la mitad.",
        "Bar El Sinvergüenza, local 3.",
        "Vereda El Ladrón, finca Las Ratas.",
        "No se habló de la deuda con el vecino.",
        "Dígale por favor que lo buscó Ana Torres.",
        "Le vamos a quitar los intereses si paga el viernes.",
        "Última oportunidad para aprovechar el descuento.",
        "Esta es una notificación extrajudicial.",
        "Conforme a la ley, su información puede ser reportada a las centrales de riesgo.",
        "",
        "   \n",
    ],
)
@pytest.mark.parametrize("policy", [None, MX, AR, CO], ids=["none", "mx", "ar", "co"])
def test_what_only_looks_like_harm_passes(text: str, policy: Policy | None) -> None:
    assert lint(text, policy).verdict == "allow"


def test_who_says_it_to_whom_decides() -> None:
    assert not lint("Dice que lo van a meter preso.").blocked
    assert lint("Le dije que lo van a meter preso.").blocked
    assert not lint("Me amenazó con llamar a la policía.").blocked
    assert lint("Lo amenacé con llamar a la policía.").blocked
    assert lint("Dice que no tiene dinero, lo vamos a embargar.").blocked


def test_in_a_note_it_warns_and_in_what_reaches_the_debtor_it_blocks() -> None:
    text = "Le dije que era un sinvergüenza."
    assert lint(text, MX, TextKind.NOTE).verdict == "warn"
    for kind in (TextKind.MESSAGE, TextKind.LETTER, TextKind.TEMPLATE, TextKind.SLIP, ""):
        assert lint(text, MX, kind).verdict == "block"


def test_a_courts_word_to_the_debtor_is_at_least_looked_at() -> None:
    text = "Puede pagar en la caja, también el día de la audiencia de embargo."
    assert lint("Nuestra caja está junto al juzgado.", MX, TextKind.MESSAGE).verdict == "allow"
    assert lint(text, MX, TextKind.MESSAGE).verdict != "allow"


def test_a_packs_own_terms_are_found_in_any_inflection_and_only_where_they_are_meant() -> None:
    extended = policies.load(HERE / "house.toml")
    assert extended.forbidden_terms == ("jurídico", "ejecución forzada", "visita domiciliaria")
    for text in (
        "Pasó al área jurídica.",
        "Habrá ejecuciones forzadas.",
        "Le haremos visitas domiciliarias.",
    ):
        found = lint(text, extended, TextKind.LETTER)
        assert Category.FORBIDDEN in {each.category for each in found.found}, text
        assert "house.wording.forbidden" in {each.rule for each in found.found}
    assert lint("Estudia para ser asesora jurídica.", extended, TextKind.NOTE).verdict == "allow"
    assert not lint("Le haremos visitas domiciliarias.", MX, TextKind.LETTER).found


def test_the_words_their_place_the_reason_the_source_and_another_wording_are_given() -> None:
    text = "Buenos días. Soy agente del Ministerio Público. Gracias."
    [found] = lint(text, MX).found
    assert text[found.start : found.end] == found.words
    assert found.words.startswith("Soy agente")
    assert found.words in str(found.because)
    assert "autoridad" in found.source
    assert str(found.instead) in lint(text, MX).neutral
    assert lint(text, MX).neutral.startswith("Buenos días. ")


def test_an_insult_between_commas_is_left_out_of_the_neutral_wording() -> None:
    assert lint("Por favor pague su cuota, sinvergüenza.").neutral == "Por favor pague su cuota."


def test_the_neutral_wording_of_every_labelled_sentence_passes_itself() -> None:
    with (HERE / "tuning.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for kind in ("", TextKind.NOTE, TextKind.MESSAGE):
        for row in rows:
            neutral = lint(row["text"], MX, kind).neutral
            assert not neutral or lint(neutral, MX, kind).verdict == "allow", neutral


def test_the_half_that_was_looked_at_is_judged_as_labelled() -> None:
    half, differ = figures("tuning")
    assert half.recall >= 0.97, differ
    assert half.false_alarms <= 0.03, differ


def test_the_half_that_nobody_looked_at_does_not_fall_behind() -> None:
    """A guard against a change that spoils the rules; the figures themselves are the command's to say."""
    half, _ = figures("unseen")
    assert (half.to_block, half.to_allow) == (150, 156)
    assert half.recall >= 0.90
    assert half.false_alarms <= 0.08


def test_positions_are_right_whatever_the_letters_are_made_of() -> None:
    for text in (
        "Pagué. ¡Le embargaré la cása!",
        "Pague\u200b, sinvergüenza",
        "Ｌe vamos a ｅmbargar la casa",
    ):
        for found in lint(text).found:
            assert text[found.start : found.end] == found.words
        assert len(fold(text)) == len(text)
        assert lint(text).blocked


def test_hostile_lengths_cost_no_more_than_their_length() -> None:
    """A search that backtracks would not come back from these within anyone's patience."""
    noise = random.Random(20261122)
    letters = "".join(noise.choice(string.ascii_letters + " ,") for _ in range(50_000))
    for text in (
        "a" * 200_000,
        "si no " * 30_000,
        "le vamos a " * 20_000,
        "si no paga o " * 10_000,
        "," * 100_000,
        "\x00\x01 \u202e" * 20_000,
        letters,
    ):
        lint(text)


def test_a_pattern_tries_each_step_once_at_each_word() -> None:
    row = [tags_of("no")] * 400
    steps = compiled("no ~~30 no ~~30 no ~~30 no ~~30 nunca", {})
    assert list(find(steps, row, frozenset({"no", "nunca"}))) == []


def test_random_text_never_fails() -> None:
    noise = random.Random(7)
    alphabet = "aeioubcdmnprst ñáéíóú ,.;:¡!¿?\"'-0123456789@$\n\t​😀漢"
    for _ in range(300):
        text = "".join(noise.choice(alphabet) for _ in range(noise.randrange(0, 120)))
        for found in lint(text, MX, noise.choice(["", *TextKind])).found:
            assert text[found.start : found.end] == found.words


def test_every_pattern_is_one_that_some_sentence_could_fit() -> None:
    """Each class and group that a pattern names exists, so that no line is dead by a slip of the pen."""
    groups = {
        f"{name}.{group}"
        for name, verbs in VERBS.items()
        for verb in verbs.split()
        for group in forms(fold(verb))
    }
    known = set(CLASSES) | set(VERBS) | groups | {"ORDER", "+CL", "MUST", "NUM"}
    known |= {"STRONG", "AIMED", "NAMED", "BEAST", "SPOKEN", "VILE"}
    known |= {name + suffix for name in groups for suffix in ("", "+")} | {name + ".imp" for name in VERBS}
    for _, pattern in _patterns()[0]:
        for step in pattern.steps:
            unknown = {tag for tag in step.among if (tag.isupper() or "." in tag) and len(tag) > 1} - known
            assert not unknown, (pattern.written, unknown)


def test_verbs_are_inflected_as_spanish_does() -> None:
    assert {"embargare", "embargaremos"} <= forms("embargar")["fut1"]
    assert {"pague", "paguen", "pagues"} <= forms("pagar")["subj"]
    assert {"cuento", "contamos"} <= forms("contar")["pres1"]
    assert {"dire", "diremos"} <= forms("decir")["fut1"]
    assert {"detendra", "detendran"} <= forms("detener")["fut3"]
    assert "SEIZE.inf+" in tags_of("embargarle")
    assert "TELL.imp" in tags_of("digale")
    assert "LAW.inf+" not in tags_of("demandarnos")
    [row] = sentences("Publicó la venta.")
    assert not any(tag.endswith(".pres1") for tag in tagged(row)[0])


def test_the_labelled_halves_and_the_further_sentences_share_no_text() -> None:
    def texts(name: str) -> set[str]:
        with (Path(HERE) / name).open(encoding="utf-8", newline="") as file:
            return {fold(row["text"]) for row in csv.DictReader(file)}

    # Only how many are shared: a failure must not print what nobody is to look at.
    tuned, further = (len(texts(name) & texts("unseen.csv")) for name in ("tuning.csv", "further.csv"))
    assert (tuned, further) == (0, 0)
