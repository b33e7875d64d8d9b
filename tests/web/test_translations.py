"""Spanish is in the code and English is complete: texts, placeholders and the pages as they are served."""

from __future__ import annotations

import ast
import re
import tomllib
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, url_for
from flask.testing import FlaskClient
from jinja2 import Environment, nodes

from field_client.app import create_app
from server.importing import columns
from server.importing.answers import WrongFile
from sync.words import Phrase
from tests.laptop import builders
from tests.laptop.conftest import laptop, seeded  # noqa: F401  # the seeded laptop's fixtures
from tests.laptop.test_pages import FORM, answers
from tests.web.worlds import csrf_of, log_in, make_world

ROOT = Path(__file__).parents[2]
PACKAGES = ("sync", "server", "field_client")
TRANSLATIONS = ROOT / "sync" / "look" / "translations"
CATALOGUE = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"
MARKS = {"_", "N_", "gettext", "ngettext", "lazy_gettext"}
# Calls whose sentences are read by people.
SPEAKING = {"Phrase", "flash", "error_page", "FieldError", "Refused"}
PLACES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


# A country's name is no word of a language.
COUNTRY = re.compile("El Salvador")


def words(text: str) -> set[str]:
    """Letters beside a digit are no word: an identifier may well hold `de`."""
    plain = COUNTRY.sub(" ", PLACES.sub(" ", text))
    return {word.lower() for word in re.findall(r"(?<!\w)[^\W\d_]+(?!\w)", plain)}


# Words that only one of the two languages has.
ENGLISH = words(
    "the of and is are was were with without this that these those from your you which when where who must "
    "cannot not yet please there they it its has been be by file account accounts visit route"
)
SPANISH = words(
    "el la los las del de que para con una unos unas por su sus se sin este esta estos estas esa ese está "
    "están cada ya más sólo solo hay fue son ser nada todo todos toda todas quien según hasta desde donde "
    "cuando cómo qué quién día días hoy gestor deudor cartera cuenta cuentas visita visitas parada paradas "
    "oficina portátil promesa pago entidad regla ninguno ninguna"
)
# The same in both languages, by right.
SAME = {
    "Dossier",
    "Provisional",
    "({count})",
    "no",
    "km",
    "s",
    "min",
    "No",
    "Error",
    "Total",
    "Control",
    "WhatsApp",
    "Rosa Elvira Quintero",
}
# What a template may show as it stands: the product's name, a unit, the style guide's sample.
BARE = {
    "SHA",
    "Windows (cp1252)",
    "Mac (Mac Roman)",
    "DOS (cp850)",
    "UTF-8",
    "Ronda",
    "min",
    "KiB",
    "Calle",
    "Centro",
    "Excel",
    "GPX",
    "KML",
    "XLSX",
    "CSV",
    "Alt+B",
} | {
    "Español",
    "English",
    "Português",
}
# Names that the style guide and the laptop's small world show.
SAMPLES = {"María Inés Cárdenas de la Hoz", "Transportes El Roble S.A.S.", "Oficina de prueba"}


# The sources and the catalogue


@lru_cache(maxsize=1)
def sources() -> dict[str | tuple[str, ...], set[str]]:
    """Every text marked for translation, with the files that hold it; a plural is a pair."""
    with (TRANSLATIONS / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str | tuple[str, ...], set[str]] = {}
    for top in PACKAGES:
        taken = extract_from_dir(ROOT / top, methods, options, {**DEFAULT_KEYWORDS, "lazy_gettext": None})
        for name, _line, text, _comments, _context in taken:
            found.setdefault(text, set()).add(f"{top}/{name}")
    return found


@lru_cache(maxsize=1)
def english() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def translated() -> Iterator[tuple[str, str]]:
    """(Spanish, English) of every form of every message."""
    for message in english():
        if not message.id:
            continue
        said = [message.id] if isinstance(message.id, str) else list(message.id)
        told = [message.string] if isinstance(message.string, str) else list(message.string)
        yield from zip(said, told, strict=True)


def test_the_sources_of_every_kind_are_read() -> None:
    files = set().union(*sources().values())
    assert len(sources()) > 1000
    assert {"sync/rules/caps.py", "sync/policies/co.toml", "sync/look/templates/macros.html"} <= files
    assert any(name.startswith("server/web/templates/") for name in files)
    assert any(name.startswith("field_client/web/templates/") for name in files)


def test_every_text_that_people_read_has_its_english() -> None:
    held = {message.id: message for message in english() if message.id}
    lacking = [
        (text, sorted(files))
        for text, files in sources().items()
        if text not in held or not all(_forms(held[text].string))
    ]
    assert lacking == [], "docs/translating.md says how to add them"


def _forms(told: str | Iterable[str]) -> list[str]:
    return [told] if isinstance(told, str) else list(told)


def test_the_english_holds_no_text_that_nobody_reads_and_none_in_doubt() -> None:
    assert [message.id for message in english() if message.id and message.id not in sources()] == []
    assert list(english().obsolete) == []
    assert [message.id for message in english() if message.id and message.fuzzy] == []


