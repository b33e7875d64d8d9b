"""The look of both sides: what `dress` promises every page. A tiny app stands for the office and the laptop."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, flash, render_template_string, request
from flask.testing import FlaskClient
from flask_wtf import CSRFProtect

from sync.look import dress, error_page
from sync.look.states import SIGNS, STATES, sprite, symbol
from sync.records import Interval, Money
from sync.words import N_, Phrase
from tests.browser import Chromium, axe_violations

LOOK = Path(__file__).parents[2] / "sync" / "look"
ELEVEN = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)  # 11:00 in Bogotá


def dressed(side: str = "office") -> Flask:
    app = Flask(f"a_{side}")
    app.config.update(SECRET_KEY="for tests only", TESTING=True)
    dress(app, side=side, today=lambda: date(2026, 11, 22))
    return app


def shown(template: str, language: str = "es", **values: Any) -> str:
    """What a template with one filter writes for a reader of `language`."""
    with dressed().test_request_context("/", headers={"Accept-Language": language}):
        return render_template_string(template, **values)


@pytest.fixture
def client() -> FlaskClient:
    return dressed().test_client()


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# Values


def test_a_phrase_is_written_with_its_values_and_nothing_typed_by_people_becomes_markup() -> None:
    because = Phrase(N_("Ya hubo {done} visitas de {who}."), {"done": 2, "who": "<b>Rosa</b>"})
    expected = "Ya hubo 2 visitas de &lt;b&gt;Rosa&lt;/b&gt;."
    assert shown("{{ x|phrase }}", x=because) == expected
    assert shown("{{ x|phrase }}", x=because.to_json()) == expected
    assert shown("{{ x|phrase }}", x="a < b") == "a &lt; b"


@pytest.mark.parametrize(
    ("amount", "currency", "country", "text"),
    [
        (Decimal("1234567"), "COP", "", "$1.234.567 COP"),
        (Decimal("1234567.50"), "COP", "", "$1.234.567,50 COP"),
        ("-1500.00", "MXN", "", "-$1,500.00 MXN"),
        (Decimal("1234567"), "CLP", "", "$1.234.567 CLP"),
        (Decimal("1234.5"), "USD", "SV", "$1,234.50 USD"),
        (Decimal("0"), "PEN", "", "S/0.00 PEN"),
    ],
)
def test_money_is_written_as_in_its_country_with_its_currency(
    amount: Decimal | str, currency: str, country: str, text: str
) -> None:
    page = shown("{{ x|money(currency, country) }}", x=amount, currency=currency, country=country)
    assert re.sub("<[^>]+>", "", page).replace("\xa0", "") == text
    assert f'value="{amount} {currency}"' in page


def test_money_that_went_through_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="never float"):
        shown("{{ x|money('COP') }}", x=1.5)


def test_a_money_record_brings_its_own_currency() -> None:
    assert "$900 " in shown("{{ x|money }}", x=Money(Decimal(900), "COP"))


def test_dates_are_said_as_a_person_says_them_with_the_whole_on_hover() -> None:
    day = shown("{{ x|day }}", x=date(2026, 11, 28))
    assert day == '<time datetime="2026-11-28" title="sábado, 28 de noviembre de 2026">sáb 28 nov</time>'
    assert ">sáb 29 nov 2025<" in shown("{{ x|day }}", x="2025-11-29")


def test_a_moment_is_shown_in_the_debtors_zone_and_says_utc_without_one() -> None:
    assert ">sáb 28 nov, 11:00<" in shown("{{ x|moment('America/Bogota') }}", x=ELEVEN)
    assert ">sáb 28 nov, 16:00 UTC<" in shown("{{ x|moment }}", x=ELEVEN.isoformat())
    assert ">11:00<" in shown("{{ x|clock('America/Bogota') }}", x=ELEVEN)
    with pytest.raises(ValueError, match="aware"):
        shown("{{ x|moment('America/Bogota') }}", x="2026-11-28T11:00:00")


def test_an_interval_names_its_day_once_unless_it_crosses_midnight() -> None:
    short = Interval(ELEVEN, ELEVEN.replace(minute=15))
    assert ">sáb 28 nov, 11:00–11:15<" in shown("{{ x|interval('America/Bogota') }}", x=short)
    night = Interval(ELEVEN, ELEVEN.replace(day=29))
    page = shown("{{ x|interval('America/Bogota') }}", x=night)
    assert ">sáb 28 nov, 11:00<" in page
    assert ">dom 29 nov, 11:00<" in page


@pytest.mark.parametrize("name", ["phrase", "money", "day", "moment", "clock", "interval", "or_dash"])
def test_a_missing_value_is_a_dash_with_a_word_never_a_blank(name: str) -> None:
    assert "sin dato" in shown("{{ x|" + name + " }}", x=None)


# States


def test_every_state_has_its_own_colour_shape_and_word_and_is_legible_on_white() -> None:
    assert list(STATES) == [
        "pendiente", "agendada", "visitada", "promesa", "no_encontrado", "negativa", "detenida",
    ]  # fmt: skip
    for part in ("colour", "shape", "label", "drawing"):
        assert len({getattr(state, part) for state in STATES.values()}) == len(STATES)
    for state in STATES.values():
        assert contrast(state.colour, "#ffffff") >= 4.5, state.key


def test_the_stylesheet_and_the_maps_agree_on_the_colours_of_states() -> None:
    day = (LOOK / "static" / "ronda.css").read_text(encoding="utf-8").split("@media", 1)[0]
    for state in STATES.values():
        assert f"--{state.key}: {state.colour};" in day


def test_the_sprite_holds_every_state_and_sign_once() -> None:
    ids = re.findall(r'<symbol id="([^"]+)"', sprite())
    assert sorted(ids) == sorted([*STATES, *SIGNS])
    assert STATES["promesa"].colour in symbol("promesa")


# Pages


@pytest.mark.parametrize("side", ["office", "laptop"])
def test_both_sides_show_the_guide_and_every_file_it_names(side: str) -> None:
    client = dressed(side).test_client()
    page = client.get("/look/guide")
    assert page.status_code == 200
    assert f'class="side-{side}"' in page.text
    # The switch of languages, there once English is compiled, is a redirect and no file.
    names = set(re.findall(r'(?:href|src)="(/look/(?!lang/)[^"#]+)', page.text))
    assert len(names) >= 6
    for name in names:
        assert client.get(html.unescape(name)).status_code == 200, name


def test_no_page_names_another_host() -> None:
    files = [*LOOK.glob("templates/*.html"), *LOOK.glob("static/*")]
    assert len(files) > 6
    for file in files:
        addresses = re.findall(
            r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"']*", file.read_text(encoding="utf-8")
        )
        assert [one for one in addresses if one != "http://www.w3.org/2000/svg"] == [], file
    assert (
        re.findall(r'(?:href|src|action)="(?!/|#)[^"]*"', dressed().test_client().get("/look/guide").text)
        == []
    )


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    for file in LOOK.glob("templates/*.html"):
        text = file.read_text(encoding="utf-8")
        assert re.findall(r"\sstyle=|\son[a-z]+=|<style", text) == [], file
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or 'type="application/json"' in script, script


def test_every_spanish_word_of_the_templates_is_marked_for_translation() -> None:
    for name in ("base.html", "macros.html", "error.html", "styleguide.html"):
        text = (LOOK / "templates" / name).read_text(encoding="utf-8")
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
        bare = re.sub(r"""<[^>]*>| [a-z-]+=(".*?"|'.*?')""", " ", bare, flags=re.DOTALL)
        words = set(re.findall(r"[A-Za-zÁÉÍÓÚÑáéíóúñ]{3,}", bare)) - {"Ronda", "Calle", "Centro", "doctype"}
        assert words == set(), name


def test_the_fictitious_pack_is_named_on_every_page_that_says_it_has_one() -> None:
    with dressed().test_request_context("/"):
        marked = render_template_string("{% extends 'base.html' %}", fictitious_pack="demo")
        plain = render_template_string("{% extends 'base.html' %}")
    assert "Paquete de reglas ficticio «demo»: no es ley de ningún país." in marked
    assert "ficticio" not in plain


def test_a_flashed_error_is_an_alert_and_other_messages_are_a_status() -> None:
    app = dressed()
    with app.test_request_context("/"):
        flash("No se pudo leer <el> archivo", "error")
        flash("Guardado", "success")
        page = render_template_string("{% extends 'base.html' %}")
    assert re.search(r'notice-bad" role="alert">.*?No se pudo leer &lt;el&gt; archivo', page, re.DOTALL)
    assert re.search(r'notice-good" role="status">.*?Guardado', page, re.DOTALL)


def test_the_error_page_says_what_happened_and_what_to_do() -> None:
    app = dressed()
    app.add_url_rule(
        "/gone", view_func=lambda: error_page("No está", "La cuenta no existe.", "Vuelva a la lista.", 404)
    )
    answer = app.test_client().get("/gone")
    assert answer.status_code == 404
    assert "La cuenta no existe." in answer.text
    assert "Vuelva a la lista." in answer.text


def test_a_field_with_an_error_is_tied_to_its_words_and_to_the_summary() -> None:
    template = """{% import 'macros.html' as ui %}{{ ui.error_summary([('amount', 'Escriba el valor.')]) }}
    {{ ui.field('amount', 'Valor', error='Escriba el valor.', hint='En pesos', inputmode='decimal') }}"""
    page = shown(template)
    assert '<a href="#amount">Escriba el valor.</a>' in page
    assert 'aria-describedby="amount-hint amount-error" aria-invalid="true" inputmode="decimal"' in page
    assert 'id="amount-error"' in page


def test_what_people_typed_stays_text_in_fields_tables_and_the_maps_data() -> None:
    hostile = '</script><img src=x onerror=alert(1)>" ${1}'
    template = """{% import 'macros.html' as ui %}{{ ui.field('a', x, value=x, hint=x) }}{{ ui.facts([(x, x)]) }}
    {{ ui.badge('promesa', x) }}{{ ui.map({'points': [{'label': x}]}, x) }}{{ ui.select('s', x, [(x, x)]) }}
    {% call ui.table(x, [x]) %}{% endcall %}{{ ui.empty(x, x) }}{{ ui.radios('r', x, [(x, x)], data_x=x) }}"""
    page = shown(template, x=hostile)
    assert "<img" not in page
    assert 'onerror=alert(1)>"' not in page
    block = re.search(r'id="map-data">(.*?)</script>', page)
    assert block
    assert json.loads(block[1])["points"][0]["label"] == hostile


# Languages


def test_without_a_catalogue_everyone_reads_spanish(tmp_path: Path) -> None:
    app = Flask("no_catalogue")
    app.config.update(SECRET_KEY="for tests only", BABEL_TRANSLATION_DIRECTORIES=str(tmp_path))
    dress(app, side="laptop")
    page = app.test_client().get("/look/guide?lang=en", headers={"Accept-Language": "en"})
    assert '<html lang="es"' in page.text
    assert "English" not in page.text


@pytest.fixture
def bilingual(tmp_path: Path) -> FlaskClient:
    """An app with a small English catalogue, compiled as the build does it."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="en")
    catalogue.add("Saltar al contenido", "Skip to content")
    catalogue.add("Promesa", "Promise")
    catalogue.add(
        "Ya hubo {done} visitas esta semana (límite {limit}, regla {rule}).",
        "Already {done} visits this week (limit {limit}, rule {rule}).",
    )
    with (folder / "messages.mo").open("wb") as compiled:
        write_mo(compiled, catalogue)
    app = Flask("bilingual")
    app.config.update(SECRET_KEY="for tests only", BABEL_TRANSLATION_DIRECTORIES=str(tmp_path))
    dress(app, side="office")
    return app.test_client()


