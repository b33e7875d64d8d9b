"""The forms of Spanish verbs, named by what they do in a sentence, all without accents. Knows no meaning.

Groups of forms: `inf` (embargar), `ger`, `part`, `fut1` (embargaré, embargaremos), `fut3` (embargará,
-án, -ás), `pres1` (embargo, embargamos), `pres3` (embarga, -an, -as), `subj` (embargue, -en, -es, -emos,
which is also what usted is told to do), `pret1`, `pret3`, `impf`, `cond`.
"""

from __future__ import annotations

from functools import lru_cache

GROUPS = ("inf", "ger", "part", "fut1", "fut3", "pres1", "pres3", "subj", "pret1", "pret3", "impf", "cond")

_ENDINGS = {
    "ar": {
        "ger": "ando",
        "part": "ado ada ados adas",
        "pres1": "o amos",
        "pres3": "a an as",
        "subj": "e en es emos",
        "pret1": "e amos",
        "pret3": "o aron aste",
        "impf": "aba aban abas abamos",
    },
    "er": {
        "ger": "iendo",
        "part": "ido ida idos idas",
        "pres1": "o emos",
        "pres3": "e en es",
        "subj": "a an as amos",
        "pret1": "i imos",
        "pret3": "io ieron iste",
        "impf": "ia ian ias iamos",
    },
}
_ENDINGS["ir"] = _ENDINGS["er"] | {"pres1": "o imos", "pres3": "e en es is"}
_FUTURE = {"fut1": "e emos", "fut3": "a an as", "cond": "ia ian ias iamos"}
# Letters that change before e, so that the sound stays.
_BEFORE_E = (("gu", "gu"), ("g", "gu"), ("c", "qu"), ("z", "c"))

# Where a verb leaves the rule: strong stem, first person's, future's, preterite's, participle.
IRREGULAR: dict[str, dict[str, str]] = {
    "decir": {
        "strong": "dic",
        "first": "dig",
        "future": "dir",
        "past": "dij",
        "part": "dicho dicha dichos dichas",
        "ger": "diciendo",
        "also_subj": "di",
    },
    "hacer": {
        "first": "hag",
        "future": "har",
        "past": "hic",
        "part": "hecho hecha hechos hechas",
        "also_subj": "haz",
        "also_pret3": "hizo",
    },
    "interponer": {
        "first": "interpong",
        "future": "interpondr",
        "past": "interpus",
        "part": "interpuesto interpuesta",
    },
    "exponer": {"first": "expong", "future": "expondr", "past": "expus", "part": "expuesto expuesta"},
    "poner": {"first": "pong", "future": "pondr", "past": "pus", "part": "puesto puesta puestos puestas"},
    "detener": {"strong": "detien", "first": "deteng", "future": "detendr", "past": "detuv"},
    "retener": {"strong": "retien", "first": "reteng", "future": "retendr", "past": "retuv"},
    "atener": {"strong": "atien", "first": "ateng", "future": "atendr", "past": "atuv"},
    "tener": {"strong": "tien", "first": "teng", "future": "tendr", "past": "tuv"},
    "venir": {"strong": "vien", "first": "veng", "future": "vendr", "past": "vin", "ger": "viniendo"},
    "salir": {"first": "salg", "future": "saldr"},
    "caer": {"first": "caig", "ger": "cayendo", "also_pret3": "cayo cayeron"},
    "traer": {"first": "traig", "past": "traj", "ger": "trayendo"},
    "saber": {"future": "sabr", "past": "sup", "first": "sep", "also_pres1": "se"},
    "poder": {"strong": "pued", "future": "podr", "past": "pud", "ger": "pudiendo"},
    "querer": {"strong": "quier", "future": "querr", "past": "quis"},
    "perder": {"strong": "pierd"},
    "contar": {"strong": "cuent"},
    "mostrar": {"strong": "muestr"},
    "encerrar": {"strong": "encierr"},
    "cerrar": {"strong": "cierr"},
    "negar": {"strong": "nieg"},
    "enterrar": {"strong": "entierr"},
    "reventar": {"strong": "revient"},
    "moler": {"strong": "muel"},
    "pedir": {"strong": "pid", "ger": "pidiendo", "also_pret3": "pidio pidieron"},
    "seguir": {"strong": "sigu", "first": "sig", "also_pret3": "siguio siguieron"},
    "perseguir": {"strong": "persigu", "first": "persig", "also_pret3": "persiguio persiguieron"},
    "advertir": {"strong": "adviert", "also_pret3": "advirtio advirtieron"},
    "exhibir": {},
    "romper": {"part": "roto rota rotos rotas"},
    "destruir": {"strong": "destruy", "first": "destruy", "also_pret3": "destruyo destruyeron"},
    "escribir": {"part": "escrito escrita"},
    "conocer": {"first": "conozc"},
    "aprehender": {},
    "cumplir": {},
    "morir": {"strong": "muer"},
    "doler": {"strong": "duel"},
    "ver": {"first": "ve", "part": "visto vista vistos vistas"},
    "oir": {"strong": "oy", "first": "oig"},
    "colgar": {"strong": "cuelg"},
    "volar": {"strong": "vuel"},
    "rogar": {"strong": "rueg"},
    "sugerir": {"strong": "sugier"},
    "confesar": {"strong": "confies"},
    "arrepentir": {"strong": "arrepient", "also_pret3": "arrepintio"},
    "referir": {"strong": "refier", "also_pret3": "refirio refirieron"},
    "mentir": {"strong": "mient"},
    "despedir": {"strong": "despid", "also_pret3": "despidio despidieron"},
}