def test_both_languages_have_the_same_places_for_values() -> None:
    for spanish, told in translated():
        assert sorted(PLACES.findall(spanish)) == sorted(PLACES.findall(told)), (spanish, told)
    assert [(one.id, list(one.check(english()))) for one in english() if list(one.check(english()))] == []


def test_a_percent_sign_or_a_brace_breaks_no_sentence() -> None:
    class Anything(dict[str, int]):
        def __missing__(self, _key: str) -> int:
            return 1

    for spanish, told in translated():
        by_template = any(name.endswith(".html") for name in sources().get(spanish, ()))
        for text in (spanish, told):
            if by_template or "%(" in text:
                assert text % Anything(), text
            if "{" in spanish:
                assert text.format_map(Anything()), text


def test_the_code_speaks_spanish_and_the_catalogue_english() -> None:
    for spanish, told in translated():
        assert words(spanish) & ENGLISH == set(), spanish
        assert words(told) & SPANISH == set(), told
        assert spanish != told or spanish in SAME, f"not translated: {spanish}"


# The code that speaks


def templates() -> list[Path]:
    """Those that speak the reader's language; a paper to hand over, such as a visit's evidence, says it is Spanish.

    So are the parts of the folders that are compiled for a court or an agency.
    """
    found = [file for top in PACKAGES for file in (ROOT / top).rglob("templates/**/*.html")]
    assert len(found) > 30
    return sorted(
        file
        for file in found
        if '<html lang="es">' not in file.read_text(encoding="utf-8") and file.parent.name != "compiled"
    )