def test_the_language_is_the_readers_choice_then_the_browsers_then_spanish(bilingual: FlaskClient) -> None:
    english = {"Accept-Language": "en-GB,en;q=0.9"}
    assert '<html lang="es"' in bilingual.get("/look/guide").text
    page = bilingual.get("/look/guide", headers=english).text
    assert "Skip to content" in page
    assert "<span>Promise</span>" in page
    assert "Already 2 visits this week (limit 2, rule demo.frequency.weekly)." in page
    assert '<html lang="es"' in bilingual.get("/look/guide?lang=es", headers=english).text
    assert '<html lang="es"' in bilingual.get("/look/guide", headers=english).text, "the choice is remembered"


def test_switching_language_goes_back_to_the_page_and_never_to_another_site(bilingual: FlaskClient) -> None:
    answer = bilingual.get("/look/lang/en?next=/cuentas?p%C3%A1gina=2")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/cuentas?")
    for elsewhere in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\r\nX: 1",
        "javascript:1",
    ):
        assert bilingual.get("/look/lang/en", query_string={"next": elsewhere}).headers["Location"] == "/"
    assert bilingual.get("/look/lang/xx").status_code == 404


# Headers and files


def test_every_answer_is_guarded_and_a_map_may_keep_its_own_policy() -> None:
    app = dressed()
    app.add_url_rule("/map", view_func=lambda: ("map", {"Content-Security-Policy": "sandbox allow-scripts"}))
    client = app.test_client()
    headers = client.get("/look/guide").headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "upgrade-insecure-requests" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers
    assert "Strict-Transport-Security" in client.get("/look/guide", base_url="https://oficina").headers
    assert client.get("/map").headers["Content-Security-Policy"] == "sandbox allow-scripts"


