"""Why words that look like harm are none here: told, denied, a name, another's matter. Finds no words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .patterns import Match, Tags
from .result import Category
from .words import Word, words_of

_PAUSES = frozenset({",", ":"})
_LINKS = words_of("el la los las de del a al un una e y se")
_THEIR_SAYING = ("REPORT.pres3", "REPORT.pret3", "REPORT.impf")
# Forms that can only be a third person's, so that "le dijo" is not "le dije".
_CERTAINLY_THEIRS = words_of(
    "dijo dijeron dice dicen decia decian amenazo amenazaron grito gritaron amenazaba amenazaban"
)
_TAGGED_ON = words_of("pregunto comento asegura afirma cuenta relata conto aclaro respondio menciono")
_LAWS = words_of("ley contrato codigo norma articulo reglamento pagare")
_ADDRESS = words_of(
    "calle avenida av pasaje colonia barrio edificio quiosco kiosco kilometro carretera local"
)
_TO_SOMEBODY = words_of("le les lo te usted ustedes vos tu su sus pague paga deuda debe nos vamos voy")
_TAKEN = ("TAKE.inf", "TAKE.inf+", "LOSE.inf", "LOSE.inf+")
_GOING = words_of("va van vas vamos voy vendra vendran ira iran viene vienen")
_OWNERS = words_of("dueno duena duenos duenas casero casera arrendador municipio municipalidad ayuntamiento")
_FAULT = words_of("no se usted ustedes debe debes su tu le les te yo nosotros")
_BEING = words_of("es son sera constituye constituyen implica significa representa equivale tiene")
_FEARING = words_of(
    "miedo temor teme temen temia preocupa preocupado preocupada asustado asustada nerviosa angustiada rumor "
    "saber"
)
_OUR_SIDE = words_of(
    "banco juez jueza abogado abogados licenciado gerente empresa actuario fiscal financiera "
    "supervisor sistema ley policia contrato despacho jefe juzgado tribunal departamento cooperativa"
)
_OUR_SAYING = words_of(
    "dije dijimos adverti advertimos conteste contestamos respondi grite insisti amenace amenazamos "
    "avise avisamos informe informamos comunique explique recalque"
)
_OURS = ("fut1", "pres1")
_OUR_WORDS = words_of("voy vamos vengo venimos iremos ire nos nuestro nuestra nuestros nuestras")
_DONE_TO_US = frozenset({"me", "nos"})
_MATTERS = words_of(
    "divorcio alimentos alimenticia alimentaria pension laboral sucesion herencia interdiccion testigo "
    "testigos extravio"
)
_HOMONYMS = {
    "demanda": words_of(
        "producto productos mercancia mercado clientes trabajo pan alta mucha poca oferta temporada"
    ),
    "remate": words_of("ropa mercancia temporada precios ofertas zapatos liquidacion libros"),
    "rata": frozenset(["laboratorio", "veneno"]),
    "ratas": frozenset(["laboratorio", "veneno"]),
}


def excused(match: Match, row: Sequence[Word], tags: Sequence[Tags], category: Category) -> bool:
    """True when the words, where they stand, are not said to the debtor or not told to others."""
    if reported(match, row, tags) or denied(match, row, tags, category):
        return True
    if category is Category.THIRD:
        return _allowed_to_know(match, tags) or told_to_us(row, tags)
    if category is Category.INSULT:
        return place_name(match, tags) or done_to_us(match, row, tags) or other_sense(match, row)
    if category is Category.JUDICIAL:
        return (
            other_sense(match, row)
            or own_matter(tags)
            or others_claim(match, row, tags)
            or place_name(match, tags)
        )
    if category is Category.AUTHORITY:
        return _kin(match, row, tags) or (family_court(tags) and not ours(match, row, tags))
    if by_others(match, row, tags):
        return True
    if _good_news(tags, category):
        return True
    if _of_a_visitor(match, row) or _of_the_speaker(match, row, tags):
        return True
    return (
        others_claim(match, row, tags)
        or (family_court(tags) and not ours(match, row, tags))
        or _in_kind(match, row, tags)
    )


def reported(match: Match, row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """Told as what the debtor, or somebody met at the door, said, asked or fears."""
    if _told_after(match, row, tags):
        return True
    for at in range(match.first - 1, -1, -1):
        word = row[at].text
        if word in _OUR_SAYING and at and (row[at - 1].text in ("le", "les", "lo", "la") or at == 0):
            return False
        if word == "segun" or (word in _FEARING and _opens(row, at, match.first)):
            return not _ours_after_pause(match, row, tags, at)
        if _their_saying(row, tags, at) and _opens(row, at, match.first):
            return not _ours_after_pause(match, row, tags, at)
    return False


def _told_after(match: Match, row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """ "Es un irresponsable, según la señora"; "¿me pueden meter preso?, preguntó"."""
    for at in range(match.last, len(row)):
        before = row[at - 1].text if at else ""
        if row[at].text == "segun" and not any(word.text in _LAWS for word in row[at + 1 : at + 3]):
            return True
        if (
            before == ","
            and not tags[at].isdisjoint(_THEIR_SAYING)
            and row[at].text in _CERTAINLY_THEIRS | _TAGGED_ON
        ):
            return True
    return False


def _their_saying(row: Sequence[Word], tags: Sequence[Tags], at: int) -> bool:
    if tags[at].isdisjoint(_THEIR_SAYING):
        return False
    before = row[at - 1].text if at else ""
    if before in ("si", "se", "te"):
        return row[at].text.startswith("quej") or row[at].text.startswith("lament")
    if before in ("le", "les", "lo", "la"):
        second = row[at - 2].text if at > 1 else ""
        return second != "se" and row[at].text in _CERTAINLY_THEIRS
    return not any(
        row[place].text in _OUR_SIDE
        and (place == 0 or row[place - 1].text not in ("su", "del", "otro", "otra", "tu"))
        for place in range(max(0, at - 3), at)
    )


def _opens(row: Sequence[Word], at: int, until: int) -> bool:
    """True when what is said follows: "dice que", "preguntó su esposa si", "miedo de", "dice:"."""
    following = [word.text for word in row[at + 1 : min(at + 7, until + 2)]]
    if row[at].text in ("cuenta", "cuentan", "aviso", "recuerda", "informo", "anuncio", "pide"):
        return following[:1] == ["que"]
    opening = {"que", "si", "de", "por", ":", "como", "ser", "haber"}
    return any(word in opening or (word == "con" and row[at].text.startswith("amenaz")) for word in following)


def _ours_after_pause(match: Match, row: Sequence[Word], tags: Sequence[Tags], at: int) -> bool:
    """ "Dice que no tiene, lo vamos a embargar": what follows the comma is the writer's own."""
    pauses = [place for place in range(at, match.first + 1) if place < len(row) and row[place].text == ","]
    if not pauses or not ours(match, row, tags):
        return False
    after = pauses[-1] + 1
    return after < len(row) and row[after].text not in ("que", "y", "ni")


