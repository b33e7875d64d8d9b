"""The packs as data: their own vectors, their holidays, their wire form and what is said of a broken one."""

from __future__ import annotations

import copy
import json
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from sync.policies import available, load, vectors
from sync.records import Place
from sync.rules.contact import judge_visit, next_allowed
from sync.rules.policy import PolicyError, from_wire, policy_from, to_wire
from sync.rules.reading import WEEKDAYS
from sync.rules.vectors import failure, judge_vector, unproved
from tests.rules.world import BOGOTA, at, expand, pack, span

PLAIN = [name for name in available() if "@" not in name]
VECTORS = [(name, vector) for name in PLAIN for vector in vectors(name)]


def raw(name: str = "demo") -> dict[str, Any]:
    text = (files("sync.policies") / f"{name}.toml").read_text(encoding="utf-8")
    return copy.deepcopy(tomllib.loads(text))


@pytest.mark.parametrize(("name", "vector"), VECTORS, ids=[f"{n}: {v['say']}" for n, v in VECTORS])
def test_a_pack_agrees_with_its_own_vectors(name: str, vector: dict[str, Any]) -> None:
    assert failure(pack(name), vector) is None


@pytest.mark.parametrize("name", PLAIN)
def test_every_rule_that_can_forbid_has_a_vector_of_its_own(name: str) -> None:
    assert unproved(pack(name), vectors(name)) == []


def test_a_rule_that_no_vector_names_is_told() -> None:
    policy = pack("co")
    kept = [vector for vector in vectors("co") if vector.get("rule") != "co.hours"]
    assert unproved(policy, kept) == ["co.hours"]
    assert len(unproved(policy, [])) > 5


@pytest.mark.parametrize("name", PLAIN)
def test_an_hour_moved_in_any_pack_makes_its_own_vectors_fail(name: str) -> None:
    data = from_wire(to_wire(pack(name)))
    moved = json.loads(data.canonical)
    for day in WEEKDAYS[:6]:
        moved["hours"][0][day] = ["05:00-06:00"]
    holidays = {
        int(year): [date.fromisoformat(one) for one in days] for year, days in moved.pop("holidays").items()
    }
    assert any(failure(policy_from(moved, holidays), vector) for vector in vectors(name))


def test_a_changed_hour_in_a_pack_makes_its_own_vectors_fail() -> None:
    data = raw()
    data["hours"][0]["mon"] = ["08:00-20:00"]
    changed = policy_from(data)
    assert any(failure(changed, vector) for vector in vectors("demo"))


def test_every_jurisdiction_has_its_pack_and_an_unknown_one_names_them() -> None:
    regimes = {
        "mx-agency",
        "mx-bank",
        "mx-own",
        "co",
        "pe",
        "cl",
        "ec",
        "sv",
        "gt",
        "ar",
        "ar-caba",
        "br",
        "us",
    }
    assert {"demo", "mx-agency@seven-days", *regimes} <= set(available())
    with pytest.raises(PolicyError, match=r"atlantis.*ar, ar-caba, br, cl"):
        load("atlantis")
    with pytest.raises(PolicyError, match="mx-agency@moon"):
        load("mx-agency@moon")


def test_only_the_demo_pack_is_fictitious_and_all_need_a_lawyers_sign_off() -> None:
    assert [name for name in PLAIN if pack(name).fictitious] == ["demo"]
    assert all(pack(name).needs_signoff for name in PLAIN)


@pytest.mark.parametrize("name", available())
def test_every_rule_of_a_pack_has_an_id_of_its_own_and_a_source_or_a_reason(name: str) -> None:
    cites = list(pack(name).cites())
    assert len({cite.id for cite in cites}) == len(cites)
    for cite in cites:
        assert cite.source or cite.confidence in ("own", "U", "fictitious"), cite.id
        assert pack(name).cite(cite.id) == cite


@pytest.mark.parametrize("name", available())
def test_both_sides_judge_from_the_same_bytes(name: str) -> None:
    policy = pack(name)
    received = from_wire(to_wire(policy))
    assert received == policy
    assert received.holidays == policy.holidays
    assert received.canonical == policy.canonical


def test_a_pack_changed_on_its_way_is_refused() -> None:
    sent = to_wire(pack("co"))
    sent["pack"]["hours"][0]["sun"] = ["07:00-19:00"]
    with pytest.raises(PolicyError, match="does not match its version"):
        from_wire(sent)


def test_a_pack_whose_holidays_nobody_expanded_blocks_and_never_silently_allows() -> None:
    policy = load("co")
    verdict = judge_visit(
        policy,
        span("2026-11-20T11:00"),
        BOGOTA,
        place=Place.HOME,
        credit_type="microcrédito",
        exception_evidence="acta",
    )
    assert verdict.blocked
    assert any("festivos de 2026" in str(ruling.because) for ruling in verdict.rulings)
    assert next_allowed(policy, at("2026-11-20T11:00"), BOGOTA) is None


def test_a_year_without_expanded_holidays_blocks_though_others_are_known() -> None:
    policy = load("co", expand, years=[2026])
    assert next_allowed(policy, at("2026-12-31T20:00"), BOGOTA) is None
    assert next_allowed(policy, at("2026-12-30T20:00"), BOGOTA) == at("2026-12-31T07:00")