# Verbs of which hardly a form is regular.
WHOLE: dict[str, dict[str, str]] = {
    "ir": {
        "inf": "ir", "ger": "yendo", "part": "ido", "fut1": "ire iremos", "fut3": "ira iran iras",
        "pres1": "voy vamos", "pres3": "va van vas",
        "subj": "vaya vayan vayas vayamos", "pret1": "fui fuimos",
        "pret3": "fue fueron fuiste", "impf": "iba iban ibas ibamos", "cond": "iria irian irias iriamos",
    },
    "dar": {
        "inf": "dar", "ger": "dando", "part": "dado dada", "fut1": "dare daremos", "fut3": "dara daran daras",
        "pres1": "doy damos", "pres3": "da dan das", "subj": "de den des demos", "pret1": "di dimos",
        "pret3": "dio dieron diste", "impf": "daba daban", "cond": "daria darian",
    },
}  # fmt: skip

CLITICS = ("me", "te", "se", "le", "les", "lo", "los", "la", "las", "nos", "os")
_TWO = tuple(a + b for a in ("se", "te", "me", "nos") for b in ("le", "les", "lo", "la", "los", "las"))
_TAILS = tuple(sorted((*CLITICS, *_TWO), key=len, reverse=True))


@lru_cache(maxsize=1024)
def forms(infinitive: str) -> dict[str, frozenset[str]]:
    """The verb's forms by group, regular but for what `IRREGULAR` says."""
    if infinitive in WHOLE:
        return {group: frozenset(words.split()) for group, words in WHOLE[infinitive].items()}
    stem, ending = infinitive[:-2], infinitive[-2:]
    odd = IRREGULAR.get(infinitive, {})
    strong, first = odd.get("strong", stem), odd.get("first", odd.get("strong", stem))
    made: dict[str, set[str]] = {"inf": {infinitive}}
    for group, tails in _ENDINGS[ending].items():
        for tail in tails.split():
            made.setdefault(group, set()).add(_join(stem, tail, group, ending, strong, first))
    for group, tails in _FUTURE.items():
        made[group] = {odd.get("future", infinitive) + tail for tail in tails.split()}
    if "past" in odd:
        past = odd["past"]
        made["pret1"] = {past + "e", past + "imos"}
        made["pret3"] = {past + "o", past + "ieron", past + "eron", past + "iste"}
    for group in ("part", "ger"):
        if group in odd:
            made[group] = set(odd[group].split())
    for key, more in odd.items():
        if key.startswith("also_"):
            made[key[5:]] |= set(more.split())
    # The unstressed forms of vos and of the plural keep the plain stem: contas, conta, contamos.
    if strong != stem:
        made["pres3"] |= {stem + tail for tail in _ENDINGS[ending]["pres3"].split()}
        made["subj"] |= (
            {_join(stem, tail, "x", ending, stem, stem) for tail in ("e", "emos")}
            if ending == "ar"
            else set()
        )
    return {group: frozenset(words) for group, words in made.items()}


def _join(stem: str, tail: str, group: str, ending: str, strong: str, first: str) -> str:
    if group in ("pres3", "subj") or (group == "pres1" and tail == "o"):
        weak = tail in ("emos", "amos", "imos")
        if group == "subj":
            stem = first if not weak or first[-1] in "gcy" else stem
        else:
            stem = first if tail == "o" else strong
    if ending == "ar" and tail.startswith("e"):
        for written, before in _BEFORE_E:
            if stem.endswith(written):
                return stem[: -len(written)] + before + tail
    if (
        ending in ("er", "ir")
        and tail[0] in "ao"
        and stem.endswith("g")
        and stem == first
        and group != "part"
    ):
        return stem + tail
    return stem + tail


@lru_cache(maxsize=16384)
def without_clitics(word: str) -> tuple[tuple[str, str], ...]:
    """The ways to read a word as a verb and the little words hung on it: (embargar, le) of embargarle."""
    found = []
    for tail in _TAILS:
        base = word.removesuffix(tail)
        if len(base) >= 3 and base != word:
            found.append((base, tail))
            if base.endswith("mo"):  # vamonos, digamoselo: the s is lost before nos and se
                found.append((base + "s", tail))
    return tuple(found)
