"""Disputes, requests to cease, deaths and attorneys from the lender: they stop, and only a resolution lifts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.importing import ImportReport, import_stops
from server.resolving import resolve
from server.store import cases, resolutions
from server.store import tables as t
from server.store.engine import reading
from server.store.scopes import Scope
from sync.records import Refused
from sync.rules.clauses import StopKind
from tests.office.builders import quick_engine
from tests.office.lenders_files import ANA, BETO, CARLA, NOW, TODAY, Lender, why

HEADER = (
    "No. Crédito",
    "Cédula",
    "Tipo",
    "Canales",
    "Desde",
    "Hasta",
    "Prueba",
    "Abogado",
    "Acción",
    "Resolución",
)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def andino(tmp_path: Path) -> Iterator[Lender]:
    engine = quick_engine(tmp_path)
    lender = Lender(engine, tmp_path)
    with_ana = {"Cotitular": "Ana Núñez", "Cédula cotitular": "1053111222"}
    lender.sends(ANA, ANA | {"No. Crédito": "A-2"}, BETO, CARLA | with_ana)
    yield lender
    engine.dispose()


def brings(lender: Lender, *rows: Sequence[str], **given: Any) -> ImportReport:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([HEADER, *rows])
    path = lender.file(out.getvalue(), given.pop("name", "novedades.csv"))
    asked = {"lender": lender.name, "as_of": TODAY, "actor": "ana", "now": NOW} | given
    return import_stops(lender.engine, path, **asked)


def row(kind: str, number: str = "A-1", **given: str) -> tuple[str, ...]:
    said = {"No. Crédito": number, "Tipo": kind, "Desde": "10/11/2026"} | given
    return tuple(said.get(name, "") for name in HEADER)


def stopped(lender: Lender, number: str, channel: str = "visit", now: datetime = NOW) -> set[str]:
    account = lender.account(number)
    with reading(lender.engine) as connection:
        case = cases.of(connection, [account["debtor_id"]], TODAY, now)[account["debtor_id"]]
    return {kind.value for kind in case.stops_of(account["id"], channel)}


def one_stop(lender: Lender, state: str) -> dict[str, Any]:
    (found,) = [one for one in lender.rows(t.stop_states) if one["state"] == state and not one["account_id"]]
    return found


def test_a_dispute_stops_its_account_and_no_other(andino: Lender) -> None:
    report = brings(andino, row("Disputa"))
    assert (report.counts["new"], report.counts["warned"]) == (1, 0)
    assert stopped(andino, "A-1") == {"dispute"}
    assert stopped(andino, "A-2") == set()


def test_a_dispute_that_names_only_the_person_stops_all_he_owes_this_lender(andino: Lender) -> None:
    report = brings(andino, row("reclamo", "", Cédula="1.053.111.222"))
    assert report.counts["new"] == 2
    assert stopped(andino, "A-1") == stopped(andino, "A-2") == {"dispute"}


@pytest.mark.parametrize(
    ("kind", "channels", "closed"),
    [("Cese", "", {"visit", "call", "message", "letter", "email"}), ("Cese", "todos", {"visit", "call", "message", "letter", "email"}),
     ("Cese", "llamadas y mensajes", {"call", "message"}), ("no llamar", "", {"call"}), ("Cese", "visita", {"visit"}),
     ("Cese", "palomas", {"visit", "call", "message", "letter", "email"})],
)  # fmt: skip
def test_a_request_to_cease_closes_the_channels_it_names(
    andino: Lender, kind: str, channels: str, closed: set[str]
) -> None:
    brings(andino, row(kind, Canales=channels))
    every = ("visit", "call", "message", "letter", "email")
    assert {channel for channel in every if stopped(andino, "A-2", channel)} == closed


def test_a_death_freezes_what_he_held_with_others_and_only_a_resolution_frees_it(andino: Lender) -> None:
    report = brings(andino, row("Fallecido", Prueba="registro civil 77"))
    assert (report.counts["new"], report.counts["frozen"]) == (1, 1)
    assert stopped(andino, "A-1") == stopped(andino, "A-2") == stopped(andino, "C-1") == {"deceased"}
    assert stopped(andino, "B-1") == set()
    released = brings(andino, row("Fallecido", Acción="baja", Resolución="error del banco"), name="baja.csv")
    assert "solo lo levanta cumplimiento" in why(released)[0][3]
    death = one_stop(andino, "deceased")
    follows = next(one for one in andino.rows(t.stop_states) if one["account_id"])
    ask = {"outcome": "mistaken", "because": "El registro civil era de un homónimo", "actor": "ruth"}
    scope = Scope.everything()
    wrong = resolve(andino.engine, follows["id"], now=LATER, scope=scope, **ask)
    assert isinstance(wrong, Refused)
    assert wrong.rule == "stop.follows"
    assert resolve(andino.engine, death["id"], now=LATER, scope=scope, **ask) == death["debtor_id"]
    after = LATER + timedelta(hours=1)
    assert stopped(andino, "A-1", now=after) == stopped(andino, "C-1", now=after) == set()
    again = resolve(andino.engine, death["id"], now=after, scope=scope, **ask)
    assert isinstance(again, Refused)
    assert again.rule == "stop.once"
    kept = andino.rows(t.resolutions)
    assert {(one["actor"], one["outcome"]) for one in kept} == {("ruth", "mistaken")}
    assert len(kept) == 2
    told = [one for one in andino.rows(t.facts) if one["kind"] == "stop.released"]
    assert told[0]["payload"]["why"] == "El registro civil era de un homónimo"


def test_a_resolution_that_says_nothing_resolves_nothing(andino: Lender) -> None:
    brings(andino, row("Abogado", Abogado="Dra. Peña 310 555 0000"))
    stop = one_stop(andino, "attorney")
    assert stop["detail"]["attorney"] == "Dra. Peña 310 555 0000"
    for outcome, because, rule in (
        ("settled", "ok", "stop.because"),
        ("nada", "se acordó un plan", "stop.outcome"),
    ):
        said = resolve(
            andino.engine,
            stop["id"],
            outcome=outcome,
            because=because,
            actor="ruth",
            now=NOW,
            scope=Scope.everything(),
        )
        assert isinstance(said, Refused)
        assert said.rule == rule
    with pytest.raises(LookupError):
        resolve(
            andino.engine,
            stop["id"],
            outcome="settled",
            because="se acordó un plan",
            actor="x",
            now=NOW,
            scope=Scope(),
        )


def test_who_is_held_is_free_again_after_his_day(andino: Lender) -> None:
    brings(andino, row("Hospitalizado", Hasta="25/11/2026"))
    assert stopped(andino, "A-1") == {"held"}
    assert stopped(andino, "A-1", now=datetime(2026, 11, 26, 4, 0, tzinfo=UTC)) == {"held"}
    assert stopped(andino, "A-1", now=datetime(2026, 11, 26, 6, 0, tzinfo=UTC)) == set()


def test_a_lender_lifts_what_he_set_with_a_resolution_and_nothing_else(andino: Lender) -> None:
    brings(andino, row("Disputa"))
    empty = brings(andino, row("Disputa", Acción="baja"), name="baja.csv")
    assert why(empty)[0][3] == "para levantarla falta la resolución: qué se decidió y por qué"
    assert stopped(andino, "A-1") == {"dispute"}
    lift = row("Disputa", Acción="baja", Resolución="saldo corregido")
    report = brings(andino, lift, name="baja2.csv", now=LATER)
    assert (report.counts["released"], stopped(andino, "A-1", now=LATER)) == (1, set())
    (said,) = andino.rows(t.resolutions)
    assert (said["because"], said["outcome"]) == ("saldo corregido", "settled")
    assert brings(andino, lift, name="baja2.csv", now=LATER).counts["unchanged"] == 1
    assert brings(andino, row("Disputa"), now=LATER).counts["unchanged"] == 1  # the old file again
    assert stopped(andino, "A-1", now=LATER) == set()


def test_what_another_set_is_not_the_lender_s_to_lift(andino: Lender) -> None:
    other = Lender(andino.engine, andino.folder, "Cootrasur")
    other.sends(ANA | {"No. Crédito": "X-1"})
    brings(other, row("Cese", "X-1"), name="otro.csv")
    report = brings(andino, row("Cese", Acción="baja", Resolución="volvió a autorizar"))
    assert (report.counts["released"], report.counts["unchanged"]) == (0, 1)
    assert why(report)[0][3] == "no la fijó este acreedor: la levanta cumplimiento en la oficina"
    assert stopped(andino, "A-1") == {"cease"}


def test_the_same_file_twice_changes_nothing_and_a_daily_list_sets_it_once(andino: Lender) -> None:
    rows = (row("Disputa"), row("Fallecido", "B-1", Prueba="acta"))
    assert brings(andino, *rows).counts["new"] == 2
    again = brings(andino, *rows)
    assert (again.counts["new"], again.counts["unchanged"], len(andino.rows(t.stop_states))) == (0, 2, 2)
    undated = brings(andino, row("Disputa", Desde=""), name="diario.csv", as_of=TODAY)
    assert undated.counts["unchanged"] == 1


def test_what_lacks_is_said_and_the_stop_is_taken_all_the_same(andino: Lender) -> None:
    report = brings(
        andino, row("Fallecido"), row("Abogado", "B-1"), row("Cese", "C-1", Hasta="01/12/2026"), row("magia")
    )
    assert [(line, column, level) for line, column, level, _ in why(report)] == [
        (2, "Prueba", "warned"),
        (3, "Abogado", "warned"),
        (4, "Hasta", "warned"),
        (5, "Tipo", "rejected"),
    ]
    assert report.counts["new"] == 3
    assert {one["until"] for one in andino.rows(t.stop_states)} == {None}


def test_a_death_of_who_is_bound_later_freezes_the_account_when_it_comes(andino: Lender) -> None:
    brings(andino, row("Fallecido", "", Cédula="79111222", Prueba="acta"))
    with_beto = {"Cotitular": "Beto Peña", "Cédula cotitular": "79111222"}
    andino.sends(
        CARLA | {"No. Crédito": "C-9", "Cédula": "52999888", "Nombre del titular": "Eva"} | with_beto,
        mode="delta",
    )
    assert stopped(andino, "C-9") == {"deceased"}


def test_the_report_of_a_portfolio_counts_visitable_barred_and_lacking(tmp_path: Path) -> None:
    engine = quick_engine(tmp_path)
    lender = Lender(engine, tmp_path, pack="co")
    report = lender.sends(ANA, BETO | {"Tipo de crédito": "consumo"}, CARLA | {"Tipo de crédito": ""})
    said = report.to_json()
    assert (said["at_field"], said["visitable"], said["barred"], said["missing_evidence"]) == (3, 1, 2, 1)
    (kept,) = lender.rows(t.imports)
    assert kept["counts"]["barred:co.visit.home"] == 2
    assert StopKind.DISPUTE.value not in kept["counts"]
    with reading(engine) as connection:
        assert resolutions.standing(connection, Scope.everything(), NOW) == []
    engine.dispose()


def test_the_words_that_came_from_outside_leave_with_the_person(andino: Lender) -> None:
    from server.store import overwriting
    from server.store.engine import writing

    brings(andino, row("no llamar", Prueba="carta de Ana"), row("Abogado", Abogado="Dra. Peña"))
    attorney = one_stop(andino, "attorney")
    said = {"outcome": "settled", "because": "Ana aceptó el plan por escrito", "actor": "ruth"}
    resolve(andino.engine, attorney["id"], now=LATER, scope=Scope.everything(), **said)
    debtor = andino.account("A-1")["debtor_id"]
    with writing(andino.engine) as connection:
        overwriting.overwrite_person(connection, debtor, "pedido", LATER, TODAY)
    left = repr([andino.rows(table) for table in (t.stop_states, t.stop_origins, t.resolutions, t.facts)])
    assert [word for word in ("carta de Ana", "Dra. Peña", "aceptó") if word in left] == []
    brings(andino, row("no llamar", Acción="baja", Resolución="volvió a autorizar"), name="b.csv", now=LATER)
    (own,) = [one for one in andino.rows(t.stop_states) if one["source"] == "pedido"]
    refused = resolve(andino.engine, own["id"], now=LATER, scope=Scope.everything(), **said)
    assert isinstance(refused, Refused)
    assert refused.rule == "stop.erased"
    assert stopped(andino, "A-1", "visit", LATER) == {"cease"}, (
        "a request about calls alone became one of all"
    )