def test_templates_hold_no_word_outside_a_translation() -> None:
    for file in templates():
        said = re.sub(
            r'<article [^>]*lang="es">.*?</article>', " ", file.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", said, flags=re.DOTALL)
        shown = re.findall(r'\s(?:title|alt|aria-label|placeholder)="([^"]*)"', bare)
        shown.append(re.sub(r"""<[^>]*>| [a-z-]+=(".*?"|'.*?')|&\w+;""", " ", bare, flags=re.DOTALL))
        seen = set(re.findall(r"[^\W\d_]{3,}", " ".join(shown))) - BARE - {"doctype"}
        assert seen == set(), file


def test_what_templates_give_to_macros_is_translated() -> None:
    """A literal that starts like a sentence, has an accent or several words is a text, not a key."""
    reader = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for file in templates():
        tree = reader.parse(file.read_text(encoding="utf-8"))
        marked = {
            id(part)
            for call in tree.find_all(nodes.Call)
            if isinstance(call.node, nodes.Name) and call.node.name in MARKS
            for part in [*call.args, *(inner for one in call.args for inner in one.find_all(nodes.Const))]
        }
        bare = {
            one.value
            for one in tree.find_all(nodes.Const)
            if isinstance(one.value, str) and id(one) not in marked and _is_text(one.value)
        }
        assert bare - BARE == set(), file


def _is_text(value: str) -> bool:
    return bool(
        re.search(r"[^\x00-\x7f]\w|\w[^\W\x00-\x7f]|^[A-ZÁÉÍÓÚ][a-z]{2}|[a-z]{2} [a-z]+ [a-z]", value)
    )


def test_no_sentence_is_said_unmarked_or_marked_with_its_values_in_it() -> None:
    wrong = []
    for top in PACKAGES:
        for file in sorted((ROOT / top).rglob("*.py")):
            for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and _says_wrong(call):
                    wrong.append(f"{file.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call)[:90]}")
    assert wrong == []


def _says_wrong(call: ast.Call) -> bool:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name in MARKS:
        return any(isinstance(one, ast.JoinedStr) for one in call.args)
    if name not in SPEAKING:
        return False
    literals = [one.value for one in call.args if isinstance(one, ast.Constant)]
    return any(isinstance(one, str) and " " in one for one in literals)


def test_words_of_ours_inside_a_sentence_are_said_in_its_language_and_stored_in_spanish() -> None:
    understood = columns.understood(["Credito", "SKAP"], "payments")
    with pytest.raises(WrongFile) as wrong:
        columns.require(understood, "payments", 1)
    because = wrong.value.because
    told = because.said(lambda text: dict(translated()).get(text, text))
    assert "columns are missing: payment date, amount. Line 1 holds: Credito" in told
    assert Phrase.from_json(because.to_json()).values["missing"] == "fecha de pago, valor"


# The pages as they are served


@pytest.fixture(scope="module")
def compiled() -> None:
    """The catalogue compiled beside itself, as the build does it: Git ignores the result."""
    made = CATALOGUE.with_suffix(".mo.new")
    with made.open("wb") as file:
        write_mo(file, english())
    made.replace(CATALOGUE.with_suffix(".mo"))


def visible(page: str, data: Collection[str] = ()) -> list[str]:
    """What a reader sees or hears, piece by piece, without what people typed and the names of languages."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(r'<(?!html\b)(\w+)[^>]*\s(?:href)?lang="es"[^>]*>.*?</\1>', " ", page, flags=re.DOTALL)
    page = re.sub(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b", " ", page)  # an id is no word
    # An address within the site is no text.
    spoken = re.findall(r'\s(?:title|alt|aria-label|placeholder|data-\w+)="(?!/)([^"]*)"', page)
    pieces = [unescape(piece).strip() for piece in [*re.split(r"<[^>]*>", page), *spoken]]
    for typed in sorted({*data, *SAMPLES}, key=len, reverse=True):
        pieces = [piece.replace(typed, " ") for piece in pieces]
    return [piece.strip() for piece in pieces if piece.strip()]


def spanish_of(page: str, data: Collection[str] = ()) -> set[str]:
    """The Spanish words and the untranslated texts of a page."""
    pieces = visible(page, data)
    untranslated = {spanish for spanish, told in translated() if spanish != told} - {
        told for _spanish, told in translated()
    }
    return (untranslated & set(pieces)) | {word for piece in pieces for word in words(piece) & SPANISH}


def strings(value: Any) -> Iterator[str]:
    """Every text inside a record that the laptop was given."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for inner in value.values() for text in strings(inner))
    elif isinstance(value, list | tuple):
        yield from (text for inner in value for text in strings(inner))


# The strategy is the company's own file, in the company's words, as the debtors' names are.
STRATEGY = frozenset(
    strings(tomllib.loads((ROOT / "sync" / "strategies" / "ronda.toml").read_text(encoding="utf-8")))
)


def token(text: str) -> str:
    """In place of what people typed: a word of no language, one for each text."""
    return f"X{zlib.crc32(text.encode())}"


@pytest.mark.usefixtures("compiled")
def test_the_offices_pages_are_wholly_english_for_who_reads_english(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    world = make_world(tmp_path_factory.mktemp("office"), typed=token)
    app = world.app()
    ids = {
        "debtor_id": world.debtors["Rosa"],
        "visit_id": world.visits["Rosa"],
        "finding_id": world.findings["Rosa"],
        "route_id": world.routes["gustavo"],
        "agent_id": world.agents["gustavo"],
        "import_id": world.imports["Crediboyacá"],
    }
    readers = [log_in(app, name) for name in ("nora", "root", "gustavo")]
    seen = 0
    for path in [*paths(app, ids), "/no-such-page"]:
        for reader in readers:
            page = reader.get(path, query_string={"lang": "en"})
            if page.mimetype == "text/html" and page.status_code in (200, 404):
                assert '<html lang="en"' in page.text, path
                assert spanish_of(page.text, STRATEGY) == set(), path
                seen += 1
    assert seen > 60
    assert spanish_of(app.test_client().get("/login?lang=en").text) == set()
    for reader in readers[:2]:
        for rule in app.url_map.iter_rules():
            if (
                "POST" in (rule.methods or ())
                and not rule.arguments
                and rule.rule not in ("/logout", "/login")
            ):
                sent = {"csrf_token": csrf_of(reader.get("/").text)}
                page = reader.post(rule.rule, data=sent, follow_redirects=True)
                assert spanish_of(page.text, STRATEGY) == set(), f"an empty form sent to {rule.rule}"
    spanish = readers[0].get("/portfolio/", query_string={"lang": "es"}).text
    assert {"cartera", "deudor"} <= spanish_of(spanish), "the same look finds Spanish where it is"


def paths(app: Flask, ids: Mapping[str, str]) -> list[str]:
    """Every page whose address can be made with those ids."""
    made = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.arguments <= set(ids):
                made.append(url_for(rule.endpoint, **{name: ids[name] for name in rule.arguments}))
    return sorted(set(made))


@pytest.mark.usefixtures("compiled")
def test_the_laptops_pages_are_wholly_english_for_who_reads_english(laptop: builders.Laptop) -> None:  # noqa: F811
    app = create_app(laptop.folder, laptop.clock)
    browser = app.test_client()
    data = {text for _kind, _id, record in builders.world() for text in strings(record) if " " in text}
    assert spanish_of(browser.get("/desbloquear?lang=en").text) == set()
    unlock(browser)
    own = csrf_of(browser.get("/").text)
    refused = browser.post(FORM, data={"csrf_token": own})
    assert refused.status_code == 422
    saved = browser.post(FORM, data={"csrf_token": own, **answers()})
    assert saved.status_code == 302
    data |= set(answers().values())
    ids = {"debtor": builders.MARIA, "visit": answers()["visit_id"]}
    # The language was chosen at the door and is remembered.
    kept = [*paths(app, ids), f"/caso/{builders.ALMACEN}", f"/caso/{builders.JOSE}/visita", "/no-such-page"]
    pages = {path: browser.get(path) for path in kept} | {"an empty visit": refused}
    shown = {path: page.text for path, page in pages.items() if page.mimetype == "text/html"}
    assert len(shown) > 8
    assert {path: spanish_of(text, data) for path, text in shown.items() if spanish_of(text, data)} == {}
    assert "cartera" in spanish_of(browser.get("/cartera?lang=es").text, data)
    app.extensions["ronda_vault"].lock()


def unlock(browser: FlaskClient) -> None:
    form = {"csrf_token": csrf_of(browser.get("/desbloquear").text), "passphrase": builders.PASSPHRASE}
    assert browser.post("/desbloquear", data=form).status_code == 302
