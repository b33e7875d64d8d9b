"""Reads visits written as JSON, one object a visit: what was typed from the paper route sheet. Saves nothing.

Keys: `stop` (or `debtor`), `party`, `place` (else from the address), `address`, `happened` {`start`,
`end`, `known`: live | later | paper, `line`}, `results` [{`account`: id or number, `result`, `reason`,
`detail` {…}}], `location` {`source`, `lat`, `lon`, `accuracy_m`, `reason`}, `note`, `override_reason`,
`addresses` [{`kind`, `text`, `district`, `city`, `informant`}], `phones` [{`value`, `holder`,
`relation`}], `steps` {step: answer, or [answer, value]}, `alarms` [code], `id`. Codes are those of the
visit form (PTP, NEG, NAD …); times are instants with an offset or local times of the debtor's zone.

A line without an `id`, told `later` or on `paper` with its `start`, gets an id made from what it says
and this laptop: the same line given again is the same visit. A line changed in any key is another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sync.digest import canonical
from sync.fold import DebtorState
from sync.ids import is_id, new_id
from sync.records import AddressKind, Conduct, Known, Location, LocationSource, Party, Place, StepAnswer
from sync.rules.answers import FieldError
from sync.words import N_, Phrase

from .casefile import address_of, place_at
from .drafting import Draft, ProposedAddress, ProposedPhone, Reader, location_of, results_of
from .store import cases, records, settings
from .store.db import Store

TYPED = "escrita sin ubicación"


def draft_of(store: Store, said: Any, now: datetime) -> Draft | list[FieldError]:
    """The draft of one line, or what keeps it from being one."""
    if not isinstance(said, Mapping):
        return [FieldError("", Phrase(N_("Cada línea es un objeto JSON con una visita.")))]
    reader = Reader(said)
    with store.reading() as db:
        stop = _stop(records.all_of(db, "route"), reader.text("stop", 40))
        debtor = reader.text("debtor", 40) or (stop or {}).get("debtor", "")
        if not debtor or (reader.text("stop", 40) and stop is None):
            return [FieldError("stop", Phrase(N_("Esta parada no está en la ruta.")))]
        state = cases.state_of(db, debtor)
        device = str(settings.get(db, "device", ""))
    if state.debtor is None:
        return [FieldError("debtor", Phrase(N_("Este deudor no está en el portátil.")))]
    draft = _draft(reader, state, stop, now, device)
    return reader.wrong or draft


def _stop(routes: list[dict[str, Any]], id: str) -> dict[str, Any] | None:
    return next(
        (
            stop | {"route": route["id"]}
            for route in sorted(routes, key=lambda one: one["version"], reverse=True)
            for stop in route["stops"]
            if id and stop["id"] == id
        ),
        None,
    )


def _draft(
    reader: Reader, state: DebtorState, stop: dict[str, Any] | None, now: datetime, device: str
) -> Draft:
    inner = reader.said.get("happened")
    when = Reader(inner if isinstance(inner, Mapping) else {})
    known = when.word("known", Known) or Known.LIVE
    start, end = when.moment("start", state.zone), when.moment("end", state.zone)
    line = when.whole("line")
    reader.wrong += when.wrong
    address = reader.text("address", 40) or (stop or {}).get("address")
    place = reader.word("place", Place) or place_at(address_of(state, address))
    results = results_of(_with_ids(reader.said.get("results"), state), reader)
    accounts = tuple((stop or {}).get("accounts") or [result.account for result in results])
    id = reader.text("id", 40)
    return Draft(
        id=id
        if is_id(id)
        else _id_of(reader.said, device, typed=known is not Known.LIVE and start is not None),
        debtor=state.id,
        accounts=accounts,
        place=place,
        party=reader.word("party", Party),
        start=start or (now if known is Known.LIVE else None),
        end=end,
        results=results,
        known=known,
        line=line,
        location=_location(reader),
        note=reader.text("note"),
        address=address,
        route=(stop or {}).get("route"),
        stop=(stop or {}).get("id"),
        addresses=tuple(_address(one) for one in _objects(reader, "addresses")),
        phones=tuple(_phone(one) for one in _objects(reader, "phones")),
        override_reason=reader.text("override_reason", 500),
        conduct=_conduct(reader),
    )


def _conduct(reader: Reader) -> Conduct:
    """The five steps and the flags; whether they can be, the rules say."""
    told, flags = reader.said.get("steps") or {}, reader.said.get("alarms") or []
    if not isinstance(told, Mapping) or not isinstance(flags, list):
        reader.error("steps", N_("Los pasos van en un objeto y las alarmas en una lista."))
        return Conduct()
    steps = []
    for step, said in told.items():
        answer, *more = said if isinstance(said, list) else [said]
        steps.append(StepAnswer(str(step), str(answer), str(more[0]) if more else ""))
    return Conduct(tuple(steps), alarms=tuple(str(code) for code in flags))


def _id_of(said: Mapping[str, Any], device: str, *, typed: bool) -> str:
    """The same id for the same typed line; a fresh one for a visit told live, whose time is its saving's."""
    if not typed:
        return new_id()
    found = hashlib.sha256(canonical({"device": device, "visit": dict(said)})).digest()
    return str(UUID(bytes=found[:16], version=5))


def _location(reader: Reader) -> Location:
    if reader.said.get("location") is None:
        return Location(LocationSource.NONE, reason=TYPED)
    return location_of(reader.said["location"], reader)


def _with_ids(said: Any, state: DebtorState) -> Any:
    """Results whose account is given by its number get its id."""
    if not isinstance(said, list):
        return said
    by_number = {known.account.number: id for id, known in state.accounts.items()}
    return [
        {**one, "account": by_number.get(one["account"], one["account"])}
        if isinstance(one, Mapping) and isinstance(one.get("account"), str)
        else one
        for one in said
    ]


def _objects(reader: Reader, name: str) -> list[Reader]:
    said = reader.said.get(name) or []
    if not isinstance(said, list) or not all(isinstance(one, Mapping) for one in said):
        reader.error(name, N_("Aquí va una lista de objetos."))
        return []
    return [Reader(one) for one in said]


def _address(said: Reader) -> ProposedAddress:
    kind = said.word("kind", AddressKind) or AddressKind.OTHER
    words = (said.text(name, 300) for name in ("text", "district", "city", "informant"))
    return ProposedAddress(kind, *words)


def _phone(said: Reader) -> ProposedPhone:
    return ProposedPhone(
        said.text("value", 60), said.text("holder", 20) or "debtor", said.text("relation", 60)
    )