def test_files_are_kept_by_browsers_and_asked_for_again_only_when_changed(client: FlaskClient) -> None:
    page = client.get("/look/guide").text
    address = re.search(r'href="(/look/ronda\.css\?v=[0-9a-f]{12})"', page)
    assert address
    first = client.get(address[1])
    assert first.cache_control.max_age == 31_536_000
    again = client.get(address[1], headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/look/ronda.css").cache_control.max_age == 300


@pytest.mark.parametrize(
    "name", ["../states.py", "%2e%2e/states.py", "..%2fguide.py", "templates/base.html", "nope.css"]
)
def test_only_the_public_files_are_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/look/{name}").status_code == 404


def test_leaflet_is_exactly_the_version_that_folium_names() -> None:
    folium = pytest.importorskip("folium")
    named = dict(folium.Map.default_js)["leaflet"]
    version = re.search(r"leaflet@([\d.]+)/", named)
    assert version
    receipt = json.loads((LOOK / "vendor" / "leaflet" / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["version"] == version[1]
    assert (
        f"Leaflet {version[1]}"
        in (LOOK / "vendor" / "leaflet" / "leaflet.js").read_text(encoding="utf-8")[:200]
    )


def test_a_side_that_is_neither_is_refused() -> None:
    with pytest.raises(ValueError, match="office, laptop"):
        dress(Flask("x"), side="phone")


# In a real browser


@pytest.mark.browser
@pytest.mark.parametrize("side", ["office", "laptop"])
@pytest.mark.parametrize(
    "options",
    [{}, {"color_scheme": "dark"}, {"contrast": "more"}, {"viewport": {"width": 320, "height": 640}}],
)
def test_the_guide_has_no_accessibility_violation_nor_foreign_request(
    chromium: Chromium, serve: Callable[[Flask], str], side: str, options: dict[str, Any]
) -> None:
    page = chromium.page(**options)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(serve(dressed(side)) + "/look/guide")
    page.wait_for_selector(".map.is-drawn")
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.locator(".pin-box").count() == 4
    assert complaints == []
    assert chromium.foreign_requests == []


@pytest.mark.browser
def test_axe_and_the_watch_do_find_what_is_wrong(chromium: Chromium, serve: Callable[[Flask], str]) -> None:
    app = Flask("bad")
    app.add_url_rule("/", view_func=lambda: "<title>x</title><img src='http://tiles.example/1.png'><input>")
    page = chromium.page()
    page.goto(serve(app))
    assert {line.split(" ")[0] for line in axe_violations(page)} >= {"image-alt", "label", "html-has-lang"}
    assert chromium.foreign_requests == ["http://tiles.example/1.png"]


@pytest.mark.browser
def test_every_target_of_the_laptop_is_as_large_as_a_thumb(
    chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    page = chromium.page()
    page.goto(serve(dressed("laptop")) + "/look/guide")
    page.wait_for_selector(".map.is-drawn")
    heights = page.eval_on_selector_all(
        ".button, .input, .choice, .nav a, .leaflet-bar a, .pin-box",
        "all => all.filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().height)",
    )
    assert len(heights) > 20
    assert min(heights) >= 44


@pytest.mark.browser
def test_a_field_that_depends_on_an_answer_is_shown_required_and_sent_only_then(
    chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    page = chromium.page()
    page.goto(serve(dressed("laptop")) + "/look/guide")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')"), "errors take the focus"
    amount = page.locator("#amount")
    assert amount.is_hidden()
    assert amount.is_disabled()
    page.locator("input[value=NEG]").focus()
    page.keyboard.press("1")
    assert page.locator("input[value=PTP]").is_checked()
    assert amount.is_visible()
    assert amount.get_attribute("required") is not None
    page.keyboard.press("3")
    assert amount.is_hidden()


@pytest.mark.browser
def test_without_scripts_every_field_is_there(chromium: Chromium, serve: Callable[[Flask], str]) -> None:
    page = chromium.page(java_script_enabled=False)
    page.goto(serve(dressed("laptop")) + "/look/guide")
    assert page.locator("#amount").is_visible()


@pytest.mark.browser
def test_a_draft_saves_itself_with_the_token_and_says_so(
    chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    app, saved, _go = drafting()
    page = chromium.page()
    page.goto(serve(app) + "/visit")
    page.fill("#note", "Casa azul")
    page.get_by_text("Borrador guardado").wait_for()
    assert saved == [{"note": "Casa azul"}]


@pytest.mark.browser
def test_a_draft_is_called_saved_only_when_all_that_was_typed_is(
    chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    app, saved, go = drafting()
    go.clear()
    page = chromium.page()
    page.goto(serve(app) + "/visit")
    page.fill("#note", "Casa azul")
    page.get_by_text("Guardando borrador").wait_for()
    while not saved:
        page.wait_for_timeout(10)
    page.fill("#note", "Casa azul, segundo piso")
    go.set()  # the answer about the first words comes while the others wait
    page.get_by_text("Borrador guardado").wait_for()
    assert saved == [{"note": "Casa azul"}, {"note": "Casa azul, segundo piso"}]
    page.evaluate(
        "document.querySelector('#note').dispatchEvent(new Event('input', { bubbles: true }));"
        "window.said = document.querySelector('[data-autosave-status]').textContent"
    )
    assert page.evaluate("window.said") == "Guardando borrador"


def drafting() -> tuple[Flask, list[Any], threading.Event]:
    """A form that keeps its draft, the drafts it sent, and what its answers wait for."""
    app = dressed("laptop")
    CSRFProtect(app)
    saved: list[Any] = []
    go = threading.Event()
    go.set()

    @app.get("/visit")
    def visit() -> str:
        return render_template_string(
            """{% extends 'base.html' %}{% import 'macros.html' as ui %}{% block content %}
            <form method="post" data-autosave-url="/draft">{{ ui.csrf() }}{{ ui.textarea('note', 'Nota') }}
            <p data-autosave-status data-saving="Guardando borrador" data-saved="Borrador guardado"></p>
            </form>{% endblock %}"""
        )

    @app.post("/draft")
    def draft() -> str:
        saved.append(request.get_json())
        assert go.wait(60)
        return ""

    return app, saved, go


@pytest.mark.browser
def test_the_laptops_map_writes_hostile_names_as_text_and_follows_no_foreign_link(
    chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    app = dressed("laptop")
    name = "<img src=x onerror=\"document.title='run'\"> ${document.title='run'}"

    @app.get("/map")
    def show() -> str:
        points = [
            {
                "lat": 5.82,
                "lon": -73.03,
                "state": "promesa",
                "label": name,
                "href": "javascript:document.title='run'",
            },
            {"lat": 5.83, "lon": -73.04, "state": "visitada", "label": "Rosa", "href": "/case/1", "seq": 2},
        ]
        return render_template_string(
            """{% extends 'base.html' %}{% import 'macros.html' as ui %}{% block head %}
            <script src="{{ look_asset('leaflet/leaflet.js') }}" defer></script>
            <link rel="stylesheet" href="{{ look_asset('leaflet/leaflet.css') }}">
            <script src="{{ look_asset('map.js') }}" defer></script>{% endblock %}
            {% block content %}{{ ui.map({'points': points}, 'Mapa') }}{% endblock %}""",
            points=points,
        )

    page = chromium.page()
    page.goto(serve(app) + "/map")
    page.locator(".pin-box").first.click()
    assert page.locator(".leaflet-popup-content").inner_text() == name
    assert page.locator(".leaflet-popup-content a").count() == 0
    page.locator(".pin-box").last.click()
    assert page.locator(".leaflet-popup-content a").last.get_attribute("href") == "/case/1"
    assert "run" not in page.title()


@pytest.mark.browser
def test_a_sandboxed_map_in_a_frame_loads_the_vendored_files_and_nothing_else(
    chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    app = dressed("office")
    policy = (
        "sandbox allow-scripts; default-src 'none'; img-src 'self' data:; frame-ancestors 'self'; "
        "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"
    )

    @app.get("/map")
    def drawn() -> tuple[str, dict[str, str]]:
        page = render_template_string(
            """<!doctype html><html lang="es"><title>Mapa</title>
            <link rel="stylesheet" href="{{ look_asset('leaflet/leaflet.css') }}">
            <script src="{{ look_asset('leaflet/leaflet.js') }}"></script><div id="m"></div>
            <script>L.map("m").setView([5.8, -73], 12); document.title = L.version;</script>"""
        )
        return page, {"Content-Security-Policy": policy}

    @app.get("/")
    def framed() -> str:
        return render_template_string(
            "{% extends 'base.html' %}{% import 'macros.html' as ui %}"
            "{% block content %}{{ ui.map_frame('/map', 'Mapa de la cartera') }}{% endblock %}"
        )

    page = chromium.page()
    page.goto(serve(app))
    frame = page.frame_locator("iframe[title='Mapa de la cartera']")
    frame.locator(".leaflet-control-zoom").wait_for()
    inside = page.frames[1]
    assert inside.title() == "1.9.3"
    assert inside.evaluate("origin") == "null", "the map cannot reach the page's cookies"
    assert chromium.foreign_requests == []