def ours(match: Match, row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """True when the sender himself acts in the words found."""
    return any(
        row[at].text in _OUR_WORDS
        or ("BADNOUN" not in tags[at] and any(tag.partition(".")[2] in _OURS for tag in tags[at]))
        for at in range(match.first, match.last)
    )


def denied(match: Match, row: Sequence[Word], tags: Sequence[Tags], category: Category) -> bool:
    """ "No vamos a embargar nada", "no hay ningún proceso judicial", "no es ningún ladrón"."""
    if category is Category.JUDICIAL and _is_not(match, row):
        return True
    for at in range(match.begin - 1, max(-1, match.begin - 7), -1):
        word = row[at].text
        if word in _PAUSES or word in ("y", "o", "pero") or "PAY" in tags[at]:
            return False
        if "NOT" not in tags[at]:
            continue
        before = row[at - 1].text if at else ""
        if before in ("si", "de", "como", "por") or (at > 1 and row[at - 2].text == "si"):
            return False
        if at >= match.first and word in ("sin",):
            continue
        if category is Category.INSULT:
            after = row[at + 1].text if at + 1 < len(row) else ""
            return word in ("ningun", "ninguna") or after in ("es", "son", "era", "fue", "soy", "me", "nos")
        return True
    return False


def _is_not(match: Match, row: Sequence[Word]) -> bool:
    """ "Este aviso no constituye demanda", "la presente no es una notificación judicial"."""
    return any(
        row[at].text == "no" and row[at + 1].text in _BEING
        for at in range(match.first, min(match.last, len(row) - 1))
    )


def place_name(match: Match, tags: Sequence[Tags]) -> bool:
    """In a name or on the way: "Bar El Sinvergüenza", "frente al juzgado", "vereda El Ladrón"."""
    for at in range(match.first, match.last):
        if "PLACENAME" in tags[at]:
            return True
    for at in range(match.first - 1, max(-1, match.first - 5), -1):
        if "PLACENAME" in tags[at]:
            return True
        if tags[at].isdisjoint(_LINKS):
            return False
    return False


def done_to_us(match: Match, row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """The debtor's words to the collector, or somebody's to him: "me dijo ladrón", "la trataron de"."""
    for at in range(max(0, match.first - 5), match.first + 1):
        if at >= len(row) or tags[at].isdisjoint(("INSULTED.pret3", "INSULTED.pres3", "INSULTED.impf")):
            continue
        before = row[at - 1].text if at else ""
        if before in _DONE_TO_US or row[at].text in _CERTAINLY_THEIRS:
            return True
        if before in ("lo", "la", "le", "los") and row[at].text.endswith(("aron", "eron", "aban")):
            return True
    return False


def own_matter(tags: Sequence[Tags]) -> bool:
    """A court in the debtor's own life: a divorce, an accident, the family's judge."""
    return any("OWNMATTER" in each for each in tags) and not any(
        not each.isdisjoint(("deuda", "credito", "adeudo", "saldo", "obligacion", "cobro")) for each in tags
    )


def told_to_us(row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """ "Me mostró la denuncia por el robo": somebody at the door told or showed it."""
    return any(row[at].text in _DONE_TO_US and "TELL.pret3" in tags[at + 1] for at in range(len(row) - 1))


def address(row: Sequence[Word]) -> bool:
    """ "Calle Juez Tedín 2930", "Quiosco La Corte": where, and nothing said to anybody."""
    return row[0].text in _ADDRESS and not any(word.text in _TO_SOMEBODY for word in row)


def nothing_lost(row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """ "Usted no va a perder su casa", "nadie vendrá a quitarle sus cosas"."""
    for at in range(2, len(row)):
        if row[at - 1].text != "a" or tags[at].isdisjoint(_TAKEN):
            continue
        before = [word.text for word in row[max(0, at - 4) : at - 1]]
        if ("no" in before or "nadie" in before) and "si" not in before and _GOING.intersection(before):
            return True
    return False


def by_others(match: Match, row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """ "La van a desalojar los dueños del edificio", "va a perder su trabajo porque cierra la planta"."""
    if ours(match, row, tags):
        return False
    after = [word.text for word in row[match.last : match.last + 4]]
    if not _OWNERS.isdisjoint(after):
        return True
    losing = any("LOSE" in tags[at] for at in range(match.first, min(match.last, len(row))))
    return losing and any(here == "porque" and following not in _FAULT for here, following in pairwise(after))


def _of_a_visitor(match: Match, row: Sequence[Word]) -> bool:
    """ "Irá a la cárcel a visitar a su hermano"."""
    return any(word.text.startswith("visita") for word in row[match.last : match.last + 4])


def _of_the_speaker(match: Match, row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """ "¿Me pueden meter a la cárcel?": the debtor asks for himself."""
    near = {word.text for word in row[max(0, match.first - 3) : match.first]}
    return "me" in near and not ours(match, row, tags)


def _good_news(tags: Sequence[Tags], category: Category) -> bool:
    """What runs out is a discount, and no harm is named: "última oportunidad para el descuento"."""
    if not any("GOODNEWS" in each for each in tags):
        return False
    harm = ("SEIZE", "LAW", "JAIL", "POLICE", "BADNOUN", "HURT")
    return category is Category.DEADLINE or not any(not each.isdisjoint(harm) for each in tags)


def family_court(tags: Sequence[Tags]) -> bool:
    """A matter of divorce, alimony, work or inheritance: its courts and seizures are of another's making."""
    return any(not each.isdisjoint(_MATTERS) for each in tags)


def others_claim(match: Match, row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """Another lender does or did it, and not the sender."""
    if ours(match, row, tags):
        return False
    return any("ELSE" in tags[at] and not tags[at + 1].isdisjoint(("LENDER",)) for at in range(len(row) - 1))


def _in_kind(match: Match, row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """A condition about what is not owed to us: "si no paga la pensión lo meten preso"."""
    if ours(match, row, tags):
        return False
    return any(
        not tags[at].isdisjoint(
            ("pension", "alimentos", "recibo", "arriendo", "alquiler", "renta", "colegiatura")
        )
        and at > match.first
        for at in range(match.first, min(match.last + 6, len(tags)))
    )


def _allowed_to_know(match: Match, tags: Sequence[Tags]) -> bool:
    """Told to the guarantor, or with the debtor's leave."""
    whole = tags[max(0, match.first - 8) : match.last + 3]
    return any("LEAVE" in each for each in whole) or any(
        not each.isdisjoint(("aval", "codeudor", "codeudora", "fiador", "fiadora", "garante", "sellado"))
        for each in tags[match.first : match.last + 3]
    )


def _kin(match: Match, row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """ "Soy vecino del juzgado", "soy hermana del fiscal": nearness, not office."""
    near = words_of(
        "vecino vecina hermano hermana hijo hija esposa esposo amigo amiga primo prima jubilado "
        "pensionado cliente ex"
    )
    return any(row[at].text in near or "PLACENAME" in tags[at] for at in range(match.first, match.last))


def other_sense(match: Match, row: Sequence[Word]) -> bool:
    words = {word.text for word in row}
    return any(not words.isdisjoint(_HOMONYMS.get(row[at].text, ())) for at in range(match.first, match.last))