def test_the_version_names_the_content_holidays_included_and_vectors_not() -> None:
    data = raw("co")
    without = policy_from(data)
    assert policy_from(data, {2026: [date(2026, 1, 1)]}).version != without.version
    del data["vectors"]
    assert policy_from(data).version == without.version


def test_the_wide_reading_of_mexico_opens_the_saturday_and_keeps_the_cash_closed() -> None:
    saturday = {"say": "saturday", "at": "2026-11-21T11:00", "place": "DOM", "minutes": 15}
    wide = load("mx-agency@seven-days")
    assert wide.name == "mx-agency@seven-days"
    assert judge_vector(wide, saturday).decision == "allow"
    assert judge_vector(wide, {**saturday, "pays_cash": True}).decision == "block"
    assert judge_vector(pack("mx-agency"), saturday).decision == "block"


BROKEN: list[tuple[str, Any, str]] = [
    ("hourz", [], "unknown key hourz"),
    ("timezone", "Bogota", "IANA"),
    ("hours", [], "no \\[\\[hours\\]\\] cover"),
    ("places", [], "no \\[\\[places\\]\\] rule names"),
    ("valid_from", "yesterday", "must be a date"),
    ("ageing_edges", [1, 31, 31], "growing whole numbers"),
    ("schema", 99, "update Ronda"),
    ("needs_signoff", "yes", "true or false"),
    ("regime", "pirate", "one of bank"),
    ("parties", {"id": "demo.party", "allowed": ["TIT", "MEN"]}, "without MEN"),
    ("promise", {"id": "demo.promise", "minimum_percent": 120}, "between 1 and 100"),
    ("service_seconds", {"call": 60}, "visit is missing"),
    ("stops", {"id": "demo.stop", "states": ["bored"]}, "dispute, cease"),
    ("holidays", {"years": ["soon"]}, "list of years"),
]


@pytest.mark.parametrize(("key", "value", "sentence"), BROKEN, ids=[key for key, _, _ in BROKEN])
def test_a_broken_pack_is_refused_with_a_sentence_that_names_the_place(
    key: str, value: Any, sentence: str
) -> None:
    with pytest.raises(PolicyError, match=sentence):
        policy_from({**raw(), key: value})


@pytest.mark.parametrize("span_text", ["7-20", "20:00-07:00", "07:00-24:00", "07:00 - 20:00"])
def test_hours_that_cannot_be_read_are_refused(span_text: str) -> None:
    data = raw()
    data["hours"][0]["mon"] = [span_text]
    with pytest.raises(PolicyError, match="mon must be"):
        policy_from(data)


def test_hours_of_a_day_are_in_order_and_apart() -> None:
    data = raw()
    data["hours"][0]["mon"] = ["07:00-12:00", "14:00-19:00"]
    assert len(policy_from(data).hours[0].week[0]) == 2
    data["hours"][0]["mon"] = ["07:00-12:00", "11:00-19:00"]
    with pytest.raises(PolicyError, match="in order, apart"):
        policy_from(data)


def test_a_missing_table_or_file_or_broken_toml_is_a_sentence(tmp_path: Path) -> None:
    data = raw()
    del data["receive_payment"]
    with pytest.raises(PolicyError, match="receive_payment"):
        policy_from(data)
    with pytest.raises(PolicyError, match="cannot be read"):
        load(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("schema = ", encoding="utf-8")
    with pytest.raises(PolicyError, match="not valid TOML"):
        load(broken)


def test_a_newer_office_may_say_more_than_an_older_laptop_knows() -> None:
    newer = policy_from({**raw(), "colour": "blue"}, strict=False)
    assert from_wire(to_wire(newer)) == newer


def test_a_companys_own_pack_loads_from_a_file(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    text = (files("sync.policies") / "demo.toml").read_text(encoding="utf-8")
    own.write_text(text.replace('name = "demo"', 'name = "own"'), encoding="utf-8")
    assert load(own).name == "own"
    assert load(str(own)).hours == load("demo").hours


def test_a_pack_laid_over_another_keeps_what_it_does_not_say_and_none_of_its_vectors() -> None:
    city, country = pack("ar-caba"), pack("ar")
    assert (city.promise, city.audit, city.timezone) == (country.promise, country.audit, country.timezone)
    assert city.parties.allowed != country.parties.allowed
    assert not [one for one in vectors("ar-caba") if one.get("rule", "").startswith("ar.")]


def test_a_companys_pack_may_extend_a_shipped_one_and_nothing_else(tmp_path: Path) -> None:
    own = tmp_path / "acme.toml"
    own.write_text('extends = "co"\nname = "acme"\n[ask_reason]\nid = "acme.reason"\nallowed = false\n')
    assert load(own).hours == load("co").hours
    assert load(own).cite("acme.reason") is not None
    for wrong in ("atlantis", "acme", str(own)):
        own.write_text(f'extends = "{wrong}"\nname = "acme"\n')
        with pytest.raises(PolicyError, match="extends must be one of ar, ar-caba"):
            load(own)


def test_credit_types_are_recognised_as_lenders_write_them() -> None:
    policy = pack("co")
    for text in ("microcrédito", "MICROCREDITO", " Microcrédito urbano ", "micro-crédito"):
        assert policy.credit_type(text) == "microcredito"
    assert policy.credit_type("Crédito de fomento") == "fomento"
    assert policy.credit_type("Tarjeta Oro") == "tarjeta_oro"
