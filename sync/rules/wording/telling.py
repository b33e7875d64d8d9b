"""Says why words were found and what may be written instead. Finds nothing."""

from __future__ import annotations

from ...words import N_, Phrase
from .result import Category, TextKind

WHY = {
    Category.THREAT: N_(
        "«{words}» suena a amenaza: anuncia un daño o una acción que no se puede anunciar así."
    ),
    Category.INSULT: N_("«{words}» ofende a la persona."),
    Category.JUDICIAL: N_("«{words}» da a un cobro la apariencia de un acto judicial."),
    Category.AUTHORITY: N_("«{words}» aparenta una autoridad que quien cobra no tiene."),
    Category.THIRD: N_("«{words}» cuenta la deuda a quien no le corresponde, o la deja a la vista."),
    Category.DEADLINE: N_("«{words}» pone un plazo con un castigo detrás."),
    Category.FORBIDDEN: N_("«{words}» está entre los términos que esta política no permite."),
}
NEAR = N_("«{words}» puede leerse como aviso de un tribunal o de la policía; diga lo mismo sin esa palabra.")

INSTEAD = {
    Category.THREAT: N_("Le pedimos comunicarse con nosotros para acordar una forma de pago."),
    Category.INSULT: N_("Le pedimos comunicarse con nosotros para hablar de su cuenta."),
    Category.JUDICIAL: N_(
        "Le recordamos que su cuenta tiene un saldo pendiente y queremos ofrecerle opciones."
    ),
    Category.AUTHORITY: N_("Soy gestor de cobranza del acreedor; puedo mostrarle mi identificación."),
    Category.THIRD: N_("Por favor, dígale al titular que se comunique con nosotros por un asunto personal."),
    Category.DEADLINE: N_("Su pago está pendiente; díganos qué fecha le conviene para acordarlo."),
    Category.FORBIDDEN: N_("Su cuenta tiene un saldo pendiente; podemos acordar con usted cómo pagarlo."),
}
# A note says what happened: it is written in the third person.
NOTED = {
    Category.THREAT: N_("Se pidió al titular comunicarse para acordar una forma de pago."),
    Category.INSULT: N_("El titular no aceptó un acuerdo en esta visita."),
    Category.JUDICIAL: N_("Se informó al titular el saldo pendiente y las opciones de pago."),
    Category.AUTHORITY: N_("Me identifiqué como gestor de cobranza."),
    Category.THIRD: N_("Se pidió a quien atendió que el titular se comunique, sin hablar de la cuenta."),
    Category.DEADLINE: N_("Se informó al titular la fecha en que vence su pago."),
    Category.FORBIDDEN: N_("Se habló con el titular de su saldo pendiente."),
}


def why(category: Category, words: str) -> Phrase:
    """The reason in words, with the words it is about."""
    return Phrase(WHY[category], {"words": words[:80]})


def near(words: str) -> Phrase:
    """Why a court's or the police's word in a text to the debtor is looked at."""
    return Phrase(NEAR, {"words": words[:80]})


def instead(category: Category, kind: str) -> Phrase:
    """A neutral sentence of the same purpose, as a note says it or as the debtor is told it."""
    return Phrase((NOTED if kind == TextKind.NOTE else INSTEAD)[category])
